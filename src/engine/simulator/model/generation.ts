import { type Distribution, logprobOf, type Phase } from './distribution.ts'
import type { Model } from './reader.ts'
import { Reader } from './reader.ts'
import { type Sampling, sample } from './sampling.ts'
import { EOS, THINK_END, THINK_START } from './special-tokens.ts'
import { StopWatch } from './stop-watch.ts'
import { Detokenizer } from './tokenizer.ts'

export interface TokenLogprob {
  token: number
  logprob: number
  /** From 1. */
  rank: number
}

export interface PositionLogprobs {
  chosen: TokenLogprob
  /** Most probable first. */
  top: readonly TokenLogprob[]
}

export interface GenerationRequest {
  prompt: readonly number[]
  sampling: Sampling
  maxTokens: number
  minTokens: number
  ignoreEos: boolean
  stop: readonly string[]
  stopTokenIds: readonly number[]
  includeStop: boolean
  showSpecialTokens: boolean
  /** Of the generated tokens: null for none, else how many of the most probable ones. */
  topLogprobs: number | null
  /** Tokens that must come, as a grammar would force them; sampled freely after these. */
  forced: readonly number[]
}

/** One generated token and what can be shown because of it. */
export interface Step {
  token: number
  /** Newly visible text; later than the token where a character or a possible stop string was not whole. */
  text: string
  logprobs: PositionLogprobs | null
  finish: { reason: 'stop' | 'length'; stopReason: string | number | null } | null
}

/** Generates one token a call. Pure: same request and model, same steps. */
export class Generation {
  readonly #request: GenerationRequest
  readonly #reader: Reader
  readonly #detokenizer: Detokenizer
  readonly #stops: StopWatch
  #thinking: boolean
  completionTokens = 0
  /** Tokens before the closing thinking mark. */
  reasoningTokens = 0

  constructor(model: Model, request: GenerationRequest) {
    this.#request = request
    this.#reader = new Reader(model)
    for (const token of request.prompt) this.#reader.read(token)
    this.#detokenizer = new Detokenizer(request)
    this.#stops = new StopWatch(request.stop, request.includeStop)
    this.#thinking = request.prompt.at(-1) === THINK_START
  }

  next(): Step {
    const { sampling, maxTokens, minTokens, ignoreEos, stopTokenIds, topLogprobs, forced } = this.#request
    const distribution = this.#reader.distribution('decode')
    const forbidden = this.completionTokens < minTokens ? EOS : null
    const token = forced[this.completionTokens] ?? sample(distribution, sampling, this.completionTokens, forbidden)
    this.#reader.read(token)
    this.completionTokens++
    if (token === THINK_END) this.#thinking = false
    else if (this.#thinking) this.reasoningTokens++
    const logprobs = topLogprobs === null ? null : positionLogprobs(distribution, token, topLogprobs)

    let text = this.#detokenizer.push(token)
    const ended = (token === EOS && !ignoreEos) || stopTokenIds.includes(token)
    const full = this.completionTokens >= maxTokens
    if (ended || full) text += this.#detokenizer.end()
    const watched = this.#stops.push(text)
    text = watched.text
    let finish: Step['finish'] = null
    if (watched.stop !== null) finish = { reason: 'stop', stopReason: watched.stop }
    else if (ended) finish = { reason: 'stop', stopReason: token === EOS ? null : token }
    else if (full) finish = { reason: 'length', stopReason: null }
    if (finish && watched.stop === null) text += this.#stops.end()
    return { token, text, logprobs, finish }
  }
}

export function positionLogprobs(distribution: Distribution, token: number, count: number): PositionLogprobs {
  const top = distribution.tokens
    .slice(0, count)
    .map((candidate, index) => ({ token: candidate, logprob: distribution.logprobs[index]!, rank: index + 1 }))
  return { chosen: { token, ...logprobOf(distribution, token) }, top }
}

/** What the model makes of a given text, position by position; null for the first, which follows nothing. */
export function scorePrompt(
  model: Model,
  tokens: readonly number[],
  count: number,
  phase: Phase = 'prefill',
): (PositionLogprobs | null)[] {
  const reader = new Reader(model)
  return tokens.map((token, index) => {
    const scored = index === 0 ? null : positionLogprobs(reader.distribution(phase), token, count)
    reader.read(token)
    return scored
  })
}
