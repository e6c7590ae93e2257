import { describe, expect, it } from 'vitest'
import { EventLog } from '../../../../../src/suites/performance/event-log.ts'
import {
  describeLive,
  LiveStatistics,
  mergeSnapshots,
} from '../../../../../src/suites/performance/load/live-statistics.ts'
import type { RequestRecord } from '../../../../../src/suites/performance/record.ts'

/** A request written at `writtenMs` whose first token came `ttftMs` later; null for one that failed before. */
function ended(writtenMs: number, ttftMs: number | null, endMs: number): RequestRecord {
  const tokens =
    ttftMs === null
      ? []
      : ([
          { atMs: writtenMs + ttftMs / 2, read: 0, class: 'role' },
          { atMs: writtenMs + ttftMs, read: 1, class: 'reasoning' },
          { atMs: writtenMs + 2 * ttftMs, read: 2, class: 'answer' },
        ] as const)
  return {
    ...{
      id: 'r',
      session: 0,
      turn: 0,
      intendedMs: writtenMs,
      dequeuedMs: writtenMs,
      writtenMs,
      firstByteMs: null,
      endMs,
    },
    ...{ reused: true, connectMs: 0, asked: { inputTokens: null, outputTokens: 2, cachedTokens: 0 } },
    events: EventLog.of(tokens),
    ...{ promptTokens: null, completionTokens: null, cachedTokens: null, reasoningTokens: null },
    ...{ finishReason: null, server: null },
    outcome: ttftMs === null ? { state: 'failed', error: 'timeout', detail: '' } : { state: 'ok' },
  }
}

describe('what a running load shows', () => {
  it('is nothing at its beginning', () => {
    expect(new LiveStatistics(10).snapshot(0)).toEqual({
      ...{ done: 0, planned: 10, running: 0, failed: 0, ratePerSecond: 0 },
      ...{ ttftP50Ms: null, ttftP99Ms: null, recentTtftMs: new Float64Array() },
    })
  })

  it('counts requests that run, ended and failed, and the time to the first token', () => {
    const live = new LiveStatistics(10)
    for (let index = 0; index < 6; index++) live.begun()
    for (const ttftMs of [10, 30, 20]) live.ended(ended(5, ttftMs, 200))
    live.ended(ended(5, null, 400))
    live.stopped()
    expect(live.snapshot(500)).toEqual({
      ...{ done: 4, planned: 10, running: 1, failed: 1, ratePerSecond: 8 },
      ...{ ttftP50Ms: 20, ttftP99Ms: 30, recentTtftMs: Float64Array.of(10, 20, 30) },
    })
  })

  it('looks back over the last thousand', () => {
    const live = new LiveStatistics(5000)
    for (let index = 0; index < 3000; index++) {
      live.begun()
      // Ten a second and slow at first, then a hundred a second and fast.
      const endMs = index < 1000 ? index * 100 : 100_000 + (index - 1000) * 10
      live.ended(ended(0, index < 1000 ? 500 : 5, endMs))
    }
    const { done, ratePerSecond, ttftP99Ms } = live.snapshot(120_000)
    expect([done, ttftP99Ms]).toEqual([3000, 5])
    expect(ratePerSecond).toBeCloseTo(100, 0)
  })

  it('is told in a line, without what is not known', () => {
    const live = new LiveStatistics(10)
    live.begun()
    expect(describeLive(live.snapshot(10))).toBe('1 running, 0.0 req/s')
    live.ended(ended(5, 20.4, 100))
    live.begun()
    live.ended(ended(5, null, 200))
    expect(describeLive(live.snapshot(1000))).toBe('2.0 req/s, TTFT p50 20 ms, p99 20 ms, 1 failed')
  })

  it('of several threads has the percentiles of all their requests', () => {
    const [fast, slow] = [new LiveStatistics(6), new LiveStatistics(4)]
    for (const ttftMs of [10, 11, 12, 13]) fast.ended(ended(0, ttftMs, 500))
    for (const ttftMs of [100, 500]) slow.ended(ended(0, ttftMs, 500))
    slow.begun()
    const merged = mergeSnapshots([fast.snapshot(1000), slow.snapshot(1000)])
    expect(merged).toMatchObject({ done: 6, planned: 10, failed: 0, ratePerSecond: 6, ttftP50Ms: 12, ttftP99Ms: 500 })
  })
})
