import { describe, expect, it } from 'vitest'
import { isServerFault } from '../../../src/compare/unmeasured.ts'
import type { CellResult, CheckResult, LoadPoint, Session } from '../../../src/record/cell-result.ts'
import type { Side } from '../../../src/record/words.ts'
import {
  fourCells,
  makePlan,
  makeResult,
  plannedCell,
  pointFault,
  type ResultChoice,
  standardChecks,
} from '../../fixtures/cell-results.ts'
import { compareAll } from '../../fixtures/comparisons.ts'

const cell = plannedCell().id
const FAILED = pointFault('server', '12 of 40 requests failed (12 × http-status); the first: HTTP 500')
const STALLED = pointFault('client', 'the client stood still for 900 ms')
const FOREIGN = pointFault('load', 'others sent 40 requests to the server')
const TPOT = 'chat c4 · tpot.p50'

const one = (result: CellResult) => compareAll([result], makePlan())
const choose = (choice: ResultChoice) => one(makeResult(cell, choice))
const verdictOf = (comparison: ReturnType<typeof one>, subject: string) =>
  comparison.verdicts.filter((row) => row.subject === subject).map(({ verdict, reason }) => ({ verdict, reason }))

/** A result in which something happened to the load points of one side. */
function spoilt(side: Side, spoil: (point: LoadPoint, session: Session) => void, choice: ResultChoice = {}) {
  const result = makeResult(cell, choice)
  for (const session of result.arms.find((arm) => arm.side === side)!.sessions)
    for (const point of session.points) spoil(point, session)
  return one(result)
}

/** Every check with no answer. */
const silent = (): CheckResult[] =>
  standardChecks().map((check) => ({ ...check, items: null, judgement: { state: 'error', reason: 'no answer' } }))

describe('a head that fails where the base does not', () => {
  it('is broken when its requests fail under load, and the reason says so', () => {
    const comparison = choose({ head: { invalid: [FAILED] } })
    expect(verdictOf(comparison, TPOT)).toEqual([
      { verdict: 'broken', reason: expect.stringMatching(/measured on the base, not on the head.*12 × http-status/) },
    ])
    expect(comparison.outcome).toBe('fail')
  })

  it('is broken against a stored baseline too', () => {
    const stored = makeResult(cell, { base: null, planId: 'd'.repeat(64) })
    const comparison = compareAll([makeResult(cell, { base: null, head: { invalid: [FAILED] } })], makePlan(), [stored])
    expect(verdictOf(comparison, TPOT)[0]!.verdict).toBe('broken')
  })

  it.each([
    ['no value', (point: LoadPoint) => point.metrics.map((metric) => ({ ...metric, value: null }))],
    ['no such metric', (point: LoadPoint) => point.metrics.filter(({ name }) => name !== 'tpot.p50')],
  ])('is broken when it has %s', (_, metricsOf) => {
    const comparison = spoilt('head', (point) => {
      point.metrics = metricsOf(point)
    })
    expect(verdictOf(comparison, TPOT)[0]).toMatchObject({
      verdict: 'broken',
      reason: expect.stringContaining('no value'),
    })
    expect(comparison.outcome).toBe('fail')
  })

  it('is broken when no check gets an answer', () => {
    const comparison = choose({ head: { checks: silent() } })
    expect(comparison.census.broken).toBe(4)
    expect(verdictOf(comparison, 'P1 protocol: models and chat answer')).toEqual([
      { verdict: 'broken', reason: 'answered on the base, no answer from the head: no answer' },
    ])
    expect(comparison.outcome).toBe('fail')
  })

  it('is broken when it spoils more sessions than it leaves', () => {
    const spoilBut = (kept: number) =>
      spoilt(
        'head',
        (point, session) => {
          if (session.pair >= kept) point.invalid = [FAILED]
        },
        { base: { sessions: 5 }, head: { sessions: 5 } },
      )
    expect(verdictOf(spoilBut(2), TPOT)[0]!.verdict).toBe('broken')
    expect(verdictOf(spoilBut(4), TPOT)).toEqual([
      { verdict: 'equivalent', reason: expect.stringMatching(/not on the head in 1 session: .*12 × http-status/) },
    ])
  })
})

