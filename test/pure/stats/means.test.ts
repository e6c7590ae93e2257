import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { benjaminiHochberg } from '../../../src/stats/benjamini-hochberg.ts'
import { isEquivalent } from '../../../src/stats/equivalence.ts'
import {
  meanInterval,
  moderatedPaired,
  moderatedUnpaired,
  pairedScatter,
  twoSidedP,
  unpairedScatter,
  widenPrior,
} from '../../../src/stats/moderated-t.ts'
import { MOST_PAIRS_ADVISED, morePairsNeeded } from '../../../src/stats/pairs-needed.ts'

/** Reference values: SciPy and statsmodels by test/fixtures/statistics-reference.py. */
const prior = { variance: 0.0115 ** 2, degreesOfFreedom: 4 }

describe('the moderated t', () => {
  it('matches the formula computed with SciPy', () => {
    const estimate = moderatedPaired([1.08, 1.075, 1.09].map(Math.log), prior)
    expect(estimate.mean).toBeCloseTo(0.07848646631893563, 12)
    expect(estimate.standardDeviation).toBeCloseTo(0.010234737317802374, 12)
    expect(estimate.standardError).toBeCloseTo(0.005909028345518309, 12)
    expect(estimate.degreesOfFreedom).toBe(6)
    expect(twoSidedP(estimate)).toBeCloseTo(1.1258725643355628e-5, 12)
    const interval = meanInterval(estimate, 0.95)
    expect(interval.low).toBeCloseTo(0.06402759483153528, 10)
    expect(interval.high).toBeCloseTo(0.09294533780633599, 10)
  })

  it('is the ordinary paired t test where nothing is borrowed', () => {
    const estimate = moderatedPaired([0.1, -0.2, 0.3, 0.05], { variance: 0, degreesOfFreedom: 0 })
    expect(twoSidedP(estimate)).toBeCloseTo(0.5862251193550214, 10)
  })

  it('is the ordinary pooled t test where nothing is borrowed and nothing lies between', () => {
    const base = [100, 101, 99.5].map(Math.log)
    const head = [103, 104, 105, 102].map(Math.log)
    expect(twoSidedP(moderatedUnpaired(base, head, { variance: 0, degreesOfFreedom: 0 }, 0))).toBeCloseTo(
      0.0106872210153145,
      10,
    )
    const stored = moderatedUnpaired(base, head, { variance: 1e-4, degreesOfFreedom: 4 }, 2e-4)
    expect(stored.standardError).toBeCloseTo(0.01623890425045564, 12)
    expect(twoSidedP(stored)).toBeCloseTo(0.07490296627250256, 10)
  })

  it('takes the pooled scatter for the prior where that is larger, and never makes the prior surer', () => {
    const own = pairedScatter([0.1, -0.1, 0.05])
    const noisy = [own, unpairedScatter([0.2, -0.2], [0.1, -0.1])]
    const squares = 0.1 ** 2 + 0.1 ** 2 + 0.05 ** 2 - 0.05 ** 2 / 3 + 2 * 0.2 ** 2 + 2 * 0.1 ** 2
    expect(widenPrior(prior, noisy, own).variance).toBeCloseTo(squares / 4, 12)
    const quiet = pairedScatter([0.001, 0.001, 0.0011])
    expect(widenPrior(prior, [quiet], quiet)).toEqual(prior)
    expect(widenPrior(prior, [], quiet)).toEqual(prior)
  })

  it('makes a widened prior worth what the other series are, never more than it was, and nothing for a lone one', () => {
    const own = pairedScatter([0.1, -0.1, 0.05])
    expect(widenPrior(prior, [own, pairedScatter([0.2, -0.2])], own).degreesOfFreedom).toBe(1)
    expect(widenPrior(prior, [own, own, own, own], own).degreesOfFreedom).toBe(prior.degreesOfFreedom)
    const alone = widenPrior(prior, [own], own)
    expect(alone.degreesOfFreedom).toBe(0)
    const estimate = moderatedPaired([0.1, -0.1, 0.05], alone)
    expect(estimate.degreesOfFreedom).toBe(2)
    expect(estimate.standardDeviation).toBeCloseTo(Math.sqrt(own.squares / 2), 12)
  })

  it('refuses to estimate from one observation', () => {
    expect(() => moderatedPaired([0.1], prior)).toThrow(RangeError)
    expect(() => moderatedUnpaired([0.1], [0.1, 0.2], prior, 0)).toThrow(RangeError)
  })

  it('raises few false alarms on noise of the size it expects', () => {
    const noise = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 3, maxLength: 3 })
    fc.assert(
      fc.property(noise, (values) => {
        // Anything within one prior standard deviation of zero is no evidence of a change.
        const estimate = moderatedPaired(
          values.map((value) => (value / 100) * 0.0115 * 0.9),
          prior,
        )
        expect(twoSidedP(estimate)).toBeGreaterThan(0.05)
      }),
    )
  })
})

