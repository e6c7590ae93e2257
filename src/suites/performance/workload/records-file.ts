import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { ConfigurationError } from '../../../record/problem.ts'
import { type FileReader, unreadable } from './file-reader.ts'
import { type FileRecord, RecordSplitter } from './record-splitter.ts'

export const MAX_FILE_BYTES = 4 * 1024 ** 3
export const MAX_FILE_RECORDS = 20_000_000

export interface RecordsFile {
  path: string
  /** Lowercase hex; null when the user names none. */
  sha256: string | null
}

/**
 * Reads a file of JSON records in parts and hands each to `take`, in order. Resolves with the file's SHA-256 once all of it
 * was read. Throws ConfigurationError for what the user can mend: unreadable, too large, another file than was named.
 */
export async function readRecords(
  { path, sha256 }: RecordsFile,
  files: FileReader,
  signal: AbortSignal,
  take: (record: FileRecord) => void,
): Promise<{ sha256: string; records: number }> {
  const hash = createHash('sha256')
  const splitter = new RecordSplitter(path)
  const problem = (field: string, message: string, hint: string) =>
    new ConfigurationError([{ file: path, field, message, hint }])
  let bytes = 0
  let records = 0
  const takeAll = (found: readonly FileRecord[]) => {
    for (const record of found) {
      if (++records > MAX_FILE_RECORDS)
        throw problem('', `holds more than ${MAX_FILE_RECORDS} records`, 'give a part of the file')
      take(record)
    }
  }
  try {
    for await (const part of files.read(path)) {
      signal.throwIfAborted()
      bytes += part.length
      if (bytes > MAX_FILE_BYTES) throw problem('', `exceeds ${MAX_FILE_BYTES} bytes`, 'give a part of the file')
      hash.update(part)
      takeAll(splitter.push(part))
    }
    takeAll(splitter.end())
  } catch (error) {
    if (error instanceof ConfigurationError || signal.aborted) throw error
    throw unreadable(path, 'file', error)
  }
  const found = hash.digest('hex')
  if (sha256 !== null && found !== sha256)
    throw problem('sha256', `the file has ${found}, not ${sha256}`, 'give the file that was named, or its new sha256')
  return { sha256: found, records }
}

/** The value of one record. Throws ConfigurationError that names file, line and field. */
export function parseRecord<T>(path: string, { line, text }: FileRecord, schema: z.ZodType<T>, hint: string): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    const message = `is not JSON: ${(cause as Error).message}`
    throw new ConfigurationError([{ file: path, line, field: '', message, hint }], { cause })
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new ConfigurationError(
    parsed.error.issues.map((issue) => ({
      file: path,
      line,
      field: issue.path.join('.'),
      message: issue.message,
      hint,
    })),
  )
}
