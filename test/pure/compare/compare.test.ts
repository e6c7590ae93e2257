import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Comparison, VerdictRow } from '../../../src/compare/schema.ts'
import type { Plan } from '../../../src/plan/schema.ts'
import type { CellResult } from '../../../src/record/cell-result.ts'
import { JUDGED_VERDICTS, type Verdict } from '../../../src/record/words.ts'
import {
  type ArmChoice,
  BASE_COMMIT,
  fourCells,
  makeCheck,
  makePlan,
  makeResult,
  plannedCell,
  pointFault,
  type ResultChoice,
  standardChecks,
} from '../../fixtures/cell-results.ts'
import { compareAll } from '../../fixtures/comparisons.ts'

const cell = 'v4-flash.h200.vllm'

const compare = (results: CellResult[], plan: Plan = makePlan(), baseline: CellResult[] | null = null) =>
  compareAll(results, plan, baseline)
const one = (choice: ResultChoice, plan?: Plan) => compare([makeResult(cell, choice)], plan)

function row(comparison: Comparison, subject: string): VerdictRow {
  const found = comparison.verdicts.filter((each) => each.subject === subject)
  expect(found.map((each) => each.subject)).toEqual([subject])
  return found[0]!
}

const TPOT = 'chat c4 · tpot.p50'

