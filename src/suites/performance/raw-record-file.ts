import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ConfigurationError } from '../../record/problem.ts'
import { formatRawHeader, type RawRecordsHeader } from './raw-header.ts'
import { formatRawRecord, parseRawLine, UnreadableRecord } from './raw-record.ts'
import type { RequestRecord } from './record.ts'

/** A line of a million events takes some 40 MB; longer than this is none of ours. */
const MAX_LINE_BYTES = 256 * 1024 * 1024

/**
 * Writes the header of a load point and one line a request, line by line: all of a load point together may be longer
 * than a string can be. `append` adds to what the file holds. Rejects when it cannot be written.
 */
export async function writeRawRecords(
  path: string,
  header: RawRecordsHeader,
  records: readonly RequestRecord[],
  { append }: { append: boolean },
): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await pipeline(Readable.from(linesOf(header, records)), createWriteStream(path, { flags: append ? 'a' : 'w' }))
}

/** What a line of the file holds, and which line it is. */
export type RawLine = ReturnType<typeof parseRawLine> & { line: number }

/**
 * The lines of a file in their order, one at a time in memory: headers, each before the records of its load point. Throws
 * {@link ConfigurationError} with the line for a file that is not one of {@link writeRawRecords}.
 */
export async function* readRawLines(path: string): AsyncGenerator<RawLine, void, undefined> {
  let headed = false
  let number = 0
  for await (const line of linesIn(path)) {
    number++
    const parsed = at(path, number, () => parseRawLine(line))
    headed ||= parsed.kind === 'header'
    if (!headed) throw wrong(path, number, 'a record before the first header')
    yield { ...parsed, line: number }
  }
  if (!headed) throw wrong(path, 1, 'no header')
}

/** As {@link readRawLines}: the records, each with the header of its load point, which is one object for all of them. */
export async function* readRawRecords(
  path: string,
): AsyncGenerator<{ header: RawRecordsHeader; record: RequestRecord }, void, undefined> {
  let header: RawRecordsHeader | null = null
  for await (const read of readRawLines(path)) {
    if (read.kind === 'header') header = read.header
    else if (header !== null) yield { header, record: read.record }
  }
}

function* linesOf(header: RawRecordsHeader, records: readonly RequestRecord[]): Generator<string> {
  yield formatRawHeader(header)
  for (const record of records) yield formatRawRecord(record)
}

async function* linesIn(path: string): AsyncGenerator<string, void, undefined> {
  let held: Buffer[] = []
  let heldBytes = 0
  let number = 1
  try {
    for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>) {
      let from = 0
      for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, from)) {
        held.push(bytes.subarray(from, end))
        yield Buffer.concat(held).toString('utf8')
        held = []
        heldBytes = 0
        number++
        from = end + 1
      }
      held.push(bytes.subarray(from))
      heldBytes += bytes.length - from
      if (heldBytes > MAX_LINE_BYTES) throw wrong(path, number, `longer than ${MAX_LINE_BYTES} bytes`)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
    throw new ConfigurationError([{ file: path, field: '', message: (error as Error).message }], { cause: error })
  }
  if (heldBytes > 0) throw wrong(path, number, 'the line has no end', 'the writing was cut off')
}

function at<T>(path: string, line: number, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof UnreadableRecord)) throw error
    throw wrong(path, line, error.message)
  }
}

function wrong(file: string, line: number, message: string, hint?: string): ConfigurationError {
  return new ConfigurationError([{ file, line, field: '', message, hint }])
}

const LF = 0x0a
