/** Looks for stop strings in a growing text, and keeps back an end that may yet become one. */
export class StopWatch {
  readonly #stops: readonly string[]
  readonly #includeStop: boolean
  #held = ''

  constructor(stops: readonly string[], includeStop: boolean) {
    this.#stops = stops
    this.#includeStop = includeStop
  }

  /** `text` may be shown; `stop` is the string that ended it. */
  push(text: string): { text: string; stop: string | null } {
    const joined = this.#held + text
    this.#held = ''
    let first = -1
    let found: string | null = null
    for (const stop of this.#stops) {
      const at = joined.indexOf(stop)
      if (at >= 0 && (first < 0 || at < first)) {
        first = at
        found = stop
      }
    }
    if (found !== null) return { text: joined.slice(0, first + (this.#includeStop ? found.length : 0)), stop: found }
    const keep = Math.max(0, ...this.#stops.map((stop) => overlap(joined, stop)))
    this.#held = joined.slice(joined.length - keep)
    return { text: joined.slice(0, joined.length - keep), stop: null }
  }

  end(): string {
    const held = this.#held
    this.#held = ''
    return held
  }
}

/** Length of the longest end of `text` that begins `marker` without being all of it. */
export function overlap(text: string, marker: string): number {
  for (let length = Math.min(text.length, marker.length - 1); length > 0; length--)
    if (text.endsWith(marker.slice(0, length))) return length
  return 0
}
