import type { RequestRecord } from './record.ts'

/** Microseconds: finer than any stamp is true. */
const DECIMALS = 3

/**
 * One request as one line of JSON, times in milliseconds since the start of the load point. Events are arrays
 * `[atMs, read, class, tokens]`, since a load point may have a million of them.
 */
export function formatRawRecord(record: RequestRecord): string {
  const { events, ...rest } = record
  const line = {
    ...rest,
    intendedMs: rounded(rest.intendedMs),
    dequeuedMs: rounded(rest.dequeuedMs),
    writtenMs: rounded(rest.writtenMs),
    firstByteMs: rest.firstByteMs === null ? null : rounded(rest.firstByteMs),
    endMs: rounded(rest.endMs),
    events: events.map((event) => [rounded(event.atMs), event.read, event.class, event.tokens]),
  }
  return `${JSON.stringify(line)}\n`
}

function rounded(milliseconds: number): number {
  return Number(milliseconds.toFixed(DECIMALS))
}
