import { describe, expect, it } from 'vitest'
import type { Comparison } from '../../../src/compare/schema.ts'
import type { Arrival } from '../../../src/plan/load.ts'
import type { Plan } from '../../../src/plan/schema.ts'
import type { LoadPoint, PointFault } from '../../../src/record/cell-result.ts'
import type { Side } from '../../../src/record/words.ts'
import { caseOf } from '../../../src/report/verdict-words.ts'
import { makePlan, makeResult, plannedCell, pointFault, type ResultChoice } from '../../fixtures/cell-results.ts'
import { compareAll } from '../../fixtures/comparisons.ts'

const cell = plannedCell().id
const MEDIAN = 'chat c4 · tpot.p50'
const TAIL = 'chat c4 · itl.p99'

/** A comparison of results in which something was done to every load point of some sides. */
function compared(
  edit: (point: LoadPoint, points: LoadPoint[], side: Side) => void,
  choice: ResultChoice = {},
  plan: Plan = makePlan(),
): Comparison {
  const result = makeResult(cell, choice)
  for (const { side, sessions } of result.arms)
    for (const { points } of sessions) for (const point of [...points]) edit(point, points, side)
  return compareAll([result], plan)
}

const rowsOf = (comparison: Comparison, subject: string) =>
  comparison.verdicts.filter((each) => each.subject === subject)
const rowOf = (comparison: Comparison, subject: string) => rowsOf(comparison, subject)[0]!

describe('a fault that voids the tails alone', () => {
  const spoilHead = (fault: PointFault, choice: ResultChoice = {}) =>
    compared((point, _, side) => {
      if (side === 'head') point.invalid = [fault]
    }, choice)

  it('leaves medians and throughput to be judged', () => {
    const comparison = spoilHead(pointFault('client', 'the client paused for 80 ms', 'tails'), { head: { tpot: 1.08 } })
    expect(rowOf(comparison, MEDIAN)).toMatchObject({ verdict: 'regressed', performance: { pairs: 3 } })
    expect(rowOf(comparison, MEDIAN).reason).not.toContain('paused')
    expect(rowOf(comparison, 'chat c4 · output-tokens-per-second').verdict).toBe('regressed')
  })

  it('voids the tail, and says why', () => {
    const comparison = spoilHead(pointFault('client', 'the client paused for 80 ms', 'tails'))
    expect(rowOf(comparison, TAIL)).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringMatching(/invalid measurement: head session 0: the client paused for 80 ms/),
      performance: { head: null, pairs: 0, effect: null },
    })
    expect(comparison.outcome).toBe('incomplete')
  })

  it('opens no question that too few samples had closed', () => {
    const comparison = compared((point, _, side) => {
      if (side === 'head') point.invalid = [pointFault('client', 'it paused', 'tails')]
    })
    // All sessions of the head are void in their tails: whether there were samples enough cannot be told.
    expect(rowOf(comparison, 'chat c4 · ttft.token.p99').verdict).toBe('inconclusive')
    let seen = 0
    const once = compared((point, _, side) => {
      if (side === 'head' && seen++ < 2) point.invalid = [pointFault('client', 'it paused', 'tails')]
    })
    expect(rowOf(once, 'chat c4 · ttft.token.p99')).toMatchObject({
      verdict: 'skipped',
      reason: 'TTFT p99 has no value on either side: too few samples for it',
    })
    expect(once.outcome).toBe('pass')
  })

  it('counts against the head where the server did it', () => {
    const comparison = spoilHead(pointFault('server', 'it restarted', 'tails'))
    expect(rowOf(comparison, TAIL)).toMatchObject({ verdict: 'broken', reason: expect.stringContaining('restarted') })
    expect(rowOf(comparison, MEDIAN).verdict).toBe('equivalent')
  })

  it('excuses no median that the server spoilt', () => {
    const comparison = compared((point, _, side) => {
      const failed = pointFault('server', '12 of 40 requests failed')
      if (side === 'head') point.invalid = [failed, pointFault('client', 'the client paused', 'tails')]
    })
    expect(rowOf(comparison, MEDIAN).verdict).toBe('broken')
    expect(rowOf(comparison, TAIL).verdict).toBe('inconclusive')
  })

  it('leaves only the tail out of the comparison of two targets', () => {
    const cells = [plannedCell({ target: 'ascend-950', vendor: 'ascend' }), plannedCell()]
    const results = cells.map(({ id }) => makeResult(id))
    for (const session of results[0]!.arms[1]!.sessions)
      for (const point of session.points) point.invalid = [pointFault('client', 'the client paused', 'tails')]
    const { parity } = compareAll(results, makePlan(cells))
    expect(parity.find(({ subject }) => subject === TAIL)).toMatchObject({ gap: null, candidateValue: null })
    expect(parity.find(({ subject }) => subject === MEDIAN)!.gap).not.toBeNull()
  })
})