describe('TOST', () => {
  it('calls a small, steady difference equivalent and never one beyond the margin', () => {
    const small = moderatedPaired([1.002, 0.995, 1.004].map(Math.log), prior)
    const large = moderatedPaired([1.08, 1.075, 1.09].map(Math.log), prior)
    expect(isEquivalent(small, 0.03)).toBe(true)
    // The 90 % interval ends at .0112965 (SciPy): a margin on either side of it decides.
    expect(isEquivalent(small, 0.01129)).toBe(false)
    expect(isEquivalent(small, 0.0113)).toBe(true)
    expect(isEquivalent(large, 0.03)).toBe(false)
  })
})

describe('Benjamini-Hochberg', () => {
  it('adjusts as statsmodels does, in the order given', () => {
    const adjusted = benjaminiHochberg([0.01, 0.02, 0.03, 0.04, 0.05, 0.001, 0.8, 0.03])
    const expected = [0.04, 0.048, 0.048, 0.05333333333333334, 0.05714285714285715, 0.008, 0.8, 0.048]
    expect(adjusted).toHaveLength(expected.length)
    adjusted.forEach((p, index) => {
      expect(p).toBeCloseTo(expected[index]!, 12)
    })
  })

  it('never lowers a p, keeps their order, and leaves an empty list empty', () => {
    expect(benjaminiHochberg([])).toEqual([])
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 60 }), (pValues) => {
        const adjusted = benjaminiHochberg(pValues)
        pValues.forEach((p, index) => {
          expect(adjusted[index]!).toBeGreaterThanOrEqual(p - 1e-15)
          expect(adjusted[index]!).toBeLessThanOrEqual(1)
          pValues.forEach((other, at) => {
            if (other <= p) expect(adjusted[at]!).toBeLessThanOrEqual(adjusted[index]! + 1e-15)
          })
        })
      }),
    )
  })
})

describe('pairs still needed', () => {
  const at = (mean: number, standardDeviation: number) => ({
    mean,
    standardDeviation,
    standardError: standardDeviation / Math.sqrt(3),
    degreesOfFreedom: 6,
  })

  it('follows the formula inside the margin', () => {
    // SciPy: 5.116 and 47.73 before rounding up.
    expect(morePairsNeeded(at(0.01, 0.02), 3, 0.03)).toBe(6)
    expect(morePairsNeeded(at(-0.01, 0.05), 3, 0.03)).toBe(48)
  })

  it('asks for at least one more, and gives no advice on the margin itself', () => {
    expect(morePairsNeeded(at(0.05, 0.02), 3, 0.03)).toBe(1)
    expect(morePairsNeeded(at(0.02999, 0.02), 3, 0.03)).toBeNull()
    expect(morePairsNeeded(at(0.03, 0.02), 3, 0.03)).toBeLessThanOrEqual(MOST_PAIRS_ADVISED)
  })
})
