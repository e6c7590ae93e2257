import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PROMPT_WORDS, promptWords } from '../../../../src/suites/performance/prompt-words.ts'
import { calibrate, fitPrompt } from '../../../../src/suites/performance/prompts.ts'

describe('promptWords', () => {
  it('has 256 different words, since a salt word stands for a byte', () => {
    expect(new Set(PROMPT_WORDS).size).toBe(256)
    for (const word of PROMPT_WORDS) expect(word).toMatch(/^[a-z]+$/)
  })

  it('gives the same words for the same seed and index', () => {
    expect(promptWords(7, 3, 50)).toEqual(promptWords(7, 3, 50))
    expect(promptWords(7, 3, 50)).not.toEqual(promptWords(8, 3, 50))
    expect(promptWords(7, 3, 50)).toHaveLength(50)
  })

  it('begins any 256 prompts in a row with different words', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), fc.nat(10_000), (seed, from) => {
        const firsts = Array.from({ length: 256 }, (_, index) => promptWords(seed, from + index, 1)[0])
        expect(new Set(firsts).size).toBe(256)
      }),
      { numRuns: 20 },
    )
  })

  it('never gives two prompts of one seed the same five words', () => {
    const salts = Array.from({ length: 20_000 }, (_, index) => promptWords(5, index, 5).join(' '))
    expect(new Set(salts).size).toBe(20_000)
  })
})

describe('fitPrompt', () => {
  /** Tokens of a toy tokenizer: one for each four letters of a word, and two at the start of the text. */
  const count = (text: string) =>
    2 + text.split(' ').reduce((sum, word) => sum + Math.max(1, Math.ceil(word.length / 4)), 0)

  it('reaches the exact count from above and from below and keeps the salt', async () => {
    for (const [words, target] of [
      [20, 60],
      [60, 40],
      [20, 34],
    ] as const) {
      const fitted = await fitPrompt(promptWords(1, 0, words), target, 1.5, async (text) => count(text))
      expect(fitted.exact).toBe(true)
      expect(count(fitted.text)).toBe(target)
      expect(fitted.text.split(' ').slice(0, 5)).toEqual(promptWords(1, 0, 5))
    }
  })

  it('reaches any count that leaves room for the salt, or says that it did not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), fc.integer({ min: 1, max: 300 }), async (index, target) => {
        const fitted = await fitPrompt(promptWords(1, index, 40), target, 1.5, async (text) => count(text))
        expect(fitted.exact).toBe(count(fitted.text) === target)
        if (target > 20) expect(fitted.exact).toBe(true)
      }),
    )
  })

  it('stops when the server stops counting', async () => {
    expect((await fitPrompt(promptWords(1, 0, 10), 99, 1, async () => null)).exact).toBe(false)
  })
})

describe('calibrate', () => {
  it('tells the template from the words', () => {
    const probe = (words: number, promptTokens: number) => ({ prompt: Array(words).fill('a').join(' '), promptTokens })
    expect(calibrate([probe(16, 46), probe(144, 174)])).toEqual({ template: 30, perWord: 1 })
    expect(calibrate([probe(16, 46)])).toBeNull()
    expect(calibrate([probe(16, 46), probe(144, 46)])).toBeNull()
  })
})
