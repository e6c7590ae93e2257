import type { ClientObservation } from '../../../../../src/suites/performance/validity/observation.ts'

/** A client that kept up for ten seconds; parts are overridden by tests. */
export function observed(parts: Partial<ClientObservation> = {}): ClientObservation {
  return {
    durationMs: 10_000,
    utilisation: 0.1,
    windowUtilisations: new Array(100).fill(0.1),
    longestTimerStallMs: 3,
    longestCollectionMs: 1,
    totalCollectionMs: 5,
    runDelayShare: 0.005,
    meanRunDelayMs: 0.002,
    stealShare: 0,
    throttledMs: 0,
    clockStepMs: 0.1,
    clockGovernor: null,
    beats: { errorsMs: new Array(1000).fill(0.08), senderDelaysMs: new Array(1000).fill(0.1) },
    ...parts,
  }
}

/** `late` beats of `total` that are `lateMs` late, the others not. */
export function beats(total: number, late: number, lateMs: number, senderDelaysMs = [0.1]) {
  return {
    errorsMs: Array.from({ length: total }, (_, index) => (index < late ? lateMs : 0.05)),
    senderDelaysMs,
  }
}
