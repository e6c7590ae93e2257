import type { PointFault } from '../../../record/cell-result.ts'
import type { LoadRun } from '../load/run.ts'
import { requestsInFlight } from '../requests-in-flight.ts'

/** Between the requests counted from outside and those that the records account for. */
export const MAX_DEVIATION = 0.05
/** With fewer looks from outside there is no mean to speak of. */
export const FEWEST_SAMPLES = 20

/**
 * Little's law, N̄ = λ̄ · W̄: the requests counted in flight from outside must be those that the records account for. Where
 * they are not, records are missing or their times are wrong, and so is every number made of them.
 *
 * λ̄ · W̄ over the measured time is Σ (end − begun) / time; begun is before a connection that had to be made, since those
 * outside count a request from then on. What looking at single moments costs is known exactly, since the records say how
 * many requests ran at each of them: that difference is allowed on top of 5 %.
 */
export function littlesLawFaults({ records, inFlight }: Pick<LoadRun, 'records' | 'inFlight'>): PointFault[] {
  const spans = records.map(({ dequeuedMs, connectMs, endMs }) => ({ writtenMs: dequeuedMs - connectMs, endMs }))
  const startMs = spans.reduce((least, span) => Math.min(least, span.writtenMs), Number.POSITIVE_INFINITY)
  const endMs = records.reduce((most, record) => Math.max(most, record.endMs), Number.NEGATIVE_INFINITY)
  const samples = inFlight.filter(({ atMs }) => atMs >= startMs && atMs <= endMs)
  if (samples.length < FEWEST_SAMPLES || endMs <= startMs) return []
  const counted = mean(samples.map(({ requests }) => requests))
  const byRecords = requestsInFlight(spans)
  const recorded = byRecords.mean(startMs, endMs)
  const samplingError = Math.abs(mean(samples.map(({ atMs }) => byRecords.mean(atMs, atMs))) - recorded)
  const off = Math.abs(counted - recorded)
  if (off <= MAX_DEVIATION * Math.max(counted, recorded) + samplingError) return []
  const reason =
    `${counted.toFixed(2)} requests were in flight on average, the records account for ${recorded.toFixed(2)} ` +
    `(Little's law, limit ${100 * MAX_DEVIATION} %)`
  return [{ code: 'littles-law', by: 'client', voids: 'all', reason }]
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
