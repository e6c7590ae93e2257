import type { ClientObservation } from './observation.ts'

/**
 * One observation of several threads that measured the same point: of each number the worst, so that no thread can hide
 * behind the others. The beats are those of the thread with the most late ones: pooled, a late thread would thin out.
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
  const busiest = seen.reduce((worst, one) => (one.utilisation > worst.utilisation ? one : worst))
  return {
    durationMs: most((one) => one.durationMs),
    utilisation: busiest.utilisation,
    windowUtilisations: busiest.windowUtilisations,
    longestTimerStallMs: most((one) => one.longestTimerStallMs),
    longestCollectionMs: most((one) => one.longestCollectionMs),
    totalCollectionMs: most((one) => one.totalCollectionMs),
    meanRunDelayMs: mostKnown((one) => one.meanRunDelayMs),
    runDelayShare: mostKnown((one) => one.runDelayShare),
    stealShare: mostKnown((one) => one.stealShare),
    throttledMs: mostKnown((one) => one.throttledMs),
    clockStepMs: most((one) => one.clockStepMs),
    clockGovernor: seen[0].clockGovernor,
    beats: seen.reduce((worst, one) => (lateShare(one) > lateShare(worst) ? one : worst)).beats,
  }
}