describe('performance verdicts', () => {
  it('finds nothing where nothing changed', () => {
    const comparison = one({})
    expect(comparison.outcome).toBe('pass')
    expect(row(comparison, TPOT)).toMatchObject({ verdict: 'equivalent', performance: { pairs: 3 } })
    expect(new Set(comparison.verdicts.map((each) => each.verdict))).toEqual(new Set(['equivalent', 'skipped']))
  })

  it('reports a secondary metric with its interval and does not judge it', () => {
    const result = makeResult(cell, { head: { tpot: 1.08 } })
    for (const arm of result.arms)
      for (const point of arm.sessions.flatMap((session) => session.points))
        for (const metric of point.metrics) metric.role = metric.name === 'tpot.p50' ? 'reported' : 'judged'
    const { verdict, reason, performance } = row(compare([result]), TPOT)
    expect(verdict).toBe('skipped')
    expect(reason).toContain('reported, not judged: +7.9 %')
    expect(performance).toMatchObject({ role: 'reported', adjustedP: null, pairs: 3 })
  })

  it('does not judge a secondary metric either where its points are invalid', () => {
    const result = makeResult(cell, { head: { invalid: [pointFault('client', 'the client stood still')] } })
    for (const arm of result.arms)
      for (const point of arm.sessions.flatMap((session) => session.points))
        for (const metric of point.metrics) metric.role = metric.name === 'tpot.p50' ? 'reported' : 'judged'
    expect(row(compare([result]), TPOT)).toMatchObject({
      verdict: 'skipped',
      reason: expect.stringContaining('the client stood still'),
    })
    expect(row(compare([result]), 'chat c4 · ttft.token.p50').verdict).toBe('inconclusive')
  })

  it('calls 8 % slower decoding regressed in TPOT and throughput, with the effect in its interval', () => {
    const comparison = one({ head: { tpot: 1.08 } })
    const { verdict, performance } = row(comparison, TPOT)
    expect(verdict).toBe('regressed')
    expect(performance!.effect!.low).toBeLessThan(0.08)
    expect(performance!.effect!.high).toBeGreaterThan(0.08)
    expect(performance!.adjustedP!).toBeGreaterThanOrEqual(performance!.p!)
    expect(row(comparison, 'chat c4 · output-tokens-per-second').verdict).toBe('regressed')
    expect(row(comparison, 'chat c4 · ttft.token.p50').verdict).toBe('equivalent')
    expect(comparison.outcome).toBe('fail')
    expect(comparison.reasons[0]).toContain(`${cell} chat c1 · tpot.p50`)
  })

  it('mirrors it into improved, which fails nothing', () => {
    const comparison = one({ base: { tpot: 1.08 } })
    expect(row(comparison, TPOT).verdict).toBe('improved')
    expect(row(comparison, 'chat c4 · output-tokens-per-second').verdict).toBe('improved')
    expect(comparison.outcome).toBe('pass')
  })

  it('calls a proven change below the floor equivalent, and names the shift', () => {
    const plan = makePlan([plannedCell()], { suites: { ...makePlan().suites, correctness: null } })
    const steady = { sessions: 6, scatter: 0.1, checks: null }
    const { verdict, reason } = row(one({ base: steady, head: { ...steady, tpot: 1.018 } }, plan), TPOT)
    expect(verdict).toBe('equivalent')
    expect(reason).toMatch(/^tiny shift \+1\.\d %/)
  })

  it('is inconclusive in noise, and says how many pairs would settle it', () => {
    const { verdict, performance, reason } = row(one({ head: { scatter: 20 }, base: { scatter: 1 } }), TPOT)
    expect(verdict).toBe('inconclusive')
    expect(performance!.morePairs).toBeGreaterThan(0)
    expect(reason).toContain('more pair')
  })

  it('is inconclusive with fewer than two pairs', () => {
    const { verdict, performance } = row(one({ head: { sessions: 1 } }), TPOT)
    expect(verdict).toBe('inconclusive')
    expect(performance).toMatchObject({ pairs: 1, morePairs: 1, p: null, effect: null })
  })

  it('never compares invalid points, however different the numbers', () => {
    const { verdict, reason } = row(
      one({ head: { tpot: 3, invalid: [pointFault('client', 'client was the bottleneck')] } }),
      TPOT,
    )
    expect(verdict).toBe('inconclusive')
    expect(reason).toContain('client was the bottleneck')
  })

  it('skips a metric that has no value on either side', () => {
    expect(row(one({}), 'chat c4 · ttft.token.p99').verdict).toBe('skipped')
  })

  it('judges tails against their own, wider floor', () => {
    const comparison = one({ head: { tpot: 1.08 } })
    expect(row(comparison, 'chat c4 · itl.p99')).toMatchObject({ verdict: 'equivalent', performance: { floor: 0.15 } })
  })

  it.each(['workload', 'environment'] as const)(
    'does not compare across a different %s, and names the field',
    (part) => {
      const comparison = one({ head: { [part]: { cann: '9.1' }, tpot: 1.5 } satisfies ArmChoice })
      const { verdict, reason } = row(comparison, TPOT)
      expect(verdict).toBe('not-comparable')
      expect(reason).toContain('cann (none → 9.1)')
      expect(row(comparison, 'A1 arithmetic').verdict).toBe('not-comparable')
      expect(comparison.outcome).toBe('incomplete')
    },
  )

  it('misses a planned load point that a completed cell does not have', () => {
    const result = makeResult(cell)
    for (const arm of result.arms) for (const session of arm.sessions) session.points.pop()
    const comparison = compare([result])
    expect(row(comparison, 'chat c4').verdict).toBe('missing')
    expect(comparison.outcome).toBe('fail')
  })
})

describe('a stored baseline', () => {
  const stored = makeResult(cell, { base: null, planId: 'd'.repeat(64), head: { commit: BASE_COMMIT } })

  it('judges a head without a base of its own, and calls the evidence stored', () => {
    const same = compare([makeResult(cell, { base: null })], makePlan(), [stored])
    expect(same.evidence).toBe('stored')
    expect(same.verdicts.map((each) => each.verdict)).not.toContain('regressed')
    const slow = compare([makeResult(cell, { base: null, head: { tpot: 1.15 } })], makePlan(), [stored])
    expect(row(slow, TPOT)).toMatchObject({ verdict: 'regressed', reason: expect.stringContaining('stored baseline') })
  })

  it('gives wider intervals than pairs of the same numbers', () => {
    const width = (comparison: Comparison) => {
      const { low, high } = row(comparison, TPOT).performance!.effect!
      return high - low
    }
    const apart = compare([makeResult(cell, { base: null, head: { tpot: 1.02 } })], makePlan(), [stored])
    expect(width(apart)).toBeGreaterThan(1.5 * width(one({ head: { tpot: 1.02 } })))
  })

  it('names the commit that was used where it is not the base', () => {
    const other = makeResult(cell, { base: null, head: { commit: '77aa001122' } })
    const comparison = compare([makeResult(cell, { base: null })], makePlan(), [other])
    expect(comparison.remarks).toEqual([expect.stringContaining('77aa001122 was used')])
  })

  it('does not use a baseline that did not complete', () => {
    const cut = makeResult(cell, { base: null, end: { state: 'cancelled', stage: 'performance', signal: 'SIGTERM' } })
    const comparison = compare([makeResult(cell, { base: null })], makePlan(), [cut])
    expect(comparison.evidence).toBe('none')
    expect(comparison.remarks[0]).toContain('did not complete')
  })
})

