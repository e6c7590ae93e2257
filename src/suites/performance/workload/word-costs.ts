import { FILLER_WORD, PROMPT_WORDS } from './prompt-words.ts'
import type { TokenCounter } from './token-ruler.ts'

/** Tokens that each of our words makes after a space. */
export type WordCosts = ReadonlyMap<string, number>

/**
 * Asks what our words cost. One question is enough where each is one token, as in most tokenizers; else the words are
 * halved until those that are not stand alone. Null when the counter stops, or counts less than a token for a word.
 */
export async function wordCosts(count: TokenCounter): Promise<WordCosts | null> {
  const base = await count(FILLER_WORD)
  if (base === null) return null
  const costs = new Map<string, number>()
  const groups: (readonly string[])[] = [[...PROMPT_WORDS, FILLER_WORD]]
  for (let group = groups.pop(); group !== undefined; group = groups.pop()) {
    const tokens = await count(`${FILLER_WORD} ${group.join(' ')}`)
    if (tokens === null || tokens - base < group.length) return null
    if (tokens - base === group.length || group.length === 1) {
      for (const word of group) costs.set(word, (tokens - base) / group.length)
    } else {
      const middle = group.length >> 1
      groups.push(group.slice(0, middle), group.slice(middle))
    }
  }
  return costs
}
