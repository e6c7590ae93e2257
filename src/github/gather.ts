import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { mapBounded } from '../bounded.ts'
import { MAX_RESULTS_BYTES, overBudget } from '../commands/report/result-files.ts'
import type { Plan } from '../plan/schema.ts'
import { cellResultSchema } from '../record/cell-result.ts'
import type { UnusableResult } from '../record/collect.ts'
import { MAX_DOCUMENT_BYTES, readDocument } from '../record/document.ts'
import type { ArtifactReading, ArtifactStore } from './artifacts.ts'
import { type CellArtifact, chooseCellArtifacts } from './choose-artifacts.ts'

/** Each takes three requests, and there may be hundreds. */
const READ_AT_ONCE = 8

export interface Gathered {
  /** For people. */
  remarks: string[]
  /** Artifacts that cannot be believed: their cells then stand in the report as such and are not merely absent. */
  refusals: UnusableResult[]
}

/**
 * Brings the results of all cells of this run into one folder, each artifact in a folder of its own, so that none can
 * put its file in the place of another's. Throws what `store.list` throws.
 */
export async function gatherResults(
  store: ArtifactStore,
  plan: Plan,
  runAttempt: number,
  directory: string,
  budgetBytes = MAX_RESULTS_BYTES,
): Promise<Gathered> {
  const cells = plan.cells.map((cell) => cell.id)
  const { chosen, remarks, refusals } = chooseCellArtifacts(await store.list(), cells, runAttempt)
  let usedBytes = 0
  await mapBounded(chosen, READ_AT_ONCE, async (one) => {
    const reading = usedBytes >= budgetBytes ? invalid(overBudget(budgetBytes)) : await readResult(store, one)
    const bytes = reading.state === 'read' ? Buffer.byteLength(reading.text) : 0
    if (usedBytes + bytes > budgetBytes) return refuse(one, overBudget(budgetBytes))
    usedBytes += bytes
    if (reading.state !== 'read') return refuse(one, reading.reason)
    const path = join(directory, String(one.artifact.id), 'cells', one.cell, 'result.json')
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, reading.text)
  })
  return { remarks: remarks.sort(), refusals }

  function refuse({ artifact, cell }: CellArtifact, reason: string): void {
    const message = `${artifact.name} was refused: ${reason}`
    remarks.push(message)
    refusals.push({ state: 'invalid', cell, message })
  }
}

/** A result that speaks for another cell or attempt than its artifact would take that one's place. */
async function readResult(store: ArtifactStore, { artifact, cell, attempt }: CellArtifact): Promise<ArtifactReading> {
  const reading = await store.read(artifact, 'result.json', MAX_DOCUMENT_BYTES)
  if (reading.state !== 'read') return reading
  const result = readDocument(cellResultSchema, reading.text, 'result.json')
  // What is not a result at all is left to the report, which says where it goes wrong.
  if (result.state === 'invalid') return reading
  const { document } = result
  if (document.cell === cell && document.attempt === attempt) return reading
  return invalid(`it speaks for cell ${document.cell}, attempt ${document.attempt}`)
}

function invalid(reason: string): ArtifactReading {
  return { state: 'invalid', reason }
}
