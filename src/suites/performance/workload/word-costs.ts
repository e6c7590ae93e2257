import { mapBounded } from '../../../bounded.ts'
import { FILLER_WORD, PROMPT_WORDS } from './prompt-words.ts'
import type { TokenCounter } from './token-ruler.ts'

const QUESTIONS_AT_ONCE = 8

/** Tokens that each of our words makes after a space. */
export type WordCosts = ReadonlyMap<string, number>

/** What one tokenizer was found to make of our words, for the next load point of the same engine. */
export interface WordCostMemory {
  costs: WordCosts | null
}

/** The remembered costs where two questions confirm their sum, else costs that are asked for, and remembered. */
export async function rememberedCosts(count: TokenCounter, memory: WordCostMemory): Promise<WordCosts | null> {
  const { costs } = memory
  if (costs !== null && (await confirms(count, costs))) return costs
  memory.costs = await wordCosts(count)
  return memory.costs
}

async function confirms(count: TokenCounter, costs: WordCosts): Promise<boolean> {
  // At the beginning of a text the filler may be other tokens than after a space.
  const opening = await count(FILLER_WORD)
  const sum = [...costs.values()].reduce((total, tokens) => total + tokens, opening ?? Number.NaN)
  return (await count(`${FILLER_WORD} ${[...costs.keys()].join(' ')}`)) === sum
}

/**
 * Asks what our words cost. One question is enough where each is one token, as in most tokenizers; else the words are
 * halved until those that are not stand alone. Null when the counter stops, or counts less than a token for a word.
 */
export async function wordCosts(count: TokenCounter): Promise<WordCosts | null> {
  const base = await count(FILLER_WORD)
  if (base === null) return null
  const costs = new Map<string, number>()
  let groups: (readonly string[])[] = [[...PROMPT_WORDS, FILLER_WORD]]
  while (groups.length > 0) {
    const counts = await mapBounded(groups, QUESTIONS_AT_ONCE, (group) => count(`${FILLER_WORD} ${group.join(' ')}`))
    const halves: (readonly string[])[] = []
    for (const [index, group] of groups.entries()) {
      const tokens = (counts[index] ?? 0) - base
      if (tokens < group.length) return null
      if (tokens === group.length || group.length === 1) {
        for (const word of group) costs.set(word, tokens / group.length)
      } else {
        const middle = group.length >> 1
        halves.push(group.slice(0, middle), group.slice(middle))
      }
    }
    groups = halves
  }
  return costs
}
