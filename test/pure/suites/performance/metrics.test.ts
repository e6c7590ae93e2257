import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MINIMUM_SAMPLES_P99 } from '../../../../src/suites/performance/metrics/metric.ts'
import { nearestRank } from '../../../../src/suites/performance/metrics/percentile.ts'
import { METRICS } from '../../../../src/suites/performance/metrics/registry.ts'
import type { RequestRecord } from '../../../../src/suites/performance/record.ts'
import { record } from './records.ts'

const derive = (name: string, records: RequestRecord[], durationMs = 1000) =>
  METRICS.find((metric) => metric.name === name)!.derive(records, durationMs)

describe('nearestRank', () => {
  it('is a measured value at rank ⌈p·n⌉', () => {
    expect(nearestRank([], 50)).toBeNull()
    expect(nearestRank([3], 99)).toBe(3)
    expect(nearestRank([4, 1, 3, 2], 50)).toBe(2)
    expect(nearestRank([5, 4, 1, 3, 2], 50)).toBe(3)
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect([1, 50, 99, 100].map((percent) => nearestRank(hundred, percent))).toEqual([1, 50, 99, 100])
  })

  it('has at least p per cent of the values at or below it, and less below', () => {
    const values = fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 100 }), (list, percent) => {
        const value = nearestRank(list, percent)!
        expect(list.filter((other) => other <= value).length * 100).toBeGreaterThanOrEqual(percent * list.length)
        expect(list.filter((other) => other < value).length * 100).toBeLessThan(percent * list.length)
      }),
    )
  })
})

describe('metrics', () => {
  const plain = record([
    [12, 0, 'role'],
    [30, 1, 'answer'],
    [40, 2, 'answer'],
    [60, 3, 'answer'],
    [62, 4, 'answer'],
    [70, 5, 'finish'],
    [90, 6, 'done'],
  ])

  it('have unique names and a value for an ordinary answer', () => {
    expect(new Set(METRICS.map((metric) => metric.name)).size).toBe(METRICS.length)
    for (const metric of METRICS) expect(metric.derive([plain], 1000).value).toBeGreaterThan(0)
    expect(METRICS.filter((metric) => metric.primary).map((metric) => metric.name)).toEqual([
      'ttft.token.p50',
      'tpot.p50',
      'output-tokens-per-second',
    ])
  })

  it('give null and no sample for nothing', () => {
    for (const metric of METRICS) expect(metric.derive([], 0)).toEqual({ value: null, samples: 0 })
  })

  it('take TTFT from the last byte written to the first token, not to the role', () => {
    expect(derive('ttft.token.p50', [plain])).toEqual({ value: 20, samples: 1 })
  })

  it('count reasoning and tool calls as tokens', () => {
    for (const first of ['reasoning', 'tool'] as const) {
      const one = record([
        [15, 0, first],
        [30, 1, 'answer'],
      ])
      expect(derive('ttft.token.p50', [one]).value).toBe(5)
    }
  })

  it('divide TPOT by tokens as the server counts them, less one', () => {
    expect(derive('tpot.p50', [plain]).value).toBeCloseTo((62 - 30) / 3, 12)
    expect(derive('tpot.p50', [record([[15, 0, 'answer']], { completionTokens: 1 })]).samples).toBe(0)
    expect(derive('tpot.p50', [{ ...plain, completionTokens: null }]).samples).toBe(0)
    // Two tokens an event: the count of events does not matter.
    expect(derive('tpot.p50', [{ ...plain, completionTokens: 9 }]).value).toBeCloseTo(32 / 8, 12)
  })

  it('take ITL between reads and invent nothing inside one', () => {
    expect(derive('itl.p50', [plain])).toEqual({ value: 10, samples: 3 })
    const coalesced = record([
      [30, 1, 'role'],
      [30, 1, 'answer'],
      [30, 1, 'answer'],
      [50, 2, 'answer'],
      [50, 2, 'usage'],
    ])
    expect(derive('itl.p50', [coalesced])).toEqual({ value: 20, samples: 1 })
  })

  it('end E2EL with the last token, not with [DONE]', () => {
    expect(derive('e2el.p50', [plain]).value).toBe(52)
  })

  it('divide throughput by the duration of the point', () => {
    const records = [plain, { ...plain, completionTokens: 8 }]
    expect(derive('output-tokens-per-second', records, 2000).value).toBe(6)
    expect(derive('requests-per-second', records, 2000).value).toBe(1)
  })

  it('ask as many samples for a p99 as make the greatest exceed it with 99 % confidence', () => {
    expect(1 - 0.99 ** MINIMUM_SAMPLES_P99).toBeGreaterThanOrEqual(0.99)
    expect(1 - 0.99 ** (MINIMUM_SAMPLES_P99 - 1)).toBeLessThan(0.99)
  })
})
