import type { CompatRow } from '../../../record/load-report.ts'
import type { EventClass, RequestRecord } from '../record.ts'

export function row(name: string, value: number | null, unit: string, note = ''): CompatRow {
  return { name, value, unit, note }
}

/** How a peer times a request that ended well. Milliseconds from the peer's own start. */
export interface PeerTimes {
  ttftMs: number
  latencyMs: number
  /** Between the events that the peer counts, the first apart. */
  gapsMs: Float64Array
}

/** The requests that ended well, in their order. */
export function succeeded(records: readonly RequestRecord[]): RequestRecord[] {
  return records.filter(({ outcome }) => outcome.state === 'ok')
}

/** The stamps of the events of some classes; all events of one read share theirs. */
export function stampsOf({ events }: RequestRecord, counts: (eventClass: EventClass) => boolean): Float64Array {
  const stamps = new Float64Array(events.length)
  let length = 0
  for (let index = 0; index < events.length; index++)
    if (counts(events.classAt(index))) stamps[length++] = events.atMs(index)
  return stamps.subarray(0, length)
}

/** TTFT and gaps of stamps, latency until `endMs` (the last stamp where not given); null without a stamp. */
export function peerTimes(stamps: Float64Array, startMs: number, endMs?: number): PeerTimes | null {
  const first = stamps[0]
  if (first === undefined) return null
  const gapsMs = new Float64Array(stamps.length - 1)
  for (let index = 1; index < stamps.length; index++) gapsMs[index - 1] = stamps[index]! - stamps[index - 1]!
  return { ttftMs: first - startMs, latencyMs: (endMs ?? stamps.at(-1)!) - startMs, gapsMs }
}

/** All gaps of all requests. */
export function allGaps(times: readonly PeerTimes[]): Float64Array {
  const gaps = new Float64Array(times.reduce((sum, { gapsMs }) => sum + gapsMs.length, 0))
  let length = 0
  for (const { gapsMs } of times) {
    gaps.set(gapsMs, length)
    length += gapsMs.length
  }
  return gaps
}

/** (latency − TTFT) / (tokens − 1), as all these peers have it; null for fewer than two tokens. */
export function meanGap({ latencyMs, ttftMs }: PeerTimes, tokens: number | null): number | null {
  return tokens !== null && tokens > 1 ? (latencyMs - ttftMs) / (tokens - 1) : null
}

/** Null for a duration that is none. */
export function perSecond(amount: number, durationMs: number): number | null {
  return durationMs > 0 ? (1000 * amount) / durationMs : null
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** A request and the peer's times for it; requests without any are left out. */
export function timed(
  records: readonly RequestRecord[],
  times: (record: RequestRecord) => PeerTimes | null,
): { record: RequestRecord; times: PeerTimes }[] {
  return succeeded(records).flatMap((record) => {
    const own = times(record)
    return own === null ? [] : [{ record, times: own }]
  })
}
