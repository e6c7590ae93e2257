import { describe, expect, it } from 'vitest'
import { DIALECTS } from '../../../../../src/suites/performance/server-metrics/dialects/registry.ts'
import { readServerState } from '../../../../../src/suites/performance/server-metrics/server-state.ts'
import { DIALECT_NAMES } from '../../../../../src/suites/performance/server-metrics/vocabulary.ts'
import { LLAMACPP, MINDIE, OLD_VLLM, SGLANG, VLLM } from './pages.ts'

const read = (text: string) => {
  const { dialect, state } = readServerState(text)!
  const { counters, gauges, histograms, startedAtSeconds } = state
  return { dialect, counters, gauges, histograms, startedAtSeconds }
}

describe('the metrics page', () => {
  it('of vLLM is read over all its engines: requests summed, shares averaged', () => {
    expect(read(VLLM)).toEqual({
      dialect: 'vllm',
      counters: {
        promptTokens: 10_000,
        generationTokens: 750,
        prefixCacheQueries: 10_000,
        prefixCacheHits: 500,
        preemptions: 1,
        drafts: 300,
        draftTokens: 600,
        acceptedTokens: 450,
        requestsFinished: 30,
        requestsFailed: 4,
      },
      gauges: { running: 8, waiting: 2, kvUse: 0.375 },
      histograms: {
        ttft: { sumSeconds: 4.125, count: 33 },
        itl: { sumSeconds: 14, count: 700 },
        e2el: { sumSeconds: 60, count: 30 },
        queueTime: { sumSeconds: 1.5, count: 30 },
      },
      startedAtSeconds: 1_700_000_000.25,
    })
  })

  it('of an older vLLM is read by its old names', () => {
    expect(read(OLD_VLLM)).toMatchObject({
      counters: { generationTokens: 12, prefixCacheQueries: 64, prefixCacheHits: 32 },
      gauges: { running: 1, kvUse: 0.125 },
      histograms: { itl: { sumSeconds: 0.25, count: 10 } },
      startedAtSeconds: null,
    })
    expect(read(OLD_VLLM).counters).not.toHaveProperty('drafts')
  })

  it('of SGLang counts ranks that share their requests once, and data-parallel ranks each', () => {
    expect(read(SGLANG)).toMatchObject({
      dialect: 'sglang',
      counters: {
        promptTokens: 8_128_902,
        generationTokens: 7_500_000,
        prefixCacheQueries: 8_128_902,
        prefixCacheHits: 1024,
        preemptions: 6,
        requestsFinished: 40,
        requestsFailed: 2,
      },
      gauges: { running: 6, waiting: 1, kvUse: expect.closeTo(0.3), acceptanceLength: 2.5 },
      histograms: {
        ttft: { sumSeconds: 20, count: 40 },
        itl: { sumSeconds: 100, count: 5000 },
        queueTime: { sumSeconds: 4, count: 40 },
      },
    })
  })

  it('of MindIE is known by its names without a prefix', () => {
    expect(read(MINDIE)).toMatchObject({
      dialect: 'mindie',
      counters: {
        promptTokens: 5000,
        generationTokens: 900,
        preemptions: 7,
        requestsFinished: 44,
        requestsFailed: 2,
      },
      gauges: { running: 3, waiting: 1, kvUse: 0.75, prefixHitShare: 0.5 },
      histograms: {
        ttft: { sumSeconds: expect.closeTo(22), count: 44 },
        itl: { count: 850 },
        e2el: { sumSeconds: 110 },
      },
    })
  })

  it('of llama.cpp counts cached prompt tokens as prompt tokens', () => {
    expect(read(LLAMACPP)).toEqual({
      dialect: 'llamacpp',
      counters: {
        promptTokens: 400,
        generationTokens: 64,
        prefixCacheQueries: 400,
        prefixCacheHits: 100,
        drafts: 10,
        draftTokens: 30,
        acceptedTokens: 20,
      },
      gauges: { running: 4, waiting: 2 },
      histograms: {},
      startedAtSeconds: null,
    })
    const older = read('llamacpp:prompt_tokens_total 300\nllamacpp:requests_processing 0')
    expect(older.counters).toEqual({ promptTokens: 300, prefixCacheQueries: 300 })
  })

  it('of anything else is none of ours', () => {
    for (const text of [
      '',
      '<html></html>',
      'go_goroutines 12\nprocess_start_time_seconds 1',
      'num_requests_running 1',
    ])
      expect(readServerState(text)).toBeNull()
  })

  it('may hold values that are no numbers, which count for nothing', () => {
    const { state } = readServerState('vllm:num_requests_running{engine="0"} NaN\nvllm:generation_tokens_total +Inf')!
    expect(state.gauges).toEqual({})
    expect(state.counters.generationTokens).toBe(0)
  })

  it('keeps a counter at zero whose filter fits no series yet', () => {
    const page = 'vllm:request_success_total{finished_reason="stop"} 2'
    expect(read(page).counters).toEqual({ requestsFinished: 2, requestsFailed: 0 })
  })
})

it('every dialect has an entry of its own', () => {
  expect(DIALECTS.map(({ name }) => name).sort()).toEqual([...DIALECT_NAMES].sort())
})
