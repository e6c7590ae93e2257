import { describe, expect, it } from 'vitest'
import { type Distribution, distributionAt, logprobOf } from '../../../../src/engine/simulator/model/distribution.ts'
import { mix } from '../../../../src/engine/simulator/model/hash.ts'
import { sample } from '../../../../src/engine/simulator/model/sampling.ts'
import { EOS } from '../../../../src/engine/simulator/model/special-tokens.ts'
import { encode } from '../../../../src/engine/simulator/model/tokenizer.ts'
import { VOCABULARY_SIZE } from '../../../../src/engine/simulator/model/vocabulary.ts'

const answer = encode(' answer')[0]!
const places = ['opening', 'after-stop', 'inside'] as const

function at(index: number, drawnTo: number | null = null): Distribution {
  const place = places[index % 3]!
  const context = mix(index, 7)
  return distributionAt({ context, drawnTo, place, wordsSinceStop: index % 20 }, 'decode', (logit) => logit)
}

const many = Array.from({ length: 60 }, (_, index) => at(index, index % 2 === 0 ? answer : null))
const plain = { temperature: 1, topP: 1, topK: 0, minP: 0 }

describe('the next-token distribution', () => {
  it('sums to one over the whole vocabulary', () => {
    for (const distribution of many.slice(0, 6)) {
      let sum = 0
      for (let token = 0; token < VOCABULARY_SIZE; token++) sum += Math.exp(logprobOf(distribution, token).logprob)
      expect(sum).toBeCloseTo(1, 9)
    }
  })

  it('gives the twenty best in order, with less than all of the probability', () => {
    for (const { logprobs } of many) {
      const top = logprobs.slice(0, 20)
      expect(top.every((logprob, index) => index === 0 || logprob <= top[index - 1]!)).toBe(true)
      const sum = top.reduce((total, logprob) => total + Math.exp(logprob), 0)
      expect(sum).toBeLessThan(1)
      expect(sum).toBeGreaterThan(0.95)
    }
  })

  it('ranks every token of the vocabulary once', () => {
    for (const distribution of many.slice(0, 4)) {
      const ranks = Array.from({ length: VOCABULARY_SIZE }, (_, token) => logprobOf(distribution, token).rank)
      expect([...ranks].sort((one, other) => one - other)).toEqual(ranks.map((_, index) => index + 1))
    }
  })

  it('gives 97 to 99.8 % to the token that it is drawn to', () => {
    for (let index = 0; index < 200; index++) {
      const probability = Math.exp(logprobOf(at(index, answer), answer).logprob)
      expect(probability).toBeGreaterThan(0.969)
      expect(probability).toBeLessThan(0.9985)
    }
  })

  it('has high entropy where nothing draws it', () => {
    for (let index = 0; index < 60; index++) {
      const { logprobs } = at(index)
      const entropy = logprobs.reduce((sum, logprob) => sum - Math.exp(logprob) * logprob, 0)
      expect(entropy).toBeGreaterThan(0.8)
    }
  })
})

describe('sampling', () => {
  it('draws tokens as often as their probability says', () => {
    const distribution = at(2)
    const draws = 20_000
    const counts = new Map<number, number>()
    for (let seed = 0; seed < draws; seed++) {
      const token = sample(distribution, { ...plain, seed }, 0, null)
      counts.set(token, (counts.get(token) ?? 0) + 1)
    }
    for (const [index, token] of distribution.tokens.entries()) {
      const expected = draws * Math.exp(distribution.logprobs[index]!)
      expect(Math.abs((counts.get(token) ?? 0) - expected)).toBeLessThan(5 * Math.sqrt(expected) + 5)
    }
  })

  it('follows the temperature', () => {
    const distribution = at(2)
    const weights = distribution.logprobs.map((logprob) => Math.exp(logprob / 0.5))
    const expected = weights[0]! / weights.reduce((sum, weight) => sum + weight, 0)
    let first = 0
    for (let seed = 0; seed < 10_000; seed++)
      if (sample(distribution, { ...plain, temperature: 0.5, seed }, 0, null) === distribution.tokens[0]) first++
    expect(Math.abs(first / 10_000 - expected)).toBeLessThan(0.03)
  })

  it('takes the most probable token at temperature 0, at top_k 1 and at a tiny top_p', () => {
    for (const [index, distribution] of many.entries()) {
      const best = distribution.tokens[0]
      expect(sample(distribution, { ...plain, temperature: 0, seed: index }, 0, null)).toBe(best)
      expect(sample(distribution, { ...plain, topK: 1, seed: index }, 0, null)).toBe(best)
      expect(sample(distribution, { ...plain, topP: 0.001, seed: index }, 0, null)).toBe(best)
    }
  })

  it('never leaves the nucleus of top_p', () => {
    const distribution = at(5)
    let mass = 0
    const nucleus = distribution.tokens.filter((_, index) => {
      const inside = mass < 0.6
      mass += Math.exp(distribution.logprobs[index]!)
      return inside
    })
    for (let seed = 0; seed < 2_000; seed++)
      expect(nucleus).toContain(sample(distribution, { ...plain, topP: 0.6, seed }, 0, null))
  })

  it('never draws what is forbidden', () => {
    const distribution = at(4, EOS)
    expect(distribution.tokens[0]).toBe(EOS)
    for (let seed = 0; seed < 500; seed++)
      for (const temperature of [0, 1])
        expect(sample(distribution, { ...plain, temperature, seed }, 3, EOS)).not.toBe(EOS)
  })
})
