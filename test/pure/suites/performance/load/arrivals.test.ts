import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arrivalTimes, sessionTimes } from '../../../../../src/suites/performance/load/arrivals.ts'
import { kolmogorovSmirnovCritical, kolmogorovSmirnovStatistic } from '../../../../fixtures/kolmogorov-smirnov.ts'

type Law = 'poisson' | 'gamma' | 'constant'

const COUNT = 5000
const SEED = 20_260_101
const SIGNIFICANCE = 0.01

const open = (law: Law, burstiness: number, requestsPerSecond: number) =>
  arrivalTimes({ kind: 'open', requestsPerSecond, law, burstiness, maxConcurrency: 64 }, COUNT, SEED)
const ramp = (law: Law, burstiness: number, fromPerSecond: number, toPerSecond: number, count = COUNT) =>
  arrivalTimes({ kind: 'ramp', fromPerSecond, toPerSecond, law, burstiness, maxConcurrency: 64 }, count, SEED)

const gaps = (times: Float64Array) => Array.from(times.subarray(1), (time, index) => time - times[index]!)

/** Distribution functions of the unit laws, by formulae other than those that draw them. */
const exponential = (value: number) => 1 - Math.exp(-value)
/** Shape 1/2 and mean 1 is the square of a standard normal: erf(sqrt(x/2)) by its Maclaurin series. */
const gammaHalf = (value: number) => {
  const at = Math.sqrt(value / 2)
  if (at > 4) return 1
  let term = at
  let sum = at
  for (let index = 1; Math.abs(term) > 1e-12; index++) {
    term *= -(at * at) / index
    sum += term / (2 * index + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}
/** Erlang law of shape 4 and mean 1. */
const gammaFour = (value: number) => {
  const at = 4 * value
  return 1 - Math.exp(-at) * (1 + at + at ** 2 / 2 + at ** 3 / 6)
}

const LAWS: [string, Law, number, (value: number) => number][] = [
  ['poisson', 'poisson', 1, exponential],
  ['gamma of shape 0.5', 'gamma', 0.5, gammaHalf],
  ['gamma of shape 1', 'gamma', 1, exponential],
  ['gamma of shape 4', 'gamma', 4, gammaFour],
]

const statistic = (unitGaps: number[], law: (value: number) => number) => kolmogorovSmirnovStatistic(unitGaps, law)
const critical = kolmogorovSmirnovCritical(COUNT - 1, SIGNIFICANCE)

describe('the gaps of an open load', () => {
  it.each(LAWS)('follow the law: %s', (_, law, burstiness, cumulative) => {
    const rate = 40
    const unit = gaps(open(law, burstiness, rate)).map((gap) => (gap * rate) / 1000)
    expect(statistic(unit, cumulative)).toBeLessThan(critical)
  })

  it('do not follow another law, which the test sees', () => {
    for (const [name, law, burstiness] of LAWS) {
      const unit = gaps(open(law, burstiness, 1000))
      const others = LAWS.filter(([, , other]) => other !== burstiness)
      for (const [, , , cumulative] of others)
        expect(statistic(unit, cumulative), `${name} against another`).toBeGreaterThan(critical)
    }
  })

  it('keep the scatter of a finite run: nothing is stretched to the exact mean', () => {
    const means = [1, 2, 3].map((seed) => {
      const arrival = { kind: 'open', requestsPerSecond: 10, law: 'poisson', burstiness: 1, maxConcurrency: 1 } as const
      return arrivalTimes(arrival, 101, seed).at(-1)! / 100
    })
    expect(new Set(means).size).toBe(3)
    for (const mean of means) expect(mean).toBeCloseTo(100, -2)
  })

  it('are all the same when constant, from 0 on', () => {
    expect([...open('constant', 1, 8).subarray(0, 4)]).toEqual([0, 125, 250, 375])
    expect(open('constant', 1, 8).at(-1)).toBe((COUNT - 1) * 125)
  })
})

describe('a ramp', () => {
  /** The cumulative rate, in arrivals: what its time is changed by. */
  const cumulativeRate = (from: number, to: number) => {
    const seconds = (2 * COUNT) / (from + to)
    return (ms: number) => {
      const time = ms / 1000
      if (time > seconds) return COUNT + to * (time - seconds)
      return from * time + ((to - from) / (2 * seconds)) * time * time
    }
  }

  it.each([
    [10, 90],
    [90, 10],
    [50, 50],
  ])('from %d to %d follows every law in its changed time', (from, to) => {
    for (const [name, law, burstiness, cumulative] of LAWS) {
      const unit = gaps(ramp(law, burstiness, from, to).map(cumulativeRate(from, to)))
      expect(statistic(unit, cumulative), name).toBeLessThan(critical)
    }
  })

  it('of constant arrivals has them exactly where the cumulative rate is whole', () => {
    const times = ramp('constant', 1, 2, 6, 40)
    // Ten seconds; after 5 s the rate is 4 and 2·5 + 0.2·25 = 15 have come.
    expect(times[15]).toBeCloseTo(5000, 6)
    expect(times[0]).toBe(0)
    expect(times.at(-1)).toBeLessThan(10_000)
  })

  it('down to almost nothing keeps the last rate when the law is late', () => {
    const times = ramp('gamma', 0.5, 100, 0.1)
    expect(times.every(Number.isFinite)).toBe(true)
  })
})

describe('arrival times', () => {
  it('never go back, begin at 0, and are the same for the same seed only', () => {
    const rate = fc.double({ min: 0.01, max: 1000, noNaN: true })
    const arrival = fc.record({
      kind: fc.constant('ramp' as const),
      fromPerSecond: rate,
      toPerSecond: rate,
      law: fc.constantFrom<Law>('poisson', 'gamma', 'constant'),
      burstiness: fc.double({ min: 0.05, max: 1000, noNaN: true }),
      maxConcurrency: fc.constant(1),
    })
    fc.assert(
      fc.property(arrival, fc.integer({ min: 1, max: 60 }), fc.nat(), (ramped, count, seed) => {
        const times = arrivalTimes(ramped, count, seed)
        expect(times[0]).toBe(0)
        expect(gaps(times).every((gap) => gap >= 0 && Number.isFinite(gap))).toBe(true)
        expect(arrivalTimes(ramped, count, seed)).toEqual(times)
        if (ramped.law !== 'constant' && count > 10) expect(arrivalTimes(ramped, count, seed + 1)).not.toEqual(times)
      }),
      { numRuns: 100 },
    )
  })

  it('do not go back by a rounding in a steep ramp of bursts', () => {
    const ramp = {
      kind: 'ramp',
      fromPerSecond: 19,
      toPerSecond: 660,
      law: 'gamma',
      burstiness: 0.1,
      maxConcurrency: 1,
    } as const
    for (let seed = 0; seed < 2000; seed++)
      expect(
        gaps(arrivalTimes(ramp, 53, seed)).every((gap) => gap >= 0),
        `seed ${seed}`,
      ).toBe(true)
  })

  it('of a trace are its own, so many times as fast', () => {
    const session = (atMs: number | null) => ({ atMs, requests: [] })
    const arrival = { kind: 'trace', speed: 4, maxConcurrency: 8 } as const
    expect([...sessionTimes(arrival, [session(0), session(1000), session(400)], 1)]).toEqual([0, 250, 100])
    expect(() => sessionTimes(arrival, [session(null)], 1)).toThrow(RangeError)
  })
})
