/** What the engine counts, under no engine's names; `metrics-page.ts` writes it out as each of them does. */

const TTFT_BUCKETS_S = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
]
const ITL_BUCKETS_S = [0.001, 0.0025, 0.005, 0.0075, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 1, 2.5]
const E2E_BUCKETS_S = [0.1, 0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240]
const QUEUE_BUCKETS_S = E2E_BUCKETS_S

export class Histogram {
  /** Upper bounds in seconds, rising. */
  readonly bounds: readonly number[]
  /** Observations up to each bound. */
  readonly counts: number[]
  sum = 0
  count = 0

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.counts = bounds.map(() => 0)
  }

  observe(value: number): void {
    this.sum += value
    this.count++
    for (const [index, bound] of this.bounds.entries()) if (value <= bound) this.counts[index]!++
  }
}

export type FinishedReason = 'stop' | 'length' | 'abort'

export class Metrics {
  running = 0
  waiting = 0
  received = 0
  promptTokens = 0
  /** As they are made, and of requests that have ended: engines differ in when they count. */
  generationTokens = 0
  endedGenerationTokens = 0
  prefixQueries = 0
  prefixHits = 0
  /** Of requests that have ended. */
  prefillSeconds = 0
  decodeSeconds = 0
  /** Share of the room for cached blocks that is taken. */
  cacheUse = 0
  readonly finished: Record<FinishedReason, number> = { stop: 0, length: 0, abort: 0 }
  readonly timeToFirstToken = new Histogram(TTFT_BUCKETS_S)
  readonly interTokenLatency = new Histogram(ITL_BUCKETS_S)
  readonly endToEnd = new Histogram(E2E_BUCKETS_S)
  readonly queueTime = new Histogram(QUEUE_BUCKETS_S)
}
