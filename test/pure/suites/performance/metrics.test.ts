import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ServerCounts } from '../../../../src/record/cell-result.ts'
import { metricPoint } from '../../../../src/suites/performance/metrics/metric-point.ts'
import { minimumSamples, nearestRank } from '../../../../src/suites/performance/metrics/percentile.ts'
import { METRICS } from '../../../../src/suites/performance/metrics/registry.ts'
import type { RequestRecord } from '../../../../src/suites/performance/record.ts'
import { type EventRow, events, record, type spec } from './records.ts'

interface Surroundings {
  durationMs?: number
  planned?: number
  slo?: typeof spec.slo
  devices?: number
  server?: ServerCounts
}

function pointOf(records: RequestRecord[], around: Surroundings = {}) {
  const run = { records, planned: around.planned ?? records.length, durationMs: around.durationMs ?? 1000 }
  return metricPoint(run, { slo: around.slo ?? null, devices: around.devices ?? null }, around.server ?? null)
}

const derive = (name: string, records: RequestRecord[], around: Surroundings = {}) =>
  METRICS.find((metric) => metric.name === name)!.derive(pointOf(records, around))
const value = (name: string, records: RequestRecord[], around: Surroundings = {}) => derive(name, records, around).value

const plain = record([
  [12, 0, 'role'],
  [30, 1, 'answer'],
  [40, 2, 'answer'],
  [60, 3, 'answer'],
  [62, 4, 'answer'],
  [70, 5, 'finish'],
  [90, 6, 'done'],
])
const failed = { ...plain, outcome: { state: 'failed', error: 'timeout', detail: '' } } as const

describe('nearestRank', () => {
  it('is a measured value at rank ⌈p·n⌉', () => {
    expect(nearestRank([], 50)).toBeNull()
    expect(nearestRank([3], 99)).toBe(3)
    expect(nearestRank([4, 1, 3, 2], 50)).toBe(2)
    expect(nearestRank([5, 4, 1, 3, 2], 50)).toBe(3)
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect([1, 50, 99, 100].map((percent) => nearestRank(hundred, percent))).toEqual([1, 50, 99, 100])
  })

  it('is the same rank of a list sorted by comparison', () => {
    const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 100 }), (list, percent) => {
        const sorted = list.toSorted((left, right) => left - right)
        expect(nearestRank(list, percent)).toBeCloseTo(sorted[Math.ceil((percent * list.length) / 100) - 1]!, 12)
        expect(list.filter((other) => other <= nearestRank(list, percent)!).length * 100).toBeGreaterThanOrEqual(
          percent * list.length,
        )
      }),
    )
  })

  it('asks as many samples as make the greatest exceed the percentile with 99 % confidence', () => {
    expect([50, 90, 99].map(minimumSamples)).toEqual([3, 44, 459])
    for (const percent of [90, 99]) {
      expect(1 - (percent / 100) ** minimumSamples(percent)).toBeGreaterThanOrEqual(0.99)
      expect(1 - (percent / 100) ** (minimumSamples(percent) - 1)).toBeLessThan(0.99)
    }
  })
})

describe('metrics', () => {
  it('have unique names, and three that are judged', () => {
    const names = METRICS.map((metric) => metric.name)
    expect(new Set(names).size).toBe(names.length)
    const inRole = (role: string) => METRICS.filter((metric) => metric.role === role).map((metric) => metric.name)
    expect(inRole('judged')).toEqual(['ttft.token.p50', 'tpot.p50', 'output-tokens-per-second'])
    expect(inRole('reported')).toEqual(['ttft.token.p99', 'itl.p50', 'itl.p99', 'e2el.p50', 'requests-per-second'])
  })

  it('give null for nothing', () => {
    for (const metric of METRICS)
      expect(metric.derive(pointOf([], { durationMs: 0 }))).toEqual({ value: null, samples: 0 })
  })

  it('leave failed requests out', () => {
    expect(derive('ttft.token.p50', [failed, plain])).toEqual({ value: 20, samples: 1 })
    expect(value('requests-per-second', [failed, plain])).toBe(1)
  })
})

