import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Plan } from '../plan/schema.ts'
import { cellResultSchema } from '../record/cell-result.ts'
import { MAX_DOCUMENT_BYTES, readDocument } from '../record/document.ts'
import { type ArtifactReading, type ArtifactStore, parseCellArtifactName } from './artifacts.ts'

/** As many as GitHub's client lists. */
const MAX_CELL_ARTIFACTS = 1000
/** Each takes three requests, and there may be hundreds. */
const READ_AT_ONCE = 8

/**
 * Brings the results of all cells and attempts of this run into one folder, each artifact in a folder of its own, so
 * that none can put its file in the place of another's. An artifact that cannot be believed leaves a file that is no
 * result: its cell then stands in the report as invalid and is not merely absent. Returns remarks for people.
 */
export async function gatherResults(store: ArtifactStore, plan: Plan, directory: string): Promise<string[]> {
  const remarks: string[] = []
  const planned = new Set(plan.cells.map((cell) => cell.id))
  const found = (await store.list()).flatMap((artifact) => {
    const name = parseCellArtifactName(artifact.name)
    if (name && !planned.has(name.cell)) remarks.push(`${artifact.name} was left out: the plan has no such cell`)
    return name && planned.has(name.cell) ? { artifact, ...name } : []
  })
  if (found.length > MAX_CELL_ARTIFACTS) remarks.push(`only ${MAX_CELL_ARTIFACTS} of ${found.length} results were read`)
  const waiting = found.slice(-MAX_CELL_ARTIFACTS)
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { artifact, cell, attempt } = next
      const reading = checkOwner(await store.read(artifact, 'result.json', MAX_DOCUMENT_BYTES), cell, attempt)
      if (reading.state === 'invalid') remarks.push(`${artifact.name} was refused: ${reading.reason}`)
      const path = join(directory, String(artifact.id), 'cells', cell, 'result.json')
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, reading.state === 'read' ? reading.text : `refused: ${reading.reason}\n`)
    }
  }
  await Promise.all(Array.from({ length: READ_AT_ONCE }, lane))
  return remarks.sort()
}

/** A result that speaks for another cell or attempt than its artifact would take that one's place. */
function checkOwner(reading: ArtifactReading, cell: string, attempt: number): ArtifactReading {
  if (reading.state === 'invalid') return reading
  const result = readDocument(cellResultSchema, reading.text, 'result.json')
  // What is not a result at all is left to the report, which says where it goes wrong.
  if (result.state === 'invalid') return reading
  const { document } = result
  if (document.cell === cell && document.attempt === attempt) return reading
  return { state: 'invalid', reason: `it speaks for cell ${document.cell}, attempt ${document.attempt}` }
}
