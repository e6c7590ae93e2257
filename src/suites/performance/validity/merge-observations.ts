import { nearestRank } from '../metrics/percentile.ts'
import { MAX_STAMP_ERROR_P50_MS, stampErrors } from './client-faults.ts'
import type { ClientObservation } from './observation.ts'

/**
 * One observation of several threads that measured the same point: of each number the worst, so that no thread can hide
 * behind the others. The beats are those of one thread: pooled, a late one would thin out. Stamps that are late at the
 * median weigh more than any share of late ones.
 */
export function mergeObservations(
  seen: readonly [ClientObservation, ...ClientObservation[]],
  lateMs: number,
): ClientObservation {
  const most = (value: (one: ClientObservation) => number) => Math.max(...seen.map(value))
  const mostKnown = (value: (one: ClientObservation) => number | null) => {
    const known = seen.map(value).filter((one) => one !== null)
    return known.length === 0 ? null : Math.max(...known)
  }
  const lateShare = ({ beats }: ClientObservation) => {
    if (beats === null || beats.errorsMs.length === 0) return -1
    return beats.errorsMs.filter((error) => error > lateMs).length / beats.errorsMs.length
  }
  const lateMedianMs = (one: ClientObservation) => {
    const { p50Ms } = stampErrors(one)
    return p50Ms !== null && p50Ms > MAX_STAMP_ERROR_P50_MS ? p50Ms : 0
  }
  const isLater = (one: ClientObservation, other: ClientObservation) =>
    (lateMedianMs(one) - lateMedianMs(other) || lateShare(one) - lateShare(other)) > 0
  const busiestWindow = ({ windowUtilisations }: ClientObservation) => nearestRank(windowUtilisations, 99) ?? 0
  return {
    durationMs: most((one) => one.durationMs),
    utilisation: most((one) => one.utilisation),
    windowUtilisations: seen.reduce((worst, one) => (busiestWindow(one) > busiestWindow(worst) ? one : worst))
      .windowUtilisations,
    longestTimerStallMs: most((one) => one.longestTimerStallMs),
    longestCollectionMs: most((one) => one.longestCollectionMs),
    totalCollectionMs: most((one) => one.totalCollectionMs),
    meanRunDelayMs: mostKnown((one) => one.meanRunDelayMs),
    runDelayShare: mostKnown((one) => one.runDelayShare),
    stealShare: mostKnown((one) => one.stealShare),
    throttledMs: mostKnown((one) => one.throttledMs),
    clockStepMs: most((one) => one.clockStepMs),
    clockGovernor: seen[0].clockGovernor,
    beats: seen.reduce((worst, one) => (isLater(one, worst) ? one : worst)).beats,
  }
}
