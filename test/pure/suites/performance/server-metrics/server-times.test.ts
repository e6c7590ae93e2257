import { describe, expect, it } from 'vitest'
import { type AnswerFacts, addFacts, NO_FACTS } from '../../../../../src/suites/performance/answer-facts.ts'

const facts = (...events: object[]) =>
  events.reduce<AnswerFacts>((sofar, event) => addFacts(sofar, Buffer.from(JSON.stringify(event)))!, NO_FACTS)

const usage = {
  prompt_tokens: 42,
  completion_tokens: 128,
  total_tokens: 170,
  prompt_tokens_details: { cached_tokens: 16 },
  completion_tokens_details: { reasoning_tokens: 20 },
}

describe('the times in an answer', () => {
  it("are read from vLLM's usage event", () => {
    const metrics = {
      time_to_first_token_ms: 81.5,
      generation_time_ms: 1200.25,
      queue_time_ms: 0,
      mean_itl_ms: 9.5,
      tokens_per_second: 99.5,
    }
    const finish = { choices: [{ index: 0, delta: {}, finish_reason: 'length' }] }
    expect(facts(finish, { choices: [], usage, metrics })).toEqual({
      promptTokens: 42,
      completionTokens: 128,
      cachedTokens: 16,
      reasoningTokens: 20,
      server: {
        ttftMs: 81.5,
        queueMs: 0,
        generationMs: 1200.25,
        drafts: null,
        draftTokens: null,
        acceptedTokens: null,
      },
      finishReason: 'length',
      error: null,
    })
  })

  it('hold the drafts of vLLM, with and without the times', () => {
    const speculative_decoding = {
      mean_acceptance_length: 2,
      draft_acceptance_rate: 0.5,
      acceptance_histogram: [2, 0, 2],
      num_spec_steps: 4,
      num_accepted_draft_tokens: 4,
      num_draft_tokens: 8,
      num_spec_tokens: 2,
    }
    const { server } = facts({ choices: [], usage, metrics: { speculative_decoding } })
    expect(server).toMatchObject({ ttftMs: null, drafts: 4, draftTokens: 8, acceptedTokens: 4 })
  })

  it("are read from llama.cpp's timings in the usage event", () => {
    const timings = {
      cache_n: 35,
      prompt_n: 7,
      prompt_ms: 45.5,
      prompt_per_token_ms: 6.5,
      predicted_n: 128,
      predicted_ms: 640.5,
      draft_n: 90,
      draft_n_accepted: 60,
    }
    const { server, cachedTokens } = facts({ choices: [], usage, timings })
    expect(server).toEqual({
      ttftMs: 45.5,
      queueMs: null,
      generationMs: 640.5,
      drafts: null,
      draftTokens: 90,
      acceptedTokens: 60,
    })
    expect(cachedTokens).toBe(16)
  })

  it('give the counts too, in a finish event of llama.cpp without usage', () => {
    const timings = { cache_n: 35, prompt_n: 7, prompt_ms: 45.5, predicted_n: 5, predicted_ms: 20 }
    const finish = { choices: [{ index: 0, delta: {}, finish_reason: 'length' }], timings }
    expect(facts(finish)).toMatchObject({
      promptTokens: 42,
      completionTokens: 5,
      cachedTokens: 35,
      server: { ttftMs: 45.5 },
    })
  })

  it('stay when a later event does not tell them', () => {
    expect(facts({ timings: { prompt_ms: 5 } }, { usage }).server).toMatchObject({ ttftMs: 5 })
    expect(facts({ timings: { prompt_ms: 5 } }, { metrics: { queue_time_ms: 2 } }).server).toMatchObject({
      ttftMs: 5,
      queueMs: 2,
    })
  })

  it.each([
    { metrics: null },
    { metrics: {} },
    { metrics: [1] },
    { metrics: 'fast' },
    { metrics: { time_to_first_token_ms: null, queue_time_ms: 'none', generation_time_ms: -1 } },
    { timings: { prompt_ms: '5' } },
    {},
  ])('are not told by %j', (event) => {
    expect(facts(event).server).toBeNull()
  })
})
