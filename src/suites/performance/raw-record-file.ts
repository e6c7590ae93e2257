import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { formatRawRecord } from './raw-record.ts'
import type { RequestRecord } from './record.ts'

/**
 * Writes one line a request, line by line: all of a load point together may be longer than a string can be. `append`
 * adds to what the file holds. Rejects when it cannot be written.
 */
export async function writeRawRecords(
  path: string,
  records: readonly RequestRecord[],
  { append }: { append: boolean },
): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await pipeline(Readable.from(lines(records)), createWriteStream(path, { flags: append ? 'a' : 'w' }))
}

function* lines(records: readonly RequestRecord[]): Generator<string> {
  for (const record of records) yield formatRawRecord(record)
}
