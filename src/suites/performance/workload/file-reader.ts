import { createReadStream } from 'node:fs'
import { ConfigurationError } from '../../../record/problem.ts'

/** Reads files of the user in parts; a test hands in its own. */
export interface FileReader {
  /** Fails with the error of `node:fs` when the file cannot be read. */
  read(path: string): AsyncIterable<Uint8Array>
}

const PART_BYTES = 1024 * 1024

export const diskFiles: FileReader = { read: (path) => createReadStream(path, { highWaterMark: PART_BYTES }) }

/** The error of a file that could not be read, as the user's to mend. */
export function unreadable(file: string, field: string, cause: unknown): ConfigurationError {
  const { code, message } = cause as NodeJS.ErrnoException
  const why =
    code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'is a folder' : `cannot be read: ${message}`
  return new ConfigurationError(
    [{ file, field, message: why, hint: 'give the path of a file that exists and may be read' }],
    { cause },
  )
}
