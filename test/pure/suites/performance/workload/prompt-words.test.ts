import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PROMPT_WORDS, promptWords } from '../../../../../src/suites/performance/workload/prompt-words.ts'

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