describe('load levels of every kind', () => {
  const law = { law: 'poisson', burstiness: 1, maxConcurrency: 64 } as const
  const arrivals: Arrival[] = [
    { kind: 'closed', concurrency: 4 },
    { kind: 'open', requestsPerSecond: 2.5, ...law },
    { kind: 'open', requestsPerSecond: 2.5, ...law, law: 'gamma', burstiness: 0.5 },
    { kind: 'ramp', fromPerSecond: 1, toPerSecond: 8, ...law },
    { kind: 'trace', speed: 2, maxConcurrency: 64 },
  ]
  const loads = ['c4', '2.5 req/s', '2.5 req/s gamma 0.5', '1-8 req/s', 'trace x2']
  const plan = makePlan()
  plan.suites.performance!.scenarios[0]!.arrivals = arrivals

  it('are each compared with their own like', () => {
    const comparison = compared(
      (point, points, side) => {
        if (point.load === 'c1') return void points.splice(points.indexOf(point), 1)
        for (const load of loads.slice(1)) {
          const metrics = point.metrics.map((metric) => ({ ...metric }))
          const tpot = metrics.find(({ name }) => name === 'tpot.p50')!
          if (side === 'head' && load === '1-8 req/s') tpot.value! *= 1.2
          points.push({ ...point, load, concurrency: null, metrics })
        }
      },
      {},
      plan,
    )
    const found = loads.map((load) => rowOf(comparison, `chat ${load} · tpot.p50`))
    expect(found.map(({ verdict }) => verdict)).toEqual([
      'equivalent',
      'equivalent',
      'equivalent',
      'regressed',
      'equivalent',
    ])
    expect(found.map(({ performance }) => performance!.load)).toEqual(loads)
    expect(found.map((each) => caseOf(each))[1]).toBe('chat 2.5 req/s · TPOT p50 (ms) ↓')
    expect(comparison.census.missing).toBe(0)
  })

  it('are missing where the head did not measure them', () => {
    const comparison = compared(() => {}, {}, plan)
    const missing = comparison.verdicts.filter(({ verdict }) => verdict === 'missing')
    expect(missing.map(({ subject }) => subject)).toEqual(loads.slice(1).map((load) => `chat ${load}`))
  })
})

describe('what is not compared', () => {
  it('has no row: a metric that is only recorded', () => {
    const comparison = compared((point) => {
      for (const metric of point.metrics) if (metric.name === 'e2el.p50') metric.role = 'recorded'
    })
    expect(rowsOf(comparison, 'chat c4 · e2el.p50')).toEqual([])
    expect(rowsOf(comparison, MEDIAN)).toHaveLength(1)
  })

  it('is not read: a point measured again at the end of its session', () => {
    const repeat = (point: LoadPoint, points: LoadPoint[], side: Side) => {
      const metrics = point.metrics.map((metric) => ({ ...metric, value: side === 'head' ? 1000 : metric.value }))
      if (point.load === 'c4') points.push({ ...point, repetition: 2, metrics, invalid: [pointFault('server', 'x')] })
    }
    const once = compared(() => {})
    once.cells[0]!.measurement!.repetitions = 6
    expect(compared(repeat)).toEqual(once)
  })
})
