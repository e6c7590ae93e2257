import { describe, expect, it } from 'vitest'
import { PROMPT_WORDS } from '../../../../../src/suites/performance/workload/prompt-words.ts'
import {
  rememberedCosts,
  type WordCostMemory,
  wordCosts,
} from '../../../../../src/suites/performance/workload/word-costs.ts'

/** A tokenizer whose long words are two tokens, and how often it was asked. */
function tokenizer(longFrom: number) {
  const asked = { questions: 0 }
  const count = async (text: string) => {
    asked.questions++
    return text.split(' ').reduce((sum, word) => sum + (word.length >= longFrom ? 2 : 1), 0)
  }
  return { asked, count }
}

describe('what words cost', () => {
  it('is asked once of an engine: two questions confirm it for the next load point', async () => {
    const { asked, count } = tokenizer(6)
    const memory: WordCostMemory = { costs: null }
    const first = await rememberedCosts(count, memory)
    const questions = asked.questions
    expect(questions).toBeGreaterThan(50)
    expect(await rememberedCosts(count, memory)).toEqual(first)
    expect(asked.questions - questions).toBe(2)
    expect(first!.get(PROMPT_WORDS.find((word) => word.length >= 6)!)).toBe(2)
  })

  it('is asked anew where another tokenizer answers, so that the bytes are those without a memory', async () => {
    const memory: WordCostMemory = { costs: await wordCosts(tokenizer(6).count) }
    const other = tokenizer(7)
    expect(await rememberedCosts(other.count, memory)).toEqual(await wordCosts(other.count))
    expect(memory.costs).toEqual(await wordCosts(other.count))
  })

  it('is not known where nothing counts, also after it was', async () => {
    const memory: WordCostMemory = { costs: await wordCosts(tokenizer(6).count) }
    expect(await rememberedCosts(async () => null, memory)).toBeNull()
  })
})