describe('correctness verdicts', () => {
  it('shows equal answers equivalent where the items are enough, and inconclusive where they are not', () => {
    expect(row(one({}), 'A1 arithmetic')).toMatchObject({ verdict: 'equivalent', correctness: { paired: 200, p: 1 } })
    const few = { items: 20 }
    const { verdict, reason } = row(one({ base: few, head: few }), 'A1 arithmetic')
    expect(verdict).toBe('inconclusive')
    expect(reason).toMatch(/about \d+ items/)
  })

  it('calls a proven drop regressed, with the flipped items, worst first', () => {
    const { verdict, correctness } = row(one({ head: { wrong: [1, 2, 3, 4, 5, 6, 7, 8] } }), 'A1 arithmetic')
    expect(verdict).toBe('regressed')
    expect(correctness).toMatchObject({ worse: 8, better: 0, headRight: 192, baseRight: 200 })
    expect(correctness!.flips[0]).toEqual({ item: 'sum-1', base: '2', head: '2' })
    expect(row(one({ base: { wrong: [1, 2, 3, 4, 5, 6, 7, 8] } }), 'A1 arithmetic').verdict).toBe('improved')
  })

  it('does not call six flips of 200 proven', () => {
    expect(row(one({ head: { wrong: [1, 2, 3, 4, 5, 6] } }), 'A1 arithmetic').verdict).toBe('inconclusive')
  })

  it('pairs only items that were asked with the same prompt', () => {
    const checks = standardChecks()
    checks[3]!.items!.forEach((item, index) => {
      item.prompt = (index + 5000).toString(16).padStart(16, '0')
      item.state = 'wrong'
    })
    expect(row(one({ head: { checks } }), 'A1 arithmetic')).toMatchObject({
      verdict: 'not-comparable',
      reason: expect.stringContaining('200 left out for unequal prompts'),
    })
  })

  it('counts transport errors of the head as harm and leaves out those of the base', () => {
    const failing = standardChecks()
    for (const item of failing[3]!.items!.slice(0, 10)) item.state = 'error'
    expect(row(one({ head: { checks: failing } }), 'A1 arithmetic').verdict).toBe('regressed')
    expect(row(one({ base: { checks: failing } }), 'A1 arithmetic')).toMatchObject({
      verdict: 'equivalent',
      reason: expect.stringContaining('10 left out for transport errors on the base'),
    })
  })

  it('names exact numbers that differ', () => {
    const checks = standardChecks()
    checks[1]!.exact = { greeting: 13, tools: 240 }
    expect(row(one({ head: { checks } }), 'R1 prompt rendering')).toMatchObject({
      verdict: 'regressed',
      reason: '1 number differs: greeting 12 → 13',
    })
  })

  const fail = { state: 'fail', reason: 'says no' } as const
  const unable = { state: 'not-exercised', reason: 'no logprobs' } as const
  const blocked = { state: 'blocked', by: 'P1', reason: 'P1 failed' } as const
  const error = { state: 'error', reason: 'timeout' } as const
  const pass = { state: 'pass' } as const
  it.each([
    [pass, pass, 'equivalent'],
    [pass, fail, 'regressed'],
    [fail, fail, 'broken'],
    [fail, pass, 'improved'],
    [null, pass, 'new'],
    [null, fail, 'broken'],
    [unable, unable, 'skipped'],
    [pass, unable, 'missing'],
    [pass, blocked, 'not-comparable'],
    [pass, error, 'broken'],
    [fail, error, 'broken'],
    [unable, error, 'inconclusive'],
    [null, error, 'inconclusive'],
    [error, error, 'inconclusive'],
    [error, pass, 'inconclusive'],
    [error, fail, 'broken'],
  ] as const)('base %o and head %o is %s', (base, head, verdict) => {
    const comparison = one({
      base: { checks: [makeCheck('P1', 'first'), ...(base ? [makeCheck('Z1', 'repeat', base)] : [])] },
      head: { checks: [makeCheck('P1', 'first'), makeCheck('Z1', 'repeat', head)] },
    })
    expect(row(comparison, 'Z1 repeat').verdict).toBe(verdict)
  })

  it('says that a check fails on the base too', () => {
    const checks = [makeCheck('Z1', 'repeat', fail)]
    expect(row(one({ base: { checks }, head: { checks } }), 'Z1 repeat').reason).toBe('fails on the base too: says no')
  })

  it('misses a check that only the base has', () => {
    expect(row(one({ head: { checks: standardChecks().slice(0, 3) } }), 'A1 arithmetic').verdict).toBe('missing')
  })

  it('calls a failing head broken even where the base is not comparable', () => {
    const checks = [makeCheck('P1', 'first', fail)]
    expect(row(one({ head: { checks, workload: { seed: '2' } }, base: {} }), 'P1 first').verdict).toBe('broken')
  })
})

