import { describe, expect, it } from 'vitest'
import { COMPAT_PEERS, type CompatPeer } from '../../../../src/record/words.ts'
import { numpySummary } from '../../../../src/suites/performance/compat/numpy.ts'
import { compatView } from '../../../../src/suites/performance/compat/registry.ts'
import type { RequestRecord } from '../../../../src/suites/performance/record.ts'
import { type EventRow, record } from './records.ts'

/** Free at 9, written at 10; role, reasoning, two tokens in one read, answer, finish, usage, end. */
const rows: EventRow[] = [
  [12, 0, 'role'],
  [30, 1, 'reasoning'],
  [40, 2, 'answer'],
  [40, 2, 'answer'],
  [60, 3, 'answer'],
  [61, 4, 'finish'],
  [65, 5, 'usage'],
  [66, 6, 'done'],
]
const one = record(rows, { intendedMs: 5, dequeuedMs: 9, completionTokens: 5 })
const failed: RequestRecord = { ...one, outcome: { state: 'failed', error: 'timeout', detail: '' } }

const view = (peer: CompatPeer, records: RequestRecord[] = [one, failed], durationMs = 100) =>
  new Map(compatView(peer, records, durationMs).map((row) => [row.name, row]))
const value = (peer: CompatPeer, name: string, records?: RequestRecord[]) => view(peer, records).get(name)?.value

describe('numpy', () => {
  it('interpolates percentiles between ranks and divides variance by n', () => {
    const summary = numpySummary(Float64Array.of(4, 1, 3, 2))
    expect(summary).toMatchObject({ mean: 2.5, least: 1, most: 4 })
    expect(summary.percentile(50)).toBe(2.5)
    expect(summary.percentile(99)).toBeCloseTo(3.97, 12)
    expect(summary.percentile(100)).toBe(4)
    expect(summary.std).toBeCloseTo(Math.sqrt(1.25), 12)
  })

  it('is null of nothing', () => {
    const summary = numpySummary(new Float64Array(0))
    expect([summary.mean, summary.std, summary.least, summary.most, summary.percentile(50)]).toEqual(
      Array(5).fill(null),
    )
  })
})

describe('the view of any peer', () => {
  it('has unique names, a note wherever the number is not ours, and failed requests left out', () => {
    for (const peer of COMPAT_PEERS) {
      const lines = compatView(peer, [one, failed], 100)
      expect(new Set(lines.map(({ name }) => name)).size).toBe(lines.length)
      expect(lines.filter(({ unit, note }) => unit === 'ms' && note === '').map(({ name }) => name)).toEqual(
        peer === 'aisbench' ? ['Benchmark Duration'] : [],
      )
    }
    expect(value('vllm', 'Successful requests')).toBe(1)
    expect(value('vllm', 'Failed requests')).toBe(1)
  })

  it('has no number for no request', () => {
    for (const peer of COMPAT_PEERS)
      for (const { unit, value: number, name } of compatView(peer, [], 0))
        expect([name, unit === 'ms' && !/[Dd]uration/.test(name) ? number : null]).toEqual([name, null])
  })
})

describe('vLLM', () => {
  it('starts TTFT at the role and ends E2EL at the finish', () => {
    expect(value('vllm', 'Median TTFT (ms)')).toBe(3)
    expect(value('vllm', 'Median E2EL (ms)')).toBe(52)
    expect(value('vllm', 'Mean TPOT (ms)')).toBe((52 - 3) / 4)
  })

  it('takes one ITL an event: 18, 10, 0, 20, 1', () => {
    expect(value('vllm', 'Mean ITL (ms)')).toBeCloseTo(49 / 5, 12)
    expect(value('vllm', 'Median ITL (ms)')).toBe(10)
    expect(value('vllm', 'P99 ITL (ms)')).toBeCloseTo(18 + 0.96 * 2, 12)
  })

  it('counts tokens by usage, else events with tokens, and the fullest second', () => {
    expect(value('vllm', 'Output token throughput (tok/s)')).toBe(50)
    expect(value('vllm', 'Total token throughput (tok/s)')).toBe(370)
    expect(value('vllm', 'Total generated tokens', [{ ...one, completionTokens: null }])).toBe(4)
    expect(value('vllm', 'Peak output token throughput (tok/s)')).toBe(6)
    const later = record(
      [
        [1500, 0, 'answer'],
        [1600, 1, 'answer'],
        [2700, 2, 'answer'],
      ],
      { dequeuedMs: 0 },
    )
    expect(value('vllm', 'Peak output token throughput (tok/s)', [later])).toBe(2)
  })
})