describe('TTFT', () => {
  it('runs from the last byte written to the first token, not to the role', () => {
    expect(derive('ttft.token.p50', [plain])).toEqual({ value: 20, samples: 1 })
    expect(value('ttft.event.p50', [plain])).toBe(2)
    expect(value('ttft.byte.p50', [{ ...plain, firstByteMs: 11 }])).toBe(1)
  })

  it('counts reasoning and tool calls as tokens, and the answer apart', () => {
    for (const first of ['reasoning', 'tool'] as const) {
      const rows: EventRow[] = [
        [15, 0, first],
        [30, 1, 'answer'],
      ]
      expect(value('ttft.token.p50', [record(rows)])).toBe(5)
      expect(value('ttft.answer.p50', [record(rows)])).toBe(20)
    }
    expect(derive('ttft.answer.p50', [record([[15, 0, 'reasoning']])])).toEqual({ value: null, samples: 0 })
  })

  it('counts what waited before it was written from the intended time', () => {
    const late = { ...plain, intendedMs: 4 }
    expect(value('ttft.token.intended.p50', [late])).toBe(26)
    expect(value('e2el.intended.p50', [late])).toBe(58)
    expect(value('ttft.token.p50', [late])).toBe(20)
  })
})

describe('TPOT', () => {
  it('divides by tokens as the server counts them, less the first', () => {
    expect(value('tpot.p50', [plain])).toBeCloseTo((62 - 30) / 3, 12)
    // Two tokens an event: the count of events does not matter.
    expect(value('tpot.p50', [{ ...plain, completionTokens: 9 }])).toBeCloseTo(32 / 8, 12)
  })

  it('takes the tokens of the first read off where the server tells them', () => {
    const told = record(
      [
        [30, 0, 'answer', 3],
        [40, 1, 'answer', 2],
        [50, 2, 'answer', 3],
      ],
      { completionTokens: 8 },
    )
    expect(value('tpot.p50', [told])).toBe(20 / 5)
    const coalesced = record(
      [
        [30, 0, 'answer', 1],
        [30, 0, 'answer', 2],
        [50, 1, 'answer', 5],
      ],
      { completionTokens: 8 },
    )
    expect(value('tpot.p50', [coalesced])).toBe(20 / 5)
  })

  it('is not there for one token, all tokens in the first read, or no count', () => {
    expect(derive('tpot.p50', [record([[15, 0, 'answer']], { completionTokens: 1 })]).samples).toBe(0)
    expect(derive('tpot.p50', [record([[15, 0, 'answer', 4]], { completionTokens: 4 })]).samples).toBe(0)
    expect(derive('tpot.p50', [{ ...plain, completionTokens: null }]).samples).toBe(0)
  })

  it('gives the speed of one user as the median of its inverse', () => {
    expect(value('output-tokens-per-second-per-user', [plain])).toBeCloseTo(3000 / 32, 12)
  })
})

describe('gaps', () => {
  it('are taken between reads, and nothing is invented inside one', () => {
    expect(derive('itl.p50', [plain])).toEqual({ value: 10, samples: 3 })
    const coalesced = record([
      [30, 1, 'role'],
      [30, 1, 'answer'],
      [50, 2, 'answer'],
      [60, 3, 'answer'],
      [60, 3, 'answer'],
      [60, 3, 'usage'],
    ])
    expect(derive('itl.p50', [coalesced])).toEqual({ value: 20, samples: 1 })
    expect(derive('icl.p50', [coalesced])).toEqual({ value: 10, samples: 2 })
  })

  it('are divided by the tokens of the event where the server tells them', () => {
    const told = record(
      [
        [30, 0, 'answer', 1],
        [60, 1, 'answer', 3],
        [64, 2, 'answer', 1],
      ],
      { completionTokens: 5 },
    )
    expect(derive('itl.p50', [told])).toEqual({ value: 10, samples: 4 })
    expect(derive('icl.p50', [told])).toEqual({ value: 4, samples: 2 })
  })

  it('count an event for a token only while nearly every token has one', () => {
    const of = (completionTokens: number | null) => {
      const rows = Array.from({ length: 19 }, (_, index): EventRow => [30 + index, index, 'answer'])
      return derive('itl.p50', [record(rows, { completionTokens })])
    }
    expect(of(20)).toEqual({ value: 1, samples: 18 })
    expect(of(21)).toEqual({ value: null, samples: 0 })
    expect(of(null)).toEqual({ value: null, samples: 0 })
  })

  it('do not believe a count of tokens that no decoding step makes', () => {
    const held = record(
      [
        [30, 0, 'answer', 1],
        [60, 1, 'answer', 2_000_000_000],
      ],
      { completionTokens: 4 },
    )
    expect(derive('itl.p50', [held])).toEqual({ value: null, samples: 0 })
  })

  it('give the longest of each request, and of all', () => {
    const short = record([
      [30, 0, 'answer'],
      [35, 1, 'answer'],
    ])
    expect(derive('stall.max', [plain, short, short])).toEqual({ value: 20, samples: 3 })
    expect(value('stall.p50', [plain, short, short])).toBe(5)
  })
})