describe('what is not the fault of the head', () => {
  it('is told by whose doing a fault is, not by its words', () => {
    expect(isServerFault([FAILED, pointFault('server', 'the client was told nothing')])).toBe(true)
    for (const faults of [[], [STALLED], [FOREIGN], [FAILED, STALLED], [FAILED, FOREIGN]])
      expect(isServerFault(faults)).toBe(false)
  })

  it.each([
    ['the client could not keep up', { head: { invalid: [STALLED] } }],
    ['requests failed while the client stood still', { head: { invalid: [FAILED, STALLED] } }],
    ['the load was not what it says', { head: { invalid: [FOREIGN] } }],
    ['requests failed under the load of others', { head: { invalid: [FAILED, FOREIGN] } }],
    ['the base fails', { base: { invalid: [FAILED] } }],
    ['both sides fail', { base: { invalid: [FAILED] }, head: { invalid: [FAILED] } }],
  ] satisfies [string, ResultChoice][])('is inconclusive and incomplete where %s', (_, choice) => {
    const comparison = choose(choice)
    expect(verdictOf(comparison, TPOT)[0]!.verdict).toBe('inconclusive')
    expect(comparison.outcome).toBe('incomplete')
    expect(comparison.reasons).toEqual([`1 planned suite with nothing settled: ${cell} performance`])
  })

  it('is inconclusive where the base spoilt more sessions than the head', () => {
    const result = makeResult(cell)
    for (const { side, sessions } of result.arms)
      for (const { pair, points } of sessions)
        if ((pair === 2) === (side === 'head')) for (const point of points) point.invalid = [FAILED]
    expect(verdictOf(one(result), TPOT)[0]!.verdict).toBe('inconclusive')
  })

  it('does not blame the head for checks that were cut short by the death of its server', () => {
    const message = 'the head server exited by itself'
    const comparison = choose({
      head: { checks: silent() },
      end: { state: 'infrastructure', stage: 'correctness', side: 'head', message },
    })
    const checks = comparison.verdicts.filter((each) => each.suite === 'correctness')
    expect(checks.length).toBeGreaterThan(3)
    expect(new Set(checks.map((each) => each.verdict))).toEqual(new Set(['skipped']))
    expect(comparison.outcome).toBe('incomplete')
  })

  it('leaves checks open that the base did not answer', () => {
    const comparison = choose({ base: { checks: silent() } })
    expect(verdictOf(comparison, 'R1 prompt rendering')[0]).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringContaining('the base could not be asked: no answer'),
    })
    expect(comparison.outcome).toBe('incomplete')
  })
})

