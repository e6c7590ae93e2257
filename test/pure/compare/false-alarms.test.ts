import { describe, expect, it } from 'vitest'
import { ruleOf } from '../../../src/compare/metric-rules.ts'
import type { MeasuredDraft } from '../../../src/compare/performance-drafts.ts'
import { estimateCell } from '../../../src/compare/performance-estimates.ts'
import { judgePerformance } from '../../../src/compare/performance-verdict.ts'

const rule = ruleOf({ name: 'tpot.p50', family: 'latency-median' })

/** Seeded normal noise (mulberry32, Box-Muller): the same reports in every run of this test. */
function normalNoise(seed: number): () => number {
  let state = seed
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
}

/** One report of eight cells with six like metrics each; the first cell is truly slower by `shift`. */
function report(noise: () => number, pairs: number, deviation: number, shift: number) {
  const cells = Array.from({ length: 8 }, (_, cell) =>
    estimateCell(
      Array.from({ length: 6 }, (): MeasuredDraft => {
        const truth = cell === 0 ? Math.log1p(shift) : 0
        const differences = Array.from({ length: pairs }, () => truth + deviation * noise())
        return {
          state: 'measured',
          rule,
          observations: { kind: 'pairs', differences },
          evidence: evidence(pairs),
          leftOut: '',
        }
      }),
    ),
  )
  const verdicts = judgePerformance(cells.flat()).map(({ verdict }) => verdict)
  return { slowed: verdicts.slice(0, 6), same: verdicts.slice(6) }
}

/** One report of one cell with one metric at one load point. */
function single(noise: () => number, pairs: number, deviation: number): string {
  const differences = Array.from({ length: pairs }, () => deviation * noise())
  const draft: MeasuredDraft = {
    state: 'measured',
    rule,
    observations: { kind: 'pairs', differences },
    evidence: evidence(pairs),
    leftOut: '',
  }
  return judgePerformance(estimateCell([draft]))[0]!.verdict
}

const evidence = (pairs: number): MeasuredDraft['evidence'] => ({
  scenario: 'chat',
  load: 'c1',
  metric: 'tpot.p50',
  label: 'TPOT p50',
  unit: 'ms',
  direction: 'lower-is-better',
  role: 'judged',
  base: 1,
  head: 1,
  effect: null,
  noise: null,
  floor: rule.floor,
  pairs,
  p: null,
  adjustedP: null,
  morePairs: null,
})

const REPORTS = 100

describe('how often the whole procedure is wrong', () => {
  it.each([0.01, 0.02, 0.03, 0.05])(
    'cries wolf in at most 5 %% of reports at %d noise and three pairs',
    (deviation) => {
      const noise = normalNoise(1)
      const alarms = Array.from({ length: REPORTS }, () => report(noise, 3, deviation, 0)).filter(
        ({ slowed, same }) => slowed.includes('regressed') || same.includes('regressed'),
      ).length
      expect(alarms).toBeLessThanOrEqual(0.05 * REPORTS)
    },
  )

  // One series has no other to learn its noise from: a scatter that is small by luck is believed, up to 7 % at two pairs.
  it.each([
    [2, 0.03],
    [2, 0.1],
    [3, 0.1],
  ])(
    'cries wolf about a single metric of one load point in at most 5 %% of reports: %i pairs, %d noise',
    (pairs, deviation) => {
      const noise = normalNoise(4)
      const verdicts = Array.from({ length: 500 }, () => single(noise, pairs, deviation))
      const share = (...words: string[]) => verdicts.filter((verdict) => words.includes(verdict)).length / 500
      expect(share('regressed')).toBeLessThanOrEqual(0.05)
      expect(share('regressed', 'improved')).toBeLessThanOrEqual(0.09)
    },
  )

  it.each([
    [3, 0.01, 0.05, 0.95],
    [4, 0.02, 0.05, 0.7],
    [4, 0.02, 0.08, 0.95],
    [3, 0.02, 0.1, 0.95],
  ])('finds with %i pairs at %d noise a slow-down of %d in at least %d of cases', (pairs, deviation, shift, power) => {
    const noise = normalNoise(2)
    const found = Array.from({ length: REPORTS }, () => report(noise, pairs, deviation, shift).slowed).flat()
    expect(found.filter((verdict) => verdict === 'regressed').length / found.length).toBeGreaterThanOrEqual(power)
  })

  it('calls a slow-down of 5 % equivalent in at most 5 % of cases', () => {
    const noise = normalNoise(3)
    for (const deviation of [0.01, 0.02, 0.03]) {
      const found = Array.from({ length: REPORTS }, () => report(noise, 3, deviation, 0.05).slowed).flat()
      expect(found.filter((verdict) => verdict === 'equivalent').length / found.length).toBeLessThanOrEqual(0.05)
    }
  })
})