describe('latency to the end', () => {
  it('ends with the last token, not with [DONE]', () => {
    expect(value('e2el.p50', [plain])).toBe(52)
    expect(value('normalised-latency.p50', [plain])).toBe(13)
  })
})

describe('throughput', () => {
  it('is divided by the duration of the point', () => {
    const records = [plain, { ...plain, completionTokens: 8 }]
    const around = { durationMs: 2000, devices: 4 }
    expect(value('output-tokens-per-second', records, around)).toBe(6)
    expect(value('input-tokens-per-second', records, around)).toBe(32)
    expect(value('total-tokens-per-second', records, around)).toBe(38)
    expect(value('requests-per-second', records, around)).toBe(1)
    expect(value('output-tokens-per-second-per-device', records, around)).toBe(1.5)
    expect(value('output-tokens-per-second-per-device', records)).toBeNull()
  })
})

describe('goodput', () => {
  const slo = { ttftMs: 21, tpotMs: 11, e2elMs: 60 }

  it('counts from the intended time, every bound and every planned request', () => {
    expect(value('goodput', [plain, failed], { slo })).toBe(1)
    expect(value('slo-attainment', [plain, failed], { slo, planned: 4 })).toBe(25)
    // Written late: the server did as well, the one who waited was not served as well.
    expect(value('goodput', [{ ...plain, intendedMs: 8 }], { slo })).toBe(0)
    expect(value('goodput', [plain], { slo: { ...slo, tpotMs: 10 } })).toBe(0)
    expect(value('goodput', [plain], { slo: { ...slo, e2elMs: 52 } })).toBe(0)
    expect(value('goodput', [plain], { slo: { ttftMs: null, tpotMs: null, e2elMs: null } })).toBe(1)
  })

  it('is not there without an SLO', () => {
    expect(derive('goodput', [plain])).toEqual({ value: null, samples: 0 })
    expect(derive('slo-attainment', [plain])).toEqual({ value: null, samples: 0 })
  })
})

describe('what the server tells', () => {
  const none = {
    ttftMs: null,
    queueMs: null,
    generationMs: null,
    drafts: null,
    draftTokens: null,
    acceptedTokens: null,
  }
  const counts = (values: Record<string, number>): ServerCounts => ({ dialect: 'vllm', values })

  it('gives queue time and prefix cache hits', () => {
    expect(value('queue-time.p50', [{ ...plain, server: { ...none, queueMs: 7 } }])).toBe(7)
    expect(derive('prefix-cache-hit-rate', [{ ...plain, cachedTokens: 8 }, plain])).toEqual({ value: 25, samples: 1 })
    const server = counts({ prefixCacheHits: 1, prefixCacheQueries: 10 })
    expect(value('prefix-cache-hit-rate', [plain], { server })).toBe(10)
    expect(value('prefix-cache-hit-rate', [plain])).toBeNull()
  })

  it('gives speculative acceptance by request, else by counters, else by a gauge', () => {
    const speculative = { ...plain, server: { ...none, drafts: 10, draftTokens: 30, acceptedTokens: 15 } }
    expect(value('speculative-acceptance-rate', [speculative, plain])).toBe(50)
    expect(value('speculative-acceptance-length', [speculative, plain])).toBe(2.5)
    const server = counts({ drafts: 10, draftTokens: 20, acceptedTokens: 5 })
    expect(value('speculative-acceptance-rate', [plain], { server })).toBe(25)
    expect(value('speculative-acceptance-length', [plain], { server })).toBe(1.5)
    expect(value('speculative-acceptance-length', [plain], { server: counts({ acceptanceLength: 3 }) })).toBe(3)
    expect(value('speculative-acceptance-rate', [plain])).toBeNull()
  })
})