describe('every planned question wants an answer', () => {
  it('is incomplete with one session a side, and names cell and suite', () => {
    const comparison = choose({ base: { sessions: 1 }, head: { sessions: 1 } })
    expect(comparison).toMatchObject({
      outcome: 'incomplete',
      reasons: [`1 planned suite with nothing settled: ${cell} performance`],
    })
  })

  it('is incomplete where one load point has no pairs, and names it', () => {
    const comparison = spoilt('base', (point) => {
      if (point.concurrency === 4) point.invalid = [FAILED]
    })
    expect(comparison).toMatchObject({
      outcome: 'incomplete',
      reasons: [`1 planned question without enough usable measurements: ${cell} chat c4`],
    })
  })

  it('is incomplete where one primary metric has no pairs', () => {
    const comparison = spoilt('base', (point) => {
      for (const metric of point.metrics) if (metric.name === 'tpot.p50') metric.value = null
    })
    expect(comparison.reasons).toEqual([expect.stringContaining(`${cell} chat c1 · tpot.p50; ${cell} ${TPOT}`)])
    expect(comparison.outcome).toBe('incomplete')
  })

  it('is incomplete where one check was not answered', () => {
    const checks = standardChecks()
    checks[2]!.judgement = { state: 'error', reason: 'time-out' }
    const comparison = choose({ base: { checks } })
    expect(comparison.outcome).toBe('incomplete')
    expect(comparison.reasons).toEqual([expect.stringContaining(`${cell} N0 log probabilities can be trusted`)])
  })

  it('is incomplete where items were asked with different prompts', () => {
    const checks = standardChecks()
    for (const item of checks[3]!.items!) item.prompt = item.prompt.replace(/^0/, 'f')
    const comparison = choose({ head: { checks } })
    expect(verdictOf(comparison, 'A1 arithmetic')[0]!.verdict).toBe('not-comparable')
    expect(comparison.outcome).toBe('incomplete')
    expect(comparison.reasons).toEqual([expect.stringContaining(`${cell} A1 arithmetic`)])
  })

  it('still passes where the answers of one item check are too few to settle it', () => {
    const few = { items: 20 }
    const comparison = choose({ base: few, head: few })
    expect(comparison.census.inconclusive).toBe(1)
    expect(comparison.outcome).toBe('pass')
  })

  it('does not let one cell answer for another, nor one suite for the other', () => {
    const plan = makePlan(fourCells())
    const [first, second, ...others] = plan.cells.map(({ id }) => id) as [string, string, ...string[]]
    const comparison = compareAll(
      [
        makeResult(first, { base: null }),
        makeResult(second, { base: { checks: [] } }),
        ...others.map((id) => makeResult(id)),
      ],
      plan,
    )
    expect(comparison.outcome).toBe('incomplete')
    expect(comparison.reasons).toEqual([
      `3 planned suites without a judged row: ${first} correctness; ${first} performance; ${second} correctness`,
    ])
  })

  it('misses every planned check that a completed cell does not have', () => {
    const checks = standardChecks().slice(0, 1)
    const comparison = choose({ base: { checks }, head: { checks } })
    const missing = comparison.verdicts.filter(({ verdict }) => verdict === 'missing')
    expect(missing.map(({ subject }) => subject)).toEqual(['R1', 'N0', 'A1'])
    expect(comparison.outcome).toBe('fail')
  })

  it('names the lost checks of a head that holds none', () => {
    const comparison = choose({ head: { checks: null } })
    const missing = comparison.verdicts.filter(({ verdict }) => verdict === 'missing')
    expect(missing.map(({ subject }) => subject)).toEqual(standardChecks().map(({ id, title }) => `${id} ${title}`))
  })

  it('misses no planned check of a cell that ended early', () => {
    const end = { state: 'infrastructure', stage: 'correctness', side: 'head', message: 'gone' } as const
    expect(choose({ head: { checks: standardChecks().slice(0, 1) }, end }).census.missing).toBe(0)
  })

  it.each([
    ['no metric', () => []],
    [
      'recorded metrics alone',
      ({ metrics }: LoadPoint) => metrics.map((metric) => ({ ...metric, role: 'recorded' as const })),
    ],
    [
      'no primary metric',
      ({ metrics }: LoadPoint) => metrics.map((metric) => ({ ...metric, role: 'reported' as const })),
    ],
  ])('misses a planned load point with %s on either side', (_, metricsOf) => {
    const result = makeResult(cell)
    for (const arm of result.arms)
      for (const point of arm.sessions.flatMap((session) => session.points))
        if (point.concurrency === 4) point.metrics = metricsOf(point)
    const comparison = one(result)
    expect(verdictOf(comparison, 'chat c4')).toEqual([
      { verdict: 'missing', reason: 'planned, but no session of the head has a primary metric at this load point' },
    ])
    expect(comparison.outcome).toBe('fail')
  })
})
