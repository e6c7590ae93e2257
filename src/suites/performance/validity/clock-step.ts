/** The two clocks that are held against each other; injected by tests. */
export interface TwoClocks {
  wallMs(): number
  monotonicMs(): number
}

/** When the two readings are further apart than this, the thread lost its core between them. */
const MAX_BRACKET_MS = 1
const TRIES = 3

/** Follows how far the wall clock moves against the monotonic one between two looks. */
export class ClockStepWatch {
  readonly #clocks: TwoClocks
  #offsetMs: number | null
  #longestStepMs = 0

  constructor(clocks: TwoClocks) {
    this.#clocks = clocks
    this.#offsetMs = this.#offset()
  }

  look(): void {
    const offset = this.#offset()
    if (offset === null) return
    if (this.#offsetMs !== null) this.#longestStepMs = Math.max(this.#longestStepMs, Math.abs(offset - this.#offsetMs))
    this.#offsetMs = offset
  }

  get longestStepMs(): number {
    return this.#longestStepMs
  }

  /** Null when no reading was narrow enough: a pause between the two would look like a step. */
  #offset(): number | null {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const before = this.#clocks.monotonicMs()
      const wall = this.#clocks.wallMs()
      const after = this.#clocks.monotonicMs()
      if (after - before <= MAX_BRACKET_MS) return wall - (before + after) / 2
    }
    return null
  }
}
