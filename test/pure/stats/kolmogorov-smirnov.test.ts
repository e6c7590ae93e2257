import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/record/seeded-random.ts'
import { kolmogorovSmirnovCritical, kolmogorovSmirnovStatistic } from '../../../src/stats/kolmogorov-smirnov.ts'

const uniform = (value: number) => Math.min(1, Math.max(0, value))

describe('the Kolmogorov-Smirnov test', () => {
  it('measures the largest distance, above or below a step', () => {
    // Three quarters of the sample lie at most at 0.3; none lies below 0.7.
    expect(kolmogorovSmirnovStatistic([0.9, 0.1, 0.2, 0.3], uniform)).toBeCloseTo(0.75 - 0.3, 12)
    expect(kolmogorovSmirnovStatistic([0.9, 0.7, 0.8], uniform)).toBeCloseTo(0.7, 12)
    expect(kolmogorovSmirnovStatistic([0.5], uniform)).toBeCloseTo(0.5, 12)
    expect(() => kolmogorovSmirnovStatistic([], uniform)).toThrow(RangeError)
  })

  // Exact critical values of Kolmogorov's D, two-sided (Massey, Journal of the American Statistical Association 46, 1951).
  it.each([
    [10, 0.05, 0.41],
    [20, 0.05, 0.294],
    [20, 0.01, 0.356],
    [35, 0.01, 0.27],
  ])('has the critical value of the table for %d at %d', (samples, significance, tabulated) => {
    expect(kolmogorovSmirnovCritical(samples, significance)).toBeCloseTo(tabulated, 2)
  })

  it('rejects a true law about as often as it says', () => {
    const random = seededRandom(3, 'ks')
    let rejected = 0
    for (let trial = 0; trial < 1000; trial++) {
      const sample = Array.from({ length: 50 }, () => random.next())
      if (kolmogorovSmirnovStatistic(sample, uniform) > kolmogorovSmirnovCritical(50, 0.05)) rejected++
    }
    // Five standard deviations of the binomial law around 50.
    expect(rejected).toBeGreaterThan(15)
    expect(rejected).toBeLessThan(85)
  })
})
