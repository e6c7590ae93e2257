import type { ClientState } from '../../../record/cell-result.ts'
import { nearestRank } from '../metrics/percentile.ts'
import type { RequestRecord } from '../record.ts'
import { stampErrors } from './client-faults.ts'
import { type ClientObservation, longestStallMs } from './observation.ts'

/** What the result says of the measuring process. `records`: the measured requests of the same point. */
export function clientState(
  seen: ClientObservation,
  facts: { threads: number; transport: string; records: readonly RequestRecord[] },
): ClientState {
  const { threads, transport, records } = facts
  const errors = stampErrors(seen)
  // A request that was never written has no lag.
  const sent = records.filter(({ outcome }) => outcome.state === 'ok' || outcome.error !== 'connect')
  return {
    threads,
    transport,
    utilisation: seen.utilisation,
    stampErrorP50Ms: errors.p50Ms,
    stampErrorP99Ms: errors.p99Ms,
    longestStallMs: longestStallMs(seen),
    runDelayShare: seen.runDelayShare,
    stealShare: seen.stealShare,
    longestCollectionMs: seen.longestCollectionMs,
    dispatchLagP99Ms: nearestRank(
      sent.map((record) => record.writtenMs - record.intendedMs),
      99,
    ),
    reusedShare: sent.length === 0 ? null : sent.filter((record) => record.reused).length / sent.length,
  }
}

/** For a person: what could not be watched, and facts that explain a slow client. */
export function clientRemarks(seen: ClientObservation): string[] {
  const remarks: string[] = []
  if (seen.beats === null)
    remarks.push('no reference stream ran beside the load: how late the stamps were is not known')
  else if (seen.beats.errorsMs.length === 0 && seen.durationMs > SILENT_AFTER_MS)
    remarks.push('the reference stream fell silent: how late the stamps were is not known')
  if (seen.clockGovernor !== null && seen.clockGovernor !== 'performance')
    remarks.push(`the CPU governor of the client is "${seen.clockGovernor}"; "performance" answers sooner`)
  return remarks
}

/** Dozens of beats belong into this. */
const SILENT_AFTER_MS = 500