describe('cells and the outcome', () => {
  const failsOnNothing = makePlan(fourCells(), { compare: { parity: [], failOn: [] } })
  const infrastructure = { state: 'infrastructure', stage: 'ready', side: 'head', message: 'died' } as const

  it('is incomplete when an engine dies, and still judges the other cells', () => {
    const plan = makePlan(fourCells())
    const [dead, ...alive] = plan.cells
    const comparison = compare(
      [makeResult(dead!.id, { head: null, base: null, end: infrastructure }), ...alive.map(({ id }) => makeResult(id))],
      plan,
    )
    expect(comparison.outcome).toBe('incomplete')
    expect(comparison.verdicts[0]).toMatchObject({ cell: dead!.id, suite: 'cell', verdict: 'infrastructure' })
    expect(comparison.cells[0]).toMatchObject({ received: 'partial', stage: 'ready' })
    expect(comparison.judged).toBeGreaterThan(30)
  })

  it.each([
    ['missing', [], 'missing'],
    [
      'cancelled',
      [makeResult(cell, { end: { state: 'cancelled', stage: 'launch', signal: 'SIGTERM' } })],
      'infrastructure',
    ],
    ['broken', [makeResult(cell, { end: { ...infrastructure, state: 'broken' } })], 'broken'],
    [
      'broken on the base',
      [makeResult(cell, { end: { ...infrastructure, state: 'broken', side: 'base' } })],
      'infrastructure',
    ],
    ['foreign', [makeResult(cell, { planId: 'e'.repeat(64) })], 'missing'],
    ['without any arm', [makeResult(cell, { base: null, head: null })], 'missing'],
  ] as const)('has a row for a cell that is %s', (_, results, verdict) => {
    const comparison = compare([...results])
    expect(row(comparison, 'result')).toMatchObject({ suite: 'cell', verdict })
    expect(comparison.outcome).not.toBe('pass')
  })

  it('fails on missing cells where the plan says so, and is incomplete where it does not', () => {
    expect(compare([]).outcome).toBe('fail')
    expect(compare([], makePlan([plannedCell()], { compare: { parity: [], failOn: [] } })).outcome).toBe('incomplete')
  })

  it('never passes with nothing judged', () => {
    const comparison = compare([makeResult(cell, { base: null })])
    expect(comparison).toMatchObject({ outcome: 'incomplete', judged: 0, evidence: 'none' })
    expect(new Set(comparison.verdicts.map((each) => each.verdict))).toEqual(new Set(['new', 'skipped']))
    expect(compare([], makePlan([])).outcome).toBe('incomplete')
  })

  it('never passes where everything judged is open', () => {
    const plan = makePlan([plannedCell()], { suites: { ...makePlan().suites, correctness: null } })
    const comparison = one({ base: { sessions: 1, checks: null }, head: { sessions: 1, checks: null } }, plan)
    expect(comparison.outcome).toBe('incomplete')
    expect(comparison.reasons).toEqual([`1 planned suite with nothing settled: ${cell} performance`])
  })

  it('still compares what a cut-short cell measured, without calling the rest missing', () => {
    const comparison = one({ head: { tpot: 1.2, checks: null }, end: { ...infrastructure, stage: 'performance' } })
    expect(row(comparison, TPOT).verdict).toBe('regressed')
    expect(comparison.census.missing).toBe(0)
    expect(row(comparison, 'result').verdict).toBe('infrastructure')
  })

  it('adds up, orders worst first and passes its own schema, whatever mixture came back', () => {
    const choice = fc.record({
      present: fc.boolean(),
      base: fc.boolean(),
      tpot: fc.constantFrom(0.8, 1, 1.01, 1.1),
      sessions: fc.integer({ min: 0, max: 4 }),
      wrong: fc.constantFrom([], [1], [1, 2, 3, 4, 5, 6, 7, 8, 9]),
      cut: fc.boolean(),
      fail: fc.subarray<Verdict>(['regressed', 'broken', 'missing', 'infrastructure']),
    })
    fc.assert(
      fc.property(fc.array(choice, { minLength: 4, maxLength: 4 }), (choices) => {
        const plan = { ...failsOnNothing, compare: { parity: makePlan().compare.parity, failOn: choices[0]!.fail } }
        const results = choices.flatMap((each, index) =>
          each.present
            ? makeResult(plan.cells[index]!.id, {
                ...(each.base ? {} : { base: null }),
                head: { tpot: each.tpot, sessions: each.sessions, wrong: each.wrong, items: 30 },
                ...(each.cut ? { end: infrastructure } : {}),
              })
            : [],
        )
        const comparison = compare(results, plan)
        const total = Object.values(comparison.census).reduce((sum, count) => sum + count, 0)
        expect(total).toBe(comparison.verdicts.length)
        const judged = comparison.verdicts.filter((each) => JUDGED_VERDICTS.includes(each.verdict)).length
        expect(comparison.judged).toBe(judged)
        if (judged === 0) expect(comparison.outcome).not.toBe('pass')
        const failing = comparison.verdicts.some((each) => plan.compare.failOn.includes(each.verdict))
        expect(comparison.outcome === 'fail').toBe(failing)
        const names = comparison.verdicts.map((each) => `${each.cell}/${each.suite}/${each.subject}`)
        expect(new Set(names).size).toBe(names.length)
        for (const id of plan.cells.map((each) => each.id)) {
          expect(comparison.verdicts.some((each) => each.cell === id)).toBe(true)
        }
      }),
      { numRuns: 25 },
    )
  })
})

describe('hostile numbers', () => {
  it('survives values at the ends of what JSON can hold', () => {
    const result = makeResult(cell)
    const spoil = (side: number, value: number) => {
      for (const session of result.arms[side]!.sessions)
        for (const point of session.points) point.metrics[2]!.value = value
    }
    spoil(0, 1e-300)
    spoil(1, 1e300)
    expect(row(compare([result]), TPOT).verdict).toBe('regressed')
    spoil(1, 0)
    expect(row(compare([result]), TPOT).verdict).toBe('inconclusive')
    spoil(1, -5)
    expect(row(compare([result]), TPOT).verdict).toBe('inconclusive')
  })
})
