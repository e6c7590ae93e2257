import { describe, expect, it } from 'vitest'
import { scorePrompt } from '../../../../src/engine/simulator/model/generation.ts'
import { BOS, EOS } from '../../../../src/engine/simulator/model/special-tokens.ts'
import { encode } from '../../../../src/engine/simulator/model/tokenizer.ts'
import { chatPrompt, generate, modelWith, reply, requestFor } from './model-under-test.ts'

const OPEN = 'Make up some words.'
const warm = (seed: number) => ({ temperature: 1, topP: 1, topK: 0, minP: 0, seed })
const PROMPTS = [
  chatPrompt(OPEN),
  chatPrompt('What is 37 * 12 + 5?'),
  chatPrompt('Repeat exactly: 你好 龘 🙂 end'),
  chatPrompt('Is 91 prime?', { thinking: { on: true, prefix: '' } }),
  [BOS, ...encode('Once upon a time')],
]

/** |decode - prefill| of each generated token, and of all candidates that both list. */
function differences(prompt: readonly number[], phaseScatter: number): number[] {
  const model = modelWith({ phaseScatter })
  const generated = generate(model, requestFor(prompt, { topLogprobs: 20, maxTokens: 64 }))
  const scored = scorePrompt(model, [...prompt, ...generated.tokens], 20).slice(prompt.length)
  return generated.steps.map((step, index) => {
    expect(scored[index]!.chosen.token).toBe(step.token)
    return Math.abs(step.logprobs!.chosen.logprob - scored[index]!.chosen.logprob)
  })
}

describe('decode against prefill', () => {
  it('is the same number when there is no scatter', () => {
    for (const prompt of PROMPTS) for (const difference of differences(prompt, 0)) expect(difference).toBe(0)
  })

  it('differs by about the scatter of the healthy server, and by no more', () => {
    const all = PROMPTS.flatMap((prompt) => differences(prompt, 0.01))
    expect(Math.max(...all)).toBeLessThan(0.06)
    const open = differences(PROMPTS[0]!, 0.01)
    const mean = open.reduce((sum, value) => sum + value, 0) / open.length
    expect(mean).toBeGreaterThan(0.002)
    expect(mean).toBeLessThan(0.012)
  })

  it('says null for the first prompt token and scores all others', () => {
    const scored = scorePrompt(modelWith(), PROMPTS[1]!, 5)
    expect(scored[0]).toBeNull()
    expect(scored.slice(1).every((position) => position!.top.length === 5)).toBe(true)
  })
})

describe('generation', () => {
  it('repeats itself for the same seed and differs for another', () => {
    const texts = [1, 1, 2].map((seed) => generate(modelWith(), requestFor(PROMPTS[0]!, { sampling: warm(seed) })).text)
    expect(texts[0]).toBe(texts[1])
    expect(texts[0]).not.toBe(texts[2])
  })

  it('gives 32 different texts of 24 tokens at temperature 1', () => {
    const texts = Array.from({ length: 32 }, (_, seed) => {
      return generate(modelWith(), requestFor(PROMPTS[0]!, { sampling: warm(seed), maxTokens: 24 })).text
    })
    expect(new Set(texts).size).toBe(32)
  })

  it('ends an open answer by itself, with the end as a token of its own', () => {
    for (let index = 0; index < 20; index++) {
      const { steps } = generate(modelWith(), requestFor(chatPrompt(`${OPEN} ${index}`)))
      expect(steps.at(-1)).toMatchObject({ token: EOS, text: '', finish: { reason: 'stop', stopReason: null } })
      expect(steps.length % 2).toBe(1)
      expect(steps.length).toBeGreaterThan(40)
    }
  })

  it('goes on after the end when it is told to ignore it, and stops at the limit', () => {
    const { steps } = generate(modelWith(), requestFor(PROMPTS[1]!, { ignoreEos: true, maxTokens: 60 }))
    expect(steps.length).toBe(60)
    expect(steps.at(-1)!.finish).toEqual({ reason: 'length', stopReason: null })
    expect(steps.filter((step) => step.token === EOS).length).toBe(1)
  })

  it('does not end before min_tokens', () => {
    const { steps } = generate(modelWith(), requestFor(PROMPTS[1]!, { minTokens: 50, maxTokens: 60 }))
    expect(steps.slice(0, 50).every((step) => step.token !== EOS)).toBe(true)
  })

  it('cuts before a stop string, also across tokens, and names it', () => {
    const stopped = generate(modelWith(), requestFor(PROMPTS[1]!, { stop: ['nswer', ': 4'] }))
    expect(stopped.text).toBe('37 * 12 + 5 = 449\n\nA')
    expect(stopped.steps.at(-1)!.finish).toEqual({ reason: 'stop', stopReason: 'nswer' })
    const included = generate(modelWith(), requestFor(PROMPTS[1]!, { stop: [': 4'], includeStop: true }))
    expect(included.text).toBe('37 * 12 + 5 = 449\n\nAnswer: 4')
  })

  it('shows all of a text whose end looked like a stop string', () => {
    const { text } = generate(modelWith(), requestFor(PROMPTS[1]!, { stop: ['449 apples'] }))
    expect(text).toBe('37 * 12 + 5 = 449\n\nAnswer: 449')
  })

  it('sticks to its answer at temperature 1 but for slips of the tongue', () => {
    const texts = Array.from({ length: 50 }, (_, seed) => {
      return generate(modelWith(), requestFor(PROMPTS[1]!, { sampling: warm(seed) })).text
    })
    const exact = texts.filter((text) => text.endsWith('Answer: 449')).length
    expect(exact).toBeGreaterThan(35)
  })

  it('says on another device nearly the same numbers', () => {
    const prompt = PROMPTS[0]!
    const other = modelWith({ deviceScatter: 0.02 })
    const generated = generate(modelWith({ phaseScatter: 0 }), requestFor(prompt, { topLogprobs: 1 }))
    const scored = scorePrompt(other, [...prompt, ...generated.tokens], 1).slice(prompt.length)
    const deltas = generated.steps.map((step, index) =>
      Math.abs(step.logprobs!.chosen.logprob - scored[index]!.chosen.logprob),
    )
    expect(Math.max(...deltas)).toBeLessThan(0.12)
    expect(deltas.some((delta) => delta > 0.005)).toBe(true)
  })

  it('is another model for another model seed', () => {
    expect(reply(OPEN, { modelSeed: 2 })).not.toBe(reply(OPEN))
    expect(reply(OPEN, { sessionSeed: 2 })).toBe(reply(OPEN))
  })
})