describe('SGLang', () => {
  it('starts TTFT at the first text, reasoning included, and ends latency with [DONE]', () => {
    expect(value('sglang', 'Median TTFT (ms)')).toBe(21)
    expect(value('sglang', 'Median E2E Latency (ms)')).toBe(57)
    expect(value('sglang', 'Mean TPOT (ms)')).toBe((57 - 21) / 4)
    expect(value('sglang', 'Max ITL (ms)')).toBe(20)
    expect(value('sglang', 'Mean ITL (ms)')).toBe(10)
    expect(value('sglang', 'Concurrency')).toBe(0.57)
  })

  it('has the connection in it where one was made', () => {
    expect(value('sglang', 'Median TTFT (ms)', [{ ...one, reused: false, connectMs: 4 }])).toBe(25)
  })

  it('takes the tokens asked for where there is no usage, and cannot tokenize again', () => {
    const uncounted = { ...one, completionTokens: null, asked: { ...one.asked, outputTokens: 7 } }
    expect(value('sglang', 'Total generated tokens', [uncounted])).toBe(7)
    expect(value('sglang', 'Total generated tokens (retokenized)')).toBeNull()
  })

  it('does not see tool calls', () => {
    expect(
      value('sglang', 'Median TTFT (ms)', [
        record([
          [20, 0, 'tool'],
          [50, 1, 'answer'],
        ]),
      ]),
    ).toBe(40.5)
  })
})

describe('AIPerf', () => {
  it('tells the first token from the second and from the first of the answer', () => {
    expect(value('aiperf', 'Time to First Token (ms) avg')).toBe(21)
    expect(value('aiperf', 'Time to Second Token (ms) avg')).toBe(10)
    expect(value('aiperf', 'Time to First Output Token (ms) avg')).toBe(31)
  })

  it('takes ITL for a mean of each request, and its inverse for the user’s throughput', () => {
    expect(value('aiperf', 'Request Latency (ms) avg')).toBe(51)
    expect(value('aiperf', 'Inter Token Latency (ms) avg')).toBe(7.5)
    expect(value('aiperf', 'Output Token Throughput Per User (tokens/sec/user) avg')).toBeCloseTo(1000 / 7.5, 12)
    expect(value('aiperf', 'E2E Output Token Throughput (tokens/sec/user) p50')).toBeCloseTo(5000 / 51, 12)
    expect(value('aiperf', 'Inter Chunk Latency (ms) max')).toBe(20)
  })
})

describe('AISBench', () => {
  it('takes every event but [DONE] for a point in time', () => {
    expect(value('aisbench', 'TTFT Median')).toBe(3)
    expect(value('aisbench', 'E2EL Median')).toBe(56)
    expect(value('aisbench', 'TPOT Average')).toBe((56 - 3) / 4)
    // 18, 10, 0, 20, 1, 4
    expect(value('aisbench', 'ITL Median')).toBe(7)
    expect(value('aisbench', 'ITL Average')).toBeCloseTo(53 / 6, 12)
  })

  it('counts a request of one token as TPOT 0', () => {
    expect(value('aisbench', 'TPOT Min', [one, { ...one, completionTokens: 1 }])).toBe(0)
  })

  it('gives rates of requests and of all', () => {
    expect(value('aisbench', 'PrefillTokenThroughput Median')).toBeCloseTo(32_000 / 3, 9)
    expect(value('aisbench', 'OutputTokenThroughput Median')).toBeCloseTo(5000 / 56, 12)
    expect(value('aisbench', 'Output Token Throughput')).toBe(50)
    expect(value('aisbench', 'Concurrency')).toBe(0.56)
  })
})
