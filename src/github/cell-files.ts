import { lstat, readFile, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { cellResultSchema } from '../record/cell-result.ts'
import { requireDocument } from '../record/document.ts'

const RESULT_FILE = 'result.json'
/** A raw record holds one line a request; a longer one stays on the runner. */
const MAX_RAW_RECORD_BYTES = 64 * 1024 * 1024

/**
 * What of a cell's folder is uploaded: the result and the raw records it names. Never a whole folder: checkouts hold
 * credentials, and a link that the tested code left there could point anywhere.
 */
export async function cellFiles(directory: string): Promise<string[]> {
  const path = join(directory, RESULT_FILE)
  const result = requireDocument(cellResultSchema, await readFile(path, 'utf8'), path)
  const named = result.arms.flatMap((arm) =>
    arm.sessions.flatMap((session) => session.points.flatMap((point) => point.rawRecord ?? [])),
  )
  const records: string[] = []
  for (const name of new Set(named)) {
    const record = join(directory, name)
    if (await isPlainFileBelow(directory, record)) records.push(record)
  }
  return [path, ...records]
}

async function isPlainFileBelow(directory: string, path: string): Promise<boolean> {
  try {
    const found = await lstat(path)
    if (!found.isFile() || found.size > MAX_RAW_RECORD_BYTES) return false
    return (await realpath(path)).startsWith((await realpath(directory)) + sep)
  } catch {
    return false
  }
}
