import { lstat, readFile, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { cellResultSchema } from '../record/cell-result.ts'
import { requireDocument } from '../record/document.ts'

const RESULT_FILE = 'result.json'
/** A raw record holds one line a request; a longer one stays on the runner. */
const MAX_RAW_RECORD_BYTES = 64 * 1024 * 1024

/**
 * What of a cell's folder is uploaded: the result and the raw records it names. Never a whole folder: checkouts hold
 * credentials, and a link that the tested code left there could point anywhere. `note` is told of each record that the
 * result names and that is left out.
 */
export async function cellFiles(directory: string, note: (message: string) => void = () => {}): Promise<string[]> {
  const path = join(directory, RESULT_FILE)
  const result = requireDocument(cellResultSchema, await readFile(path, 'utf8'), path)
  const named = result.arms.flatMap((arm) =>
    arm.sessions.flatMap((session) => session.points.flatMap((point) => point.rawRecord ?? [])),
  )
  const records: string[] = []
  for (const name of new Set(named)) {
    const record = join(directory, name)
    const obstacle = await obstacleTo(directory, record)
    if (obstacle === null) records.push(record)
    else note(`${name} is not uploaded: ${obstacle}`)
  }
  return [path, ...records]
}

/** Why a file must not be uploaded, or null. */
async function obstacleTo(directory: string, path: string): Promise<string | null> {
  try {
    const found = await lstat(path)
    if (!found.isFile()) return 'it is not a plain file'
    if (found.size > MAX_RAW_RECORD_BYTES)
      return `it has ${found.size} bytes, at most ${MAX_RAW_RECORD_BYTES} are uploaded; it stays on the runner`
    const inside = (await realpath(path)).startsWith((await realpath(directory)) + sep)
    return inside ? null : 'it lies outside of the folder of the cell'
  } catch (error) {
    return (error as Error).message
  }
}
