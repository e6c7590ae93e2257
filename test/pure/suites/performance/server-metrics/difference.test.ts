import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { serverCounts } from '../../../../../src/suites/performance/server-metrics/difference.ts'
import { readServerState } from '../../../../../src/suites/performance/server-metrics/server-state.ts'
import { LLAMACPP, SGLANG, VLLM, vllmReading } from './pages.ts'

const page = (text: string) => readServerState(text)!

describe('the difference of two scrapes', () => {
  it('holds increases, means of histograms and what follows from them', () => {
    const later = VLLM.replace(/(generation_tokens_total\{engine="1".*\}) 50.0/, '$1 150.0')
      .replace(/(ttft|time_to_first_token_seconds)_count(.*) 33.0/, '$1_count$2 43.0')
      .replace(/(time_to_first_token_seconds_sum.*) 4.125/, '$1 6.125')
      .replace(/(prefix_cache_queries_total\{engine="0".*\}) 9000.0/, '$1 9400.0')
      .replace(/(prefix_cache_hits_total\{engine="0".*\}) 400.0/, '$1 500.0')
      .replace(/(spec_decode_num_drafts_total.*) 300.0/, '$1 320.0')
      .replace(/(spec_decode_num_draft_tokens_total.*) 600.0/, '$1 640.0')
      .replace(/(spec_decode_num_accepted_tokens_total.*) 450.0/, '$1 480.0')
    const { counts, faults } = serverCounts(page(VLLM), page(later), [])
    expect(faults).toEqual([])
    expect(counts.dialect).toBe('vllm')
    expect(counts.values).toMatchObject({
      generationTokens: 100,
      promptTokens: 0,
      ttftSamples: 10,
      ttftMeanMs: expect.closeTo(200),
      itlSamples: 0,
      prefixHitShare: 0.25,
      draftAcceptance: 0.75,
      acceptanceLength: 2.5,
    })
    expect(counts.values).not.toHaveProperty('itlMeanMs')
  })

  it('takes the requests from between the ends, where the server is at rest', () => {
    const [none, four, two] = [0, 4, 2].map((running) => vllmReading({ running }))
    const { values } = serverCounts(none!, none!, [four!.state, two!.state]).counts
    expect([values.runningMean, values.runningMax]).toEqual([3, 4])
    expect(serverCounts(none!, four!, []).counts.values).not.toHaveProperty('runningMax')
  })

  it('keeps the moving acceptance length of an engine without counters of drafts', () => {
    const { values } = serverCounts(page(SGLANG), page(SGLANG), []).counts
    expect([values.acceptanceLengthMean, values.acceptanceLength]).toEqual([2.5, undefined])
  })

  it('counts a series that was not there before from zero', () => {
    const before = page('vllm:num_requests_running{engine="0"} 0')
    expect(serverCounts(before, vllmReading({ generated: 8 }), []).counts.values.generationTokens).toBe(8)
  })
})

describe('a server that was restarted', () => {
  const restarted = { code: 'server-restarted', by: 'server', voids: 'all' }

  it('is known by a counter that fell, and gives no increases', () => {
    const before = vllmReading({ generated: 500, finished: 9 })
    const { counts, faults } = serverCounts(before, vllmReading({ generated: 40, finished: 12 }), [])
    expect(faults).toEqual([{ ...restarted, reason: expect.stringContaining('fell from 500 to 40') }])
    expect(faults[0]!.reason).toContain('vllm:generation_tokens_total')
    expect(counts.values).toEqual({})
  })

  it('is known also when it is one of several engines and the sum rises', () => {
    const later = VLLM.replace(/(generation_tokens_total\{engine="0".*\}) 700.0/, '$1 9999.0').replace(
      /(generation_tokens_total\{engine="1".*\}) 50.0/,
      '$1 3.0',
    )
    expect(serverCounts(page(VLLM), page(later), []).faults).toMatchObject([restarted])
  })

  it('is known by the start of its process even when all counters are higher', () => {
    const later = VLLM.replace('1.70000000025e+09', '1.70000009e+09')
    expect(serverCounts(page(VLLM), page(later), []).faults).toMatchObject([restarted])
  })

  it('is known by a series that is gone', () => {
    const later = VLLM.replace(/vllm:request_success_total.*stop.*\n/, '')
    expect(serverCounts(page(VLLM), page(later), []).faults).toMatchObject([restarted])
  })

  it('is known by another engine that answers', () => {
    expect(serverCounts(page(VLLM), page(LLAMACPP), []).faults).toMatchObject([restarted])
  })
})

it('gives no negative and no endless number, whatever is scraped', () => {
  const count = fc.oneof(fc.nat(), fc.double({ min: 0 }), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY))
  const reading = fc
    .record({ generated: count, finished: count, ttftCount: count, ttftSeconds: count, queries: count, hits: count })
    .map((counts) => vllmReading(counts))
  fc.assert(
    fc.property(reading, reading, (before, after) => {
      const { counts } = serverCounts(before, after, [])
      for (const value of Object.values(counts.values)) expect(Number.isFinite(value) && value >= 0).toBe(true)
    }),
  )
})
