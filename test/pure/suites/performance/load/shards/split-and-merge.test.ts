import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Arrival } from '../../../../../../src/plan/load.ts'
import { EventLog } from '../../../../../../src/suites/performance/event-log.ts'
import { arrivalTimes } from '../../../../../../src/suites/performance/load/arrivals.ts'
import type { LoadRun } from '../../../../../../src/suites/performance/load/run.ts'
import { mergeRuns } from '../../../../../../src/suites/performance/load/shards/merge.ts'
import { packRun, unpackRun } from '../../../../../../src/suites/performance/load/shards/messages.ts'
import { splitLoad } from '../../../../../../src/suites/performance/load/shards/split.ts'
import type { RequestRecord } from '../../../../../../src/suites/performance/record.ts'
import type { PlannedSession } from '../../../../../../src/suites/performance/workload/planned.ts'

const planned = (session: number, turns = 1): PlannedSession => ({
  atMs: null,
  requests: Array.from({ length: turns }, (_, turn) => ({
    request: { id: `s${session}t${turn}`, path: '/', headers: {}, body: new Uint8Array(), bytes: Buffer.alloc(0) },
    ...{ session, turn, thinkMs: 0 },
    asked: { inputTokens: null, outputTokens: 1, cachedTokens: 0 },
  })),
})
const plan = (count: number, turns = 1) => Array.from({ length: count }, (_, index) => planned(index, turns))

function record(id: string, endMs: number): RequestRecord {
  return {
    ...{ id, session: 0, turn: 0, intendedMs: 0, dequeuedMs: 0, writtenMs: 0, firstByteMs: 1, endMs },
    ...{ reused: true, connectMs: 0, asked: { inputTokens: null, outputTokens: 1, cachedTokens: 0 } },
    events: EventLog.of([{ atMs: endMs, read: 0, class: 'answer', offset: 9, tokens: 2 }]),
    ...{ promptTokens: null, completionTokens: 1, cachedTokens: null, reasoningTokens: null },
    ...{ finishReason: null, server: null, outcome: { state: 'ok' } },
  }
}
const ran = (ids: string[], endMs: number, inFlight: LoadRun['inFlight'] = []): LoadRun => ({
  records: ids.map((id) => record(id, endMs)),
  ...{ planned: ids.length, durationMs: endMs, inFlight, keepAlive: true },
})

describe('a load split among threads', () => {
  it('has every session, every warm-up request and every connection once, evenly', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 16 }),
        (concurrency, count, threads) => {
          const sessions = plan(count)
          const load = {
            arrival: { kind: 'closed', concurrency } as const,
            sessions,
            warmup: plan(7).flatMap((one) => one.requests),
          }
          const split = splitLoad(load, 1, threads)
          expect(split).toHaveLength(Math.min(threads, concurrency, count))
          const shares = split.map(({ arrival }) => (arrival.kind === 'closed' ? arrival.concurrency : 0))
          expect(shares.reduce((sum, share) => sum + share)).toBe(concurrency)
          expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1)
          expect(new Set(split.flatMap((one) => one.sessions))).toEqual(new Set(sessions))
          expect(split.flatMap((one) => one.sessions)).toHaveLength(count)
          expect(split.flatMap((one) => one.warmup)).toHaveLength(7)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('keeps the arrival times of the whole', () => {
    const arrival: Arrival = { kind: 'open', requestsPerSecond: 50, law: 'gamma', burstiness: 0.5, maxConcurrency: 10 }
    const split = splitLoad({ arrival, sessions: plan(20), warmup: [] }, 7, 3)
    expect(split.map((one) => one.arrival)).toEqual(
      [4, 3, 3].map((maxConcurrency) => ({ kind: 'trace', speed: 1, maxConcurrency })),
    )
    const times = split.flatMap((one) => one.sessions.map(({ atMs }) => atMs!)).sort((left, right) => left - right)
    expect(times).toEqual([...arrivalTimes(arrival, 20, 7)])
  })
})

describe('what several threads measured', () => {
  it('stands in the order planned, and lasts until the last of them', () => {
    const sessions = plan(4, 2)
    const merged = mergeRuns([ran(['s0t0', 's0t1', 's2t0'], 300), ran(['s1t0', 's1t1', 's3t0', 's3t1'], 500)], sessions)
    expect(merged.records.map(({ id }) => id)).toEqual(['s0t0', 's0t1', 's1t0', 's1t1', 's2t0', 's3t0', 's3t1'])
    expect(merged).toMatchObject({ planned: 7, durationMs: 500, keepAlive: true })
  })

  it('has the requests in flight of all, none for a thread that has ended', () => {
    const looks = (requests: number[], lateMs: number) =>
      requests.map((count, index) => ({ atMs: 100 * (index + 1) + lateMs, requests: count }))
    const { inFlight } = mergeRuns(
      [ran([], 1, looks([5, 5, 4, 4, 4, 2], 0)), ran([], 1, looks([3, 1], 30)), ran([], 1)],
      [],
    )
    expect(inFlight.map(({ requests }) => requests)).toEqual([8, 6, 5, 4, 4, 2])
    expect(inFlight.map(({ atMs }) => atMs)).toEqual([100, 200, 300, 400, 500, 600])
  })

  it('crosses from thread to thread whole', () => {
    const run = ran(['a', 'b'], 40, [{ atMs: 10, requests: 2 }])
    const { run: sent, transfer } = packRun(run)
    const received = unpackRun(structuredClone(sent, { transfer }))
    expect(received.records.map(({ events }) => [...events])).toEqual(run.records.map(({ events }) => [...events]))
    expect({ ...received, records: received.records.map(({ id }) => id) }).toEqual({ ...run, records: ['a', 'b'] })
  })
})
