import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Lengths } from '../../../../../src/plan/load.ts'
import { seededRandom } from '../../../../../src/record/seeded-random.ts'
import { drawLength, drawPauseMs } from '../../../../../src/suites/performance/workload/lengths.ts'

const DRAWS = 20_000

function draws(lengths: Lengths, count = DRAWS): number[] {
  const random = seededRandom(11, 'lengths')
  return Array.from({ length: count }, () => drawLength(lengths, random))
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const deviation = (values: readonly number[]) => {
  const middle = mean(values)
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)))
}

describe('drawLength', () => {
  it('takes a fixed length as it is', () => {
    expect(new Set(draws({ law: 'fixed', tokens: 77 }, 10))).toEqual(new Set([77]))
  })

  it('draws every whole number of a uniform law, and none beside', () => {
    const values = draws({ law: 'uniform', least: 5, most: 9 })
    expect([...new Set(values)].sort()).toEqual([5, 6, 7, 8, 9])
    // Four standard errors of the mean.
    expect(Math.abs(mean(values) - 7)).toBeLessThan(4 * Math.sqrt(2 / DRAWS))
  })

  it('has the mean and the deviation of the normal law', () => {
    const values = draws({ law: 'normal', mean: 1000, deviation: 100, most: 10_000 })
    expect(Math.abs(mean(values) - 1000)).toBeLessThan((4 * 100) / Math.sqrt(DRAWS))
    expect(Math.abs(deviation(values) - 100)).toBeLessThan((4 * 100) / Math.sqrt(2 * DRAWS))
  })

  it('has the median and the spread of the lognormal law', () => {
    const values = draws({ law: 'lognormal', median: 500, sigma: 0.5, most: 1_000_000 })
    const logarithms = values.map(Math.log)
    expect(Math.abs(mean(logarithms) - Math.log(500))).toBeLessThan((4 * 0.5) / Math.sqrt(DRAWS) + 0.001)
    expect(Math.abs(deviation(logarithms) - 0.5)).toBeLessThan((4 * 0.5) / Math.sqrt(2 * DRAWS) + 0.001)
  })

  it('stays within 1 and the bound of any law', () => {
    const most = fc.integer({ min: 1, max: 5000 })
    const laws = fc.oneof(
      fc.record({
        law: fc.constant('normal' as const),
        mean: most,
        deviation: fc.double({ min: 0, max: 1e6, noNaN: true }),
        most,
      }),
      fc.record({
        law: fc.constant('lognormal' as const),
        median: most,
        sigma: fc.double({ min: 0, max: 5, noNaN: true }),
        most,
      }),
    )
    fc.assert(
      fc.property(laws, fc.nat(), (law, seed) => {
        const random = seededRandom(seed)
        for (let draw = 0; draw < 20; draw++) {
          const length = drawLength(law, random)
          expect(Number.isInteger(length) && length >= 1 && length <= law.most).toBe(true)
        }
      }),
    )
  })
})

describe('drawPauseMs', () => {
  it('is exponential with the given mean', () => {
    const random = seededRandom(3)
    const pauses = Array.from({ length: DRAWS }, () => drawPauseMs(2, random))
    expect(Math.abs(mean(pauses) - 2000)).toBeLessThan((4 * 2000) / Math.sqrt(DRAWS))
    const beyondMean = pauses.filter((pause) => pause > 2000).length / DRAWS
    expect(beyondMean).toBeCloseTo(Math.exp(-1), 1)
    expect(drawPauseMs(0, random)).toBe(0)
  })
})
