import { describe, expect, it } from 'vitest'
import { METRICS_DIALECTS, type MetricsDialect } from '../../../../src/engine/simulator/options.ts'
import { readServerState } from '../../../../src/suites/performance/server-metrics/server-state.ts'
import { ask, CHAT, COMPLETIONS, post, start, stream } from './client.ts'

const LONG = 'word '.repeat(100)
const long = (rest: object = {}) => ({
  messages: [{ role: 'user', content: LONG }],
  temperature: 0,
  max_tokens: 4,
  ...rest,
})
const withUsage = { stream_options: { include_usage: true } }

const scrape = async (url: string) => readServerState(await (await fetch(`${url}/metrics`)).text())

describe('the metrics page', () => {
  it.each(METRICS_DIALECTS)('tells the truth under the names of %s', async (metricsDialect) => {
    const simulator = await start({ metricsDialect })
    const first = await ask(simulator, LONG, { max_tokens: 4, ignore_eos: true })
    await ask(simulator, LONG, { max_tokens: 3, ignore_eos: true })
    const reading = (await scrape(simulator.url))!
    expect(reading.dialect).toBe(metricsDialect)
    const { counters, gauges, histograms } = reading.state
    expect(counters.generationTokens).toBe(7)
    expect(counters.promptTokens).toBe(2 * first.usage.prompt_tokens)
    expect([gauges.running, gauges.waiting]).toEqual([0, 0])
    if (metricsDialect === 'mindie') expect(gauges.prefixHitShare).toBeCloseTo(64 / counters.promptTokens!)
    else expect([counters.prefixCacheQueries, counters.prefixCacheHits]).toEqual([2 * first.usage.prompt_tokens, 64])
    if (metricsDialect === 'llamacpp') return
    expect(counters.requestsFinished).toBe(2)
    expect(gauges.kvUse).toBeGreaterThan(0)
    expect(histograms.ttft!.count).toBe(2)
    expect(histograms.ttft!.sumSeconds).toBeGreaterThan(0.003)
    // Tokens that leave in one write have no time between them.
    expect(histograms.itl!.count).toBeLessThanOrEqual(5)
    expect(histograms.e2el!.sumSeconds).toBeGreaterThan(histograms.ttft!.sumSeconds)
  })
})

describe("the server's own times in an answer", () => {
  it("come in vLLM's usage event when they are asked for, and only there", async () => {
    const simulator = await start()
    const { chunks } = await stream(simulator, CHAT, long({ ...withUsage, include_metrics: true }))
    expect(chunks.filter((chunk) => 'metrics' in chunk)).toEqual([chunks.at(-1)])
    const { usage, metrics } = chunks.at(-1)
    expect(usage.completion_tokens).toBe(4)
    expect(metrics.queue_time_ms).toBe(0)
    expect(metrics.time_to_first_token_ms).toBeGreaterThan(1)
    expect(metrics.mean_itl_ms).toBeCloseTo(metrics.generation_time_ms / 3)
    expect(metrics.tokens_per_second).toBeCloseTo(4000 / (metrics.time_to_first_token_ms + metrics.generation_time_ms))
    for (const rest of [withUsage, { ...withUsage, include_metrics: false }])
      expect((await stream(simulator, CHAT, long(rest))).chunks.some((chunk) => 'metrics' in chunk)).toBe(false)
  })

  it('come in whole answers and on the completions route too, but not for several prompts at once', async () => {
    const simulator = await start()
    const told = { time_to_first_token_ms: expect.any(Number), queue_time_ms: 0 }
    expect((await post(simulator, CHAT, long({ include_metrics: true }))).json.metrics).toMatchObject(told)
    const prompt = { max_tokens: 4, include_metrics: true }
    expect((await post(simulator, COMPLETIONS, { ...prompt, prompt: LONG })).json.metrics).toMatchObject(told)
    expect((await post(simulator, COMPLETIONS, { ...prompt, prompt: [LONG, 'Hi'] })).json.metrics).toBeUndefined()
    const { chunks } = await stream(simulator, COMPLETIONS, { ...prompt, ...withUsage, prompt: LONG })
    expect(chunks.at(-1).metrics).toMatchObject(told)
  })

  it('count the queue apart from the first token', async () => {
    const simulator = await start({ timing: { ttftMs: 1500, itlMs: 1 } })
    const many = Array.from({ length: 257 }, () =>
      post(simulator, CHAT, { ...long({ include_metrics: true }), messages: [{ role: 'user', content: 'Hi' }] }),
    )
    const metrics = (await Promise.all(many)).map(({ json }) => json.metrics)
    const queued = metrics.filter(({ queue_time_ms }) => queue_time_ms > 0)
    expect(queued).toHaveLength(1)
    expect(queued[0].queue_time_ms).toBeGreaterThan(1)
    const { histograms } = (await scrape(simulator.url))!.state
    expect(histograms.queueTime!.sumSeconds).toBeCloseTo(queued[0].queue_time_ms / 1000)
  })

  it('are timings in the manner of llama.cpp, unasked', async () => {
    const simulator = await start({ metricsDialect: 'llamacpp' })
    await stream(simulator, CHAT, long(withUsage))
    const { usage, timings } = (await stream(simulator, CHAT, long(withUsage))).chunks.at(-1)
    expect(timings).toMatchObject({ cache_n: 64, prompt_n: usage.prompt_tokens - 64, predicted_n: 4 })
    expect(timings.prompt_ms).toBeGreaterThan(1)
    expect(timings.predicted_ms).toBeTypeOf('number')
  })

  it.each<MetricsDialect>(['sglang', 'mindie'])('are not there in the manner of %s', async (metricsDialect) => {
    const simulator = await start({ metricsDialect })
    const { json } = await post(simulator, CHAT, long({ include_metrics: true }))
    expect(json.metrics ?? json.timings).toBeUndefined()
  })
})
