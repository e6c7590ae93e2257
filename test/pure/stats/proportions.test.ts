import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mcnemarOneSided, mcnemarTwoSided } from '../../../src/stats/mcnemar.ts'
import { pairedDifference } from '../../../src/stats/newcombe.ts'
import { wilsonInterval } from '../../../src/stats/wilson.ts'

/** Reference values: SciPy and statsmodels by test/fixtures/statistics-reference.py, unless a paper is named. */

describe('exact McNemar', () => {
  it.each([
    [6, 0, 0.03125, 0.015625],
    [8, 1, 0.0390625, 0.01953125],
    [7, 1, 0.0703125, 0.03515625],
    [18, 7, 0.043285250663757324, 0.021642625331878662],
    [17, 14, 0.720100131817162, 0.360050065908581],
    [300, 240, 0.011050481081929898, 0.005525240540964949],
  ])('gives the p of statsmodels for %i worse and %i better', (worse, better, twoSided, oneSided) => {
    expect(mcnemarTwoSided({ worse, better })).toBeCloseTo(twoSided, 12)
    expect(mcnemarTwoSided({ worse: better, better: worse })).toBeCloseTo(twoSided, 12)
    expect(mcnemarOneSided({ worse, better })).toBeCloseTo(oneSided, 12)
  })

  it('cannot reach .05 below six discordant items', () => {
    for (let worse = 0; worse < 6; worse++) expect(mcnemarTwoSided({ worse, better: 0 })).toBeGreaterThan(0.05)
  })

  it('says 1 where nothing differs', () => {
    expect(mcnemarTwoSided({ worse: 0, better: 0 })).toBe(1)
    expect(mcnemarOneSided({ worse: 0, better: 0 })).toBe(1)
  })

  it('stays a probability and falls as more items get worse', () => {
    fc.assert(
      fc.property(fc.nat(2000), fc.nat(2000), (worse, better) => {
        const p = mcnemarOneSided({ worse, better })
        expect(p).toBeGreaterThanOrEqual(0)
        expect(p).toBeLessThanOrEqual(1)
        expect(mcnemarOneSided({ worse: worse + 1, better })).toBeLessThanOrEqual(p + 1e-12)
      }),
    )
  })
})

describe('the Wilson interval', () => {
  it.each([
    [61, 64, 0.8710034625990631, 0.983930983213707],
    [171, 198, 0.8088692376042381, 0.9045619912491087],
    [1253, 1319, 0.9368340978953797, 0.9604767567690966],
    [0, 20, 0, 0.1611251580528194],
    [20, 20, 0.8388748419471804, 1],
  ])('of %i in %i is that of statsmodels', (successes, total, low, high) => {
    const interval = wilsonInterval(successes, total, 0.95)
    expect(interval.low).toBeCloseTo(low, 9)
    expect(interval.high).toBeCloseTo(high, 9)
  })
})

describe('the Newcombe interval of a paired difference', () => {
  /** First row: airway hyper-responsiveness data in Fagerland, Lydersen, Laake 2014 (-0.507 to -0.026 there). */
  it.each([
    [1, 7, 1, 12, -0.2857142857142857, -0.506920226686141, -0.02555912416485978],
    [20, 12, 2, 16, -0.2, -0.3292069954001405, -0.056156424841748265],
    [36, 12, 2, 0, -0.2, -0.3404276029749407, -0.05692958400323869],
    [180, 9, 3, 8, -0.03, -0.07016296401855485, 0.006388560648113044],
    [200, 0, 0, 0, 0, -0.018845326377266547, 0.018845326377266547],
  ])('is right for the table %i %i %i %i', (bothRight, baseOnly, headOnly, bothWrong, difference, low, high) => {
    const found = pairedDifference({ bothRight, baseOnly, headOnly, bothWrong }, 0.95)
    expect(found.difference).toBeCloseTo(difference, 12)
    expect(found.low).toBeCloseTo(low, 8)
    expect(found.high).toBeCloseTo(high, 8)
  })

  it('holds the difference, stays within -1 and 1, and mirrors when the sides change', () => {
    const cell = fc.nat(500)
    fc.assert(
      fc.property(cell, cell, cell, cell, (bothRight, baseOnly, headOnly, bothWrong) => {
        fc.pre(bothRight + baseOnly + headOnly + bothWrong > 0)
        const found = pairedDifference({ bothRight, baseOnly, headOnly, bothWrong }, 0.9)
        const mirrored = pairedDifference({ bothRight, baseOnly: headOnly, headOnly: baseOnly, bothWrong }, 0.9)
        expect(found.low).toBeLessThanOrEqual(found.difference)
        expect(found.high).toBeGreaterThanOrEqual(found.difference)
        expect(found.low).toBeGreaterThanOrEqual(-1)
        expect(found.high).toBeLessThanOrEqual(1)
        expect(mirrored.low).toBeCloseTo(-found.high, 9)
      }),
    )
  })
})
