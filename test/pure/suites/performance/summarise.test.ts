import { describe, expect, it } from 'vitest'
import { loadPointSchema } from '../../../../src/record/cell-result.ts'
import {
  type ClientHealth,
  healthFaults,
  MAX_DELAY_P99_MS,
  MAX_STALL_MS,
  MAX_UTILISATION,
} from '../../../../src/suites/performance/client-health.ts'
import { formatRawRecord } from '../../../../src/suites/performance/raw-record.ts'
import { summarisePoint } from '../../../../src/suites/performance/summarise.ts'
import { record, spec } from './records.ts'

const good = record([
  [20, 0, 'answer'],
  [30, 1, 'answer'],
  [40, 2, 'usage'],
  [41, 3, 'done'],
])
const broken = { ...good, outcome: { state: 'failed', error: 'timeout', detail: 'no answer' } } as const
const value = (point: ReturnType<typeof summarisePoint>, name: string) =>
  point.metrics.find((metric) => metric.name === name)?.value

describe('summarisePoint', () => {
  it('gives a valid point that the result schema takes', () => {
    const point = summarisePoint([good, good, good], spec, 100)
    expect(point).toMatchObject({ planned: 3, succeeded: 3, failed: {}, invalid: [] })
    expect(value(point, 'ttft.token.p50')).toBe(10)
    expect(value(point, 'output-tokens-per-second')).toBe(120)
    expect(loadPointSchema.parse(point)).toEqual(point)
  })

  it('keeps a value back where the samples are too few, and says how many there were', () => {
    const point = summarisePoint([good, good, good], spec, 100)
    expect(point.metrics.find((metric) => metric.name === 'ttft.token.p99')).toMatchObject({ value: null, samples: 3 })
    const many = summarisePoint(Array(459).fill(good), { ...spec, requests: 459 }, 100)
    expect(value(many, 'ttft.token.p99')).toBe(10)
  })

  it('counts failed requests by class, voids the point and leaves them out of the metrics', () => {
    const point = summarisePoint([good, broken, broken], spec, 100)
    expect(point.failed).toEqual({ timeout: 2 })
    expect(point.invalid).toEqual(['2 of 3 requests failed (2 × timeout); the first: no answer'])
    expect(value(point, 'output-tokens-per-second')).toBe(40)
  })

  it('voids a point whose token counts are not what was asked', () => {
    const short = { ...good, completionTokens: 2 }
    expect(summarisePoint([short, { ...good, completionTokens: 3 }, good], spec, 100).invalid).toEqual([
      '2 to 3 completion tokens instead of 4 in 2 of 3 answers',
    ])
    expect(summarisePoint([{ ...good, completionTokens: null }, good, good], spec, 100).invalid).toEqual([
      'the server did not count the tokens (no usage) in 1 of 3 answers',
    ])
    expect(summarisePoint([record([[20, 0, 'role']]), good, good], spec, 100).invalid).toEqual([
      'no event carried a token in 1 of 3 answers',
    ])
  })

  it('takes prompts within 5 % of the asked length', () => {
    const of = (promptTokens: number) => summarisePoint(Array(3).fill({ ...good, promptTokens }), spec, 100).invalid
    expect(of(33)).toEqual([])
    expect(of(34)).toEqual(['34 prompt tokens instead of 32 in 3 of 3 answers'])
  })

  it('says when not all requests were sent', () => {
    expect(summarisePoint([good], spec, 100).invalid).toEqual(['only 1 of 3 requests were sent'])
  })

  it("voids a point that the client could not keep up with, with the client's own figures", () => {
    const fine: ClientHealth = {
      utilisation: MAX_UTILISATION,
      delayP99Ms: MAX_DELAY_P99_MS,
      longestStallMs: MAX_STALL_MS,
    }
    expect(summarisePoint([good, good, good], spec, 100, fine).invalid).toEqual([])
    expect(healthFaults({ utilisation: 0.95, delayP99Ms: 60, longestStallMs: 700 })).toEqual([
      'the client was busy 95 % of the time (limit 90 %)',
      "the client's event loop was 60 ms late at p99 (limit 50 ms)",
      'the client stood still for 700 ms (limit 500 ms)',
    ])
  })
})

describe('formatRawRecord', () => {
  it('writes one line with microseconds and compact events', () => {
    const text = formatRawRecord({ ...good, dequeuedMs: 9.50049 })
    expect(text.endsWith('}\n')).toBe(true)
    expect(text.trim()).not.toContain('\n')
    expect(JSON.parse(text)).toMatchObject({
      id: 'r',
      dequeuedMs: 9.5,
      events: [
        [20, 0, 'answer', null],
        [30, 1, 'answer', null],
        [40, 2, 'usage', null],
        [41, 3, 'done', null],
      ],
      outcome: { state: 'ok' },
    })
  })
})
