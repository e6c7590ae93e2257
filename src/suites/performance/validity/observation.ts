/** What was seen of the measuring thread over one load point. Plain data, so that another thread can hand its own over. */
export interface ClientObservation {
  durationMs: number
  /** Share of the time in which the event loop was busy. */
  utilisation: number
  /** The same in each window of about 100 ms. */
  windowUtilisations: readonly number[]
  /** Longest time for which a due timer was not served. */
  longestTimerStallMs: number
  /** Garbage collection. */
  longestCollectionMs: number
  totalCollectionMs: number
  /** Null where the system does not tell. */
  runDelayShare: number | null
  stealShare: number | null
  throttledMs: number | null
  /** Furthest that the wall clock moved against the monotonic one between two looks. */
  clockStepMs: number
  clockGovernor: string | null
  /** Null when there was no reference stream. */
  beats: BeatLog | null
}

/** The beats of the reference stream that came during the point. */
export interface BeatLog {
  /** How long after it was sent each was seen, in the order of coming; the last one is not known. */
  errorsMs: number[]
  /** Longest for which the sender itself was late with a beat: a stopped process stops both threads. */
  longestSenderDelayMs: number
}

/** Longest time for which anything that was due in the measuring thread was not served. */
export function longestStallMs(observation: ClientObservation): number {
  return (observation.beats?.errorsMs ?? []).reduce(
    (longest, error) => Math.max(longest, error),
    observation.longestTimerStallMs,
  )
}