describe('any load point', () => {
  const gap = fc.integer({ min: 0, max: 50 })
  const anyRequest = fc
    .record({
      intended: fc.integer({ min: 0, max: 1000 }),
      wait: gap,
      gaps: fc.array(fc.tuple(gap, fc.boolean(), fc.constantFrom('answer', 'reasoning', 'role', 'usage'), gap), {
        minLength: 1,
        maxLength: 12,
      }),
      told: fc.boolean(),
      cached: fc.option(fc.integer({ min: 0, max: 32 })),
      ok: fc.boolean(),
    })
    .map(({ intended, wait, gaps, told, cached, ok }) => {
      let atMs = intended + wait
      let read = -1
      const rows = gaps.map(([pause, together, eventClass, tokens]): EventRow => {
        if (!together || read < 0) {
          read++
          atMs += pause
        }
        return [atMs, read, eventClass as 'answer', told ? 1 + (tokens % 4) : null]
      })
      return record(rows, {
        intendedMs: intended,
        dequeuedMs: intended + wait,
        writtenMs: intended + wait,
        completionTokens: gaps.length,
        cachedTokens: cached,
        outcome: ok ? { state: 'ok' } : { state: 'failed', error: 'timeout', detail: '' },
      })
    })
  const anyRequests = fc.array(anyRequest, { minLength: 1, maxLength: 8 })
  const slo = { ttftMs: 60, tpotMs: 20, e2elMs: 200 }
  const all = (records: RequestRecord[], durationMs = 1000, bounds = slo) => {
    const point = pointOf(records, { slo: bounds, durationMs })
    return METRICS.map((metric) => metric.derive(point))
  }
  const moved = (one: RequestRecord, at: (ms: number) => number): RequestRecord => ({
    ...one,
    events: events([...one.events].map((event): EventRow => [at(event.atMs), event.read, event.class, event.tokens])),
    intendedMs: at(one.intendedMs),
    dequeuedMs: at(one.dequeuedMs),
    writtenMs: at(one.writtenMs),
    firstByteMs: one.firstByteMs === null ? null : at(one.firstByteMs),
    endMs: at(one.endMs),
  })

  it('has the same metrics at another time, and in another order of its requests', () => {
    fc.assert(
      fc.property(anyRequests, fc.integer({ min: 1, max: 5000 }), (records, later) => {
        expect(all(records.map((one) => moved(one, (ms) => ms + later)))).toEqual(all(records))
        expect(all(records.toReversed())).toEqual(all(records))
      }),
      { numRuns: 60 },
    )
  })

  it('has latencies that grow, and rates that fall, with its times', () => {
    fc.assert(
      fc.property(anyRequests, fc.constantFrom(2, 4, 8), (records, factor) => {
        const scaled = { ttftMs: slo.ttftMs * factor, tpotMs: slo.tpotMs * factor, e2elMs: slo.e2elMs * factor }
        const slow = all(
          records.map((one) => moved(one, (ms) => ms * factor)),
          1000 * factor,
          scaled,
        )
        all(records).forEach(({ value: fast, samples }, index) => {
          const { unit } = METRICS[index]!
          const expected = fast === null ? null : fast * scaleOf(unit, factor)
          expect({ metric: METRICS[index]!.name, ...slow[index]! }).toEqual({
            metric: METRICS[index]!.name,
            value: expected,
            samples,
          })
        })
      }),
      { numRuns: 60 },
    )
  })

  it('has no more goodput than throughput', () => {
    fc.assert(
      fc.property(anyRequests, (records) => {
        const rate = value('requests-per-second', records, { slo }) ?? 0
        expect(value('goodput', records, { slo })!).toBeLessThanOrEqual(rate)
        expect(value('slo-attainment', records, { slo })!).toBeLessThanOrEqual(100)
      }),
      { numRuns: 60 },
    )
  })

  function scaleOf(unit: string, factor: number): number {
    if (unit === 'ms' || unit === 'ms/tok') return factor
    return unit.endsWith('/s') || unit.includes('tok/s') ? 1 / factor : 1
  }
})
