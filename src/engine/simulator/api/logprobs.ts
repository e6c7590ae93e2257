import type { PositionLogprobs, TokenLogprob } from '../model/generation.ts'
import { nameOf } from '../model/tokenizer.ts'
import { bytesOf } from '../model/vocabulary.ts'

/** Log probabilities in the shapes of the three places where an API has them. */

function named(token: number, asIds: boolean): string {
  return asIds ? `token_id:${token}` : nameOf(token)
}

/** OpenAI's chat shape. */
export function chatLogprobs(positions: readonly PositionLogprobs[], asIds: boolean): Record<string, unknown> {
  const entry = ({ token, logprob }: TokenLogprob) => ({
    token: named(token, asIds),
    logprob,
    bytes: [...bytesOf(token)],
  })
  return { content: positions.map(({ chosen, top }) => ({ ...entry(chosen), top_logprobs: top.map(entry) })) }
}

/** The classic completions shape; a prompt's first token has null. `offsets` say where in the text each token begins. */
export function classicLogprobs(
  tokens: readonly number[],
  positions: readonly (PositionLogprobs | null)[],
  offsets: readonly number[],
  asIds: boolean,
): Record<string, unknown> {
  const names = tokens.map((token) => named(token, asIds))
  return {
    tokens: names,
    token_logprobs: positions.map((position) => position?.chosen.logprob ?? null),
    top_logprobs: positions.map((position) => position && classicTop(position, asIds)),
    text_offset: offsets,
  }
}

/** The chosen token stands in it also when it is not among the most probable, as vLLM does it. */
function classicTop({ chosen, top }: PositionLogprobs, asIds: boolean): Record<string, number> {
  const entries = withChosen({ chosen, top }).map(({ token, logprob }) => [named(token, asIds), logprob] as const)
  return Object.fromEntries(entries)
}

/** vLLM's `prompt_logprobs`: per prompt token a map from id, null for the first. */
export function promptLogprobs(positions: readonly (PositionLogprobs | null)[]): (Record<string, unknown> | null)[] {
  return positions.map((position) => {
    if (!position) return null
    const entries = withChosen(position).map(({ token, logprob, rank }) => {
      return [String(token), { logprob, rank, decoded_token: nameOf(token) }] as const
    })
    return Object.fromEntries(entries)
  })
}

function withChosen({ chosen, top }: PositionLogprobs): TokenLogprob[] {
  return top.some(({ token }) => token === chosen.token) ? [...top] : [chosen, ...top]
}
