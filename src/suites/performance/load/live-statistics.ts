import { carriesTokens } from '../event-classifier.ts'
import { nearestRankOfSorted } from '../metrics/percentile.ts'
import type { RequestRecord } from '../record.ts'

/** How a load point stands, for a person who watches it. */
export interface LiveSnapshot {
  /** Requests that ended, well or not. */
  done: number
  planned: number
  running: number
  failed: number
  /** Requests that ended, over the last of them. */
  ratePerSecond: number
  /** Time to first token over the last requests that had one; null before the first. */
  ttftP50Ms: number | null
  ttftP99Ms: number | null
  /** Those times, ascending: what several threads see is put together from them, never from percentiles. */
  recentTtftMs: Float64Array
}

/** What stands beside the bar: `32 running, 14.2 req/s, TTFT p50 210 ms, p99 480 ms, 3 failed`. */
export function describeLive({ running, failed, ratePerSecond, ttftP50Ms, ttftP99Ms }: LiveSnapshot): string {
  const parts = [
    ...(running > 0 ? [`${running} running`] : []),
    `${ratePerSecond.toFixed(ratePerSecond < 100 ? 1 : 0)} req/s`,
  ]
  if (ttftP50Ms !== null && ttftP99Ms !== null)
    parts.push(`TTFT p50 ${ttftP50Ms.toFixed(0)} ms`, `p99 ${ttftP99Ms.toFixed(0)} ms`)
  if (failed > 0) parts.push(`${failed} failed`)
  return parts.join(', ')
}

/** One load that several threads carry. */
export function mergeSnapshots(snapshots: readonly LiveSnapshot[]): LiveSnapshot {
  const sum = (value: (one: LiveSnapshot) => number) => snapshots.reduce((total, one) => total + value(one), 0)
  const recentTtftMs = Float64Array.from(snapshots.flatMap((one) => [...one.recentTtftMs])).sort()
  return {
    done: sum((one) => one.done),
    planned: sum((one) => one.planned),
    running: sum((one) => one.running),
    failed: sum((one) => one.failed),
    ratePerSecond: sum((one) => one.ratePerSecond),
    ttftP50Ms: nearestRankOfSorted(recentTtftMs, 50),
    ttftP99Ms: nearestRankOfSorted(recentTtftMs, 99),
    recentTtftMs,
  }
}

/** What has come so far looks back over so many requests, to be bounded and quick to sort. */
const WINDOW = 1000

/** Counts while a load runs, in bounded memory. Times are those of the records. */
export class LiveStatistics {
  readonly #planned: number
  readonly #ttftMs = new Float64Array(WINDOW)
  readonly #endMs = new Float64Array(WINDOW)
  #begun = 0
  #ended = 0
  #failed = 0
  #ttfts = 0

  constructor(planned: number) {
    this.#planned = planned
  }

  /** Requests that were begun and have not ended. */
  get running(): number {
    return this.#begun - this.#ended
  }

  begun(): void {
    this.#begun++
  }

  ended(record: RequestRecord): void {
    this.#endMs[this.#ended++ % WINDOW] = record.endMs
    if (record.outcome.state === 'failed') this.#failed++
    const ttftMs = timeToFirstToken(record)
    if (ttftMs !== null) this.#ttftMs[this.#ttfts++ % WINDOW] = ttftMs
  }

  /** A request that was stopped from our side: it runs no more and counts nowhere. */
  stopped(): void {
    this.#begun--
  }

  snapshot(nowMs: number): LiveSnapshot {
    const ttftMs = this.#ttftMs.slice(0, Math.min(this.#ttfts, WINDOW)).sort()
    const counted = Math.min(this.#ended, WINDOW)
    const sinceMs = this.#ended > WINDOW ? this.#endMs[this.#ended % WINDOW]! : 0
    return {
      done: this.#ended,
      planned: this.#planned,
      running: this.running,
      failed: this.#failed,
      ratePerSecond: nowMs > sinceMs ? (counted / (nowMs - sinceMs)) * 1000 : 0,
      ttftP50Ms: nearestRankOfSorted(ttftMs, 50),
      ttftP99Ms: nearestRankOfSorted(ttftMs, 99),
      recentTtftMs: ttftMs,
    }
  }
}

function timeToFirstToken({ events, writtenMs }: RequestRecord): number | null {
  for (let index = 0; index < events.length; index++)
    if (carriesTokens(events.classAt(index))) return events.atMs(index) - writtenMs
  return null
}
