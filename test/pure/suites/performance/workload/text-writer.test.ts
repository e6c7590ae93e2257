import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { promptWords, SALT_WORDS } from '../../../../../src/suites/performance/workload/prompt-words.ts'
import { fitWords, TextWriter } from '../../../../../src/suites/performance/workload/text-writer.ts'
import { wordCosts } from '../../../../../src/suites/performance/workload/word-costs.ts'
import { countFours, countWords, toyRuler } from './toy.ts'

describe('TextWriter', () => {
  it('writes texts of exactly the ordered tokens that begin with their own salt', async () => {
    const writer = await TextWriter.create(toyRuler(countFours))
    await fc.assert(
      fc.asyncProperty(fc.nat(10_000), fc.integer({ min: 20, max: 400 }), async (index, tokens) => {
        const { text, words, tokens: told } = await writer.write({ seed: 3, index, tokens, salted: true })
        expect(countFours(text)).toBe(tokens)
        expect(told).toBe(tokens)
        expect(words.slice(0, SALT_WORDS)).toEqual(promptWords(3, index, SALT_WORDS))
      }),
    )
    expect(writer.inexact + writer.lengthened).toBe(0)
  })

  it('keeps the head to the byte and salts what follows it', async () => {
    const writer = await TextWriter.create(toyRuler(countFours))
    const head = await writer.write({ seed: 1, index: 0, tokens: 100, salted: true })
    const [one, other] = await Promise.all(
      [7, 8].map((index) => writer.write({ seed: 2, index, tokens: 150, head, salted: true })),
    )
    for (const { text } of [one!, other!]) {
      expect(text.startsWith(`${head.text} `)).toBe(true)
      expect(countFours(text)).toBe(150)
    }
    const rest = one!.words.slice(head.words.length, head.words.length + SALT_WORDS)
    expect(rest).toEqual(promptWords(2, 7, SALT_WORDS))
    expect(rest).not.toEqual(other!.words.slice(head.words.length, head.words.length + SALT_WORDS))
  })

  it('says what became longer than ordered, and how long it is', async () => {
    const writer = await TextWriter.create(toyRuler(countWords))
    expect(await writer.write({ seed: 1, index: 0, tokens: 2, salted: true })).toMatchObject({ tokens: SALT_WORDS })
    expect(await writer.write({ seed: 1, index: 0, tokens: -4, salted: false })).toMatchObject({ tokens: 1 })
    expect(writer).toMatchObject({ lengthened: 2, inexact: 0 })
  })

  it('writes texts of a token or two where no salt is wanted', async () => {
    // Any word but the filler is two tokens more at the beginning of a text.
    const count = (text: string) => countFours(text) + (text.startsWith('a') ? 0 : 2)
    const writer = await TextWriter.create(toyRuler(count, { source: 'server' }))
    for (const tokens of [1, 2, 5])
      expect(count((await writer.write({ seed: 1, index: 0, tokens, salted: false })).text)).toBe(tokens)
    expect(writer.lengthened).toBe(0)
  })

  it('counts whole texts where the tokens of words do not add up', async () => {
    // Every seventh space is a token of its own.
    const odd = (text: string) => countWords(text) + Math.floor(text.split(' ').length / 7)
    const writer = await TextWriter.create(toyRuler(odd))
    for (const tokens of [30, 100, 500]) {
      const { text } = await writer.write({ seed: 1, index: tokens, tokens, salted: true })
      expect(Math.abs(odd(text) - tokens)).toBeLessThanOrEqual(1)
    }
  })

  it('trusts the sum of the words after many tokens, and never one that was wrong once', async () => {
    const countedOf = async (wrong: number, source: 'tokenizer-file' | 'server') => {
      let counted = 0
      const count = (text: string) => {
        const words = countWords(text)
        return words < 1000 ? words : words + (counted++ === 0 ? wrong : 0)
      }
      const writer = await TextWriter.create(toyRuler(count, { source }), 4000)
      for (let index = 0; index < 8; index++) await writer.write({ seed: 1, index, tokens: 1001, salted: true })
      return counted
    }
    expect(await countedOf(0, 'tokenizer-file')).toBe(4)
    // One word too few, then one more: two counts on top.
    expect(await countedOf(1, 'tokenizer-file')).toBe(8 + 2)
    expect(await countedOf(0, 'server')).toBe(8)
  })

  it('reckons by words where nothing counts', async () => {
    const writer = await TextWriter.create(toyRuler(countWords, { source: 'calibrated', count: null, perWord: 1.5 }))
    const passage = await writer.write({ seed: 1, index: 0, tokens: 300, salted: true })
    expect(passage.words).toHaveLength(200)
    expect(passage.tokens).toBe(300)
    expect(await writer.write({ seed: 1, index: 0, tokens: 1, salted: false })).toMatchObject({ tokens: 2 })
  })

  it('writes parts that stand after a space with the tokens they have there', async () => {
    // The word at the beginning of a text is two tokens more.
    const count = (text: string) => countFours(text) + 2
    const writer = await TextWriter.create(toyRuler(count))
    const part = await writer.part({ seed: 1, index: 4, tokens: 64, opens: false })
    expect(countFours(part.text)).toBe(64)
    const opening = await writer.part({ seed: 1, index: 4, tokens: 64, opens: true })
    expect(count(opening.text)).toBe(64)
  })
})

describe('fitWords', () => {
  it('reaches any count that leaves room for what is kept, or tells what it reached', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), fc.integer({ min: 1, max: 300 }), async (index, target) => {
        const words = promptWords(1, index, 40)
        const fitted = await fitWords(words, SALT_WORDS, target, 1.5, async (text) => countFours(text))
        expect(fitted.tokens).toBe(countFours(fitted.text))
        expect(fitted.text.split(' ').slice(0, SALT_WORDS)).toEqual(words.slice(0, SALT_WORDS))
        if (target > 20) expect(fitted.tokens).toBe(target)
      }),
    )
  })

  it('stops when the server stops counting', async () => {
    expect(await fitWords(promptWords(1, 0, 10), 5, 99, 1, async () => null)).toMatchObject({ rounds: 1, tokens: 10 })
  })
})

describe('wordCosts', () => {
  it('asks twice where each word is one token', async () => {
    let asked = 0
    const costs = await wordCosts(async (text) => {
      asked++
      return countWords(text)
    })
    expect(new Set(costs!.values())).toEqual(new Set([1]))
    expect(costs!.size).toBe(257)
    expect(asked).toBe(2)
  })

  it('finds the words that are more', async () => {
    const costs = (await wordCosts(async (text) => countFours(text) + 3))!
    for (const [word, cost] of costs) expect(cost).toBe(Math.ceil(word.length / 4))
  })

  it('gives up on a counter that stops or joins words', async () => {
    expect(await wordCosts(async () => null)).toBeNull()
    expect(await wordCosts(async () => 1)).toBeNull()
  })
})
