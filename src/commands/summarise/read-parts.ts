import type { RawRecordsHeader } from '../../suites/performance/raw-header.ts'
import { readRawLines } from '../../suites/performance/raw-record-file.ts'
import type { RequestRecord } from '../../suites/performance/record.ts'

/** What one file holds of one load point: all of it, or the share of one host. */
export interface Part {
  file: string
  /** Of the header in it. */
  line: number
  header: RawRecordsHeader
  records: RequestRecord[]
}

/**
 * The parts of each load point, in the order in which the points are met. Throws ConfigurationError with file and line
 * for what is not a file of raw records.
 */
export async function readParts(files: readonly string[]): Promise<Part[][]> {
  const points = new Map<string, Part[]>()
  for (const file of files) {
    let part: Part | null = null
    for await (const read of readRawLines(file)) {
      if (read.kind === 'record') {
        part?.records.push(read.record)
        continue
      }
      const { scenario, load, repetition } = read.header
      const key = JSON.stringify([scenario, load, repetition])
      part = { file, line: read.line, header: read.header, records: [] }
      points.set(key, [...(points.get(key) ?? []), part])
    }
  }
  return [...points.values()]
}
