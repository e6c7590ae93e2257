/** The few things that stages need from outside, small and named for the domain, so that a test can hand in its own. */

/** Progress and remarks for a person; never results. Goes to stderr. */
export interface Progress {
  /** One line that stays. */
  note(message: string): void
  /** A moving state: `done` of `total` of the thing called `label`; `detail` is what else is known just now. */
  step(label: string, done: number, total: number, detail?: string): void
}

/** Wall clock for dates in documents, monotonic clock for durations. */
export interface Clock {
  /** The date now, ISO 8601 in UTC. */
  date(): string
  /** Milliseconds on a monotonic clock, fractions included. */
  monotonicMs(): number
}

/** A progress that says nothing, for tests and `--json`. */
export const silentProgress: Progress = { note() {}, step() {} }
