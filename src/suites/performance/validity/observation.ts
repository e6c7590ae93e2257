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
  meanRunDelayMs: number | null
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
  /** How long after its time each was sent: a stopped process stops both threads. */
  senderDelaysMs: number[]
}

/** Longest time for which anything that was due in the measuring thread was not served. */
export function longestStallMs(observation: ClientObservation): number {
  return Math.max(observation.longestTimerStallMs, longestOf(observation.beats?.errorsMs ?? []))
}

/** 0 for none. Not by spreading: a long run has more beats than a call may have arguments. */
export function longestOf(timesMs: readonly number[]): number {
  return timesMs.reduce((longest, time) => Math.max(longest, time), 0)
}
