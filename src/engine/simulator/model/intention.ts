import { type Answer, wordsOf } from './answer.ts'
import { renderToolCalls } from './dsml.ts'
import { below, mix } from './hash.ts'
import type { Understood } from './reading.ts'
import { THINK_END } from './special-tokens.ts'
import { encode } from './tokenizer.ts'

/** The continuation that the model is drawn to: fixed tokens, then so many free ones, then the end. */
export interface Intention {
  fixed: readonly number[]
  openTokens: number
}

const MIN_OPEN_TOKENS = 40
const MAX_OPEN_TOKENS = 120

const THOUGHTS = [
  'Let me read the question again before I answer.',
  'The request is short, so the answer can be short too.',
  'First I look at what is given and what is asked.',
  'I should keep to the form that was asked for.',
  'Let me check that step once more.',
  'That agrees with what I found before.',
  'There is no other reading that makes better sense.',
  'Another way to look at it gives the same result.',
  'Nothing in the text says otherwise.',
  'So I can answer now.',
]

export function intend(answer: Answer, understood: Understood, seed: number): Intention {
  const reasoning = understood.thinks ? [...encode(thoughts(answer, understood.depth, seed)), THINK_END] : []
  const text = answer.kind === 'tool-call' ? `\n\n${renderToolCalls([answer.call])}` : wordsOf(answer)
  if (text !== null) return { fixed: [...reasoning, ...encode(text)], openTokens: 0 }
  const length = MIN_OPEN_TOKENS + below(mix(seed, 21), MAX_OPEN_TOKENS - MIN_OPEN_TOKENS)
  // EOS is then the token with an odd number. Output lengths are asked for in even numbers, so that a load test that
  // ignores EOS does not have this one token without text as its last.
  const even = (reasoning.length + length) % 2 === 0
  return { fixed: reasoning, openTokens: even ? length : length + 1 }
}

function thoughts(answer: Answer, depth: number, seed: number): string {
  const first = below(mix(seed, 22), THOUGHTS.length)
  // A stride without common factor: a sentence comes again only after all others.
  const sentences = Array.from({ length: depth }, (_, index) => THOUGHTS[(first + 3 * index) % THOUGHTS.length]!)
  if (answer.kind === 'arithmetic') sentences.push(`${answer.item.expression} = ${answer.given}.`)
  return sentences.join(' ')
}
