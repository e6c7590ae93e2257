import { describe, expect, it } from 'vitest'
import type { Arrival, Workload } from '../../../../src/plan/load.ts'
import { seededRandom } from '../../../../src/record/seeded-random.ts'
import { metricPoint } from '../../../../src/suites/performance/metrics/metric-point.ts'
import type { RequestRecord } from '../../../../src/suites/performance/record.ts'
import { steadyFaults } from '../../../../src/suites/performance/steady.ts'
import { type EventRow, loadRun, record, spec, steadyRecord } from './records.ts'

const closed: Arrival = { kind: 'closed', concurrency: 8 }
const open: Arrival = { kind: 'open', requestsPerSecond: 10, law: 'poisson', burstiness: 1, maxConcurrency: 64 }
const single = spec.workload

function faultsOf(records: RequestRecord[], arrival: Arrival = closed, workload: Workload = single) {
  return steadyFaults(metricPoint(loadRun(records), spec, null).answers, { arrival, workload })
}

/** A closed loop of 8: answers of 20 to 60 tokens, whose gaps are `gapMs` at their start with 3 % noise. */
function closedLoop(seed: number, requests: number, gapMs: (atMs: number) => number): RequestRecord[] {
  const random = seededRandom(seed)
  const freeAt = Array(8).fill(0) as number[]
  return Array.from({ length: requests }, () => {
    const slot = freeAt.indexOf(Math.min(...freeAt))
    const writtenMs = freeAt[slot]!
    const tokens = random.integer(20, 60)
    const noise = 1 + 0.03 * (random.next() + random.next() - 1)
    const one = steadyRecord({ writtenMs, ttftMs: 30, gapMs: gapMs(writtenMs) * noise, tokens })
    freeAt[slot] = one.endMs
    return one
  })
}

/** A closed loop of 8 in one batch, each of whose steps takes `stepMs(running)` and gives every request a token. */
function batch(seed: number, requests: number, stepMs: (running: number) => number): RequestRecord[] {
  const random = seededRandom(seed)
  const running: { writtenMs: number; left: number; rows: EventRow[] }[] = []
  const done: RequestRecord[] = []
  let begun = 0
  let atMs = 0
  while (done.length < requests) {
    while (running.length < 8 && begun < requests) {
      running.push({ writtenMs: atMs, left: random.integer(20, 60), rows: [] })
      begun++
    }
    atMs += stepMs(running.length)
    for (const one of [...running]) {
      one.rows.push([atMs, one.rows.length, 'answer'])
      if (--one.left > 0) continue
      running.splice(running.indexOf(one), 1)
      const { writtenMs, rows } = one
      done.push(
        record(rows, { writtenMs, intendedMs: writtenMs, dequeuedMs: writtenMs, completionTokens: rows.length }),
      )
    }
  }
  return done
}

describe('a closed loop', () => {
  it('is steady where TPOT is the same at both ends', () => {
    for (let seed = 0; seed < 40; seed++) expect(faultsOf(closedLoop(seed, 64, () => 10))).toEqual([])
  })

  it('is not steady while the server still warms up', () => {
    const [fault, ...others] = faultsOf(closedLoop(1, 64, (atMs) => (atMs < 1000 ? 13 : 10)))
    expect(others).toEqual([])
    expect(fault).toMatchObject({ code: 'not-steady', by: 'load', voids: 'all' })
    expect(fault!.reason).toMatch(/TPOT p50 was 1[23]\.\d+ ms in the first 1\d requests and (9\.9|10\.0)\d ms/)
    expect(fault!.reason).toContain('raise --warmup')
  })

  it('is not steady where the server slows down', () => {
    const [fault] = faultsOf(closedLoop(1, 64, (atMs) => (atMs > 2000 ? 12 : 10)))
    expect(fault!.reason).toContain('slows down')
  })

  it('stays steady where TPOT changes less than a tenth, or scatters more than it changes', () => {
    expect(faultsOf(closedLoop(1, 64, (atMs) => (atMs < 1000 ? 10.7 : 10)))).toEqual([])
    const random = seededRandom(7)
    let alarms = 0
    for (let seed = 0; seed < 40; seed++)
      alarms += faultsOf(closedLoop(seed, 64, () => 10 * (0.5 + random.next()))).length
    expect(alarms).toBeLessThanOrEqual(1)
  })

  it('does not take the faster last requests, which fewer run beside, for unsteadiness', () => {
    for (const requests of [32, 64])
      for (let seed = 0; seed < 20; seed++)
        expect(faultsOf(batch(seed, requests, (running) => 4 + 0.75 * running))).toEqual([])
  })

  it('is not judged by the TTFT of its first requests, nor by fewer than 16', () => {
    const burst = closedLoop(1, 32, () => 10).map((one, index) =>
      index < 8 ? { ...one, writtenMs: one.writtenMs - 500, intendedMs: one.intendedMs - 500 } : one,
    )
    expect(faultsOf(burst)).toEqual([])
    const few = (count: number) =>
      Array.from({ length: count }, (_, index) =>
        steadyRecord({ writtenMs: 200 * index, ttftMs: 30, gapMs: index < count / 2 ? 20 : 10, tokens: 10 }),
      )
    expect(faultsOf(few(15))).toEqual([])
    expect(faultsOf(few(16))).toHaveLength(1)
  })
})

describe('an open loop', () => {
  /** Requests at random times to a server that serves one at a time, `serviceMs` each. */
  function queue(seed: number, requests: number, serviceMs: number): RequestRecord[] {
    const random = seededRandom(seed)
    let dueMs = 0
    let freeMs = 0
    return Array.from({ length: requests }, () => {
      dueMs += -100 * Math.log(1 - random.next())
      const startMs = Math.max(dueMs, freeMs)
      freeMs = startMs + serviceMs
      return steadyRecord({
        writtenMs: dueMs,
        ttftMs: startMs - dueMs + serviceMs / 2,
        gapMs: serviceMs / 20,
        tokens: 10,
      })
    })
  }

  it('is overloaded where the queue grows all the way', () => {
    let seen = 0
    for (let seed = 0; seed < 20; seed++) {
      const faults = faultsOf(queue(seed, 100, 150), open)
      if (faults.some(({ reason }) => reason.startsWith('overload: TTFT p50 rose from '))) seen++
    }
    expect(seen).toBeGreaterThanOrEqual(18)
  })

  it('is not overloaded where the server keeps up', () => {
    let alarms = 0
    for (let seed = 0; seed < 40; seed++) alarms += faultsOf(queue(seed, 100, 70), open).length
    expect(alarms).toBe(0)
  })

  it('is not judged as a ramp, a trace or a conversation, whose load changes by itself', () => {
    const overloaded = queue(1, 100, 150)
    const ramp: Arrival = { ...open, kind: 'ramp', fromPerSecond: 1, toPerSecond: 9 } as Arrival
    const turns: Workload = { ...single, kind: 'multi-turn', turns: 3, thinkSeconds: 0 } as Workload
    expect(faultsOf(overloaded, ramp)).toEqual([])
    expect(faultsOf(overloaded, { kind: 'trace', speed: 1, maxConcurrency: 9 })).toEqual([])
    expect(faultsOf(overloaded, open, turns)).toEqual([])
  })
})
