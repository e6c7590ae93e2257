import { gaussian, mix, uniform } from './hash.ts'
import { isSpecial } from './special-tokens.ts'
import { isByteToken, ORDINARY_TOKENS, TEXT_POOLS, VOCABULARY_SIZE } from './vocabulary.ts'

/**
 * The probability of the next token: a few candidates with logits, an even tail over all other pieces, next to nothing
 * for special tokens and lone bytes. One object answers every question about a position, so that sampling, decode
 * log probabilities and prompt scoring cannot disagree.
 */

/** Which part of an engine computes: numerics differ a little between the two, as real kernels do. */
export type Phase = 'prefill' | 'decode'

export interface Position {
  /** Hash of the model seed and the whole context. */
  context: number
  /** The token that the model is drawn to, null in open text. */
  drawnTo: number | null
  /** Where in a sentence the position is, which decides the kind of candidates. */
  place: 'opening' | 'after-stop' | 'inside'
  wordsSinceStop: number
}

/** Changes one logit; how devices, phases and faults differ. */
export type Disturbance = (logit: number, token: number, context: number, phase: Phase) => number

/** More than the 20 that a client may see, so that these sum to less than 1. */
const CANDIDATES = 24
const SPREAD = 1.5
/** Of the tail and of the forbidden tokens, against all candidates together. */
const LOG_TAIL_SHARE = Math.log(2e-4)
const LOG_FORBIDDEN = -30
/** Odds of the token that the model is drawn to: 97 to 99.8 %. */
const MIN_OTHERS = 0.002
const OTHERS_SPAN = 0.028

export interface Distribution {
  /** Most probable first, ties by id. */
  readonly tokens: readonly number[]
  readonly logprobs: readonly number[]
  /** Of every ordinary token that is no candidate. */
  readonly tailLogprob: number
  readonly forbiddenLogprob: number
}

export function distributionAt(position: Position, phase: Phase, disturb: Disturbance): Distribution {
  const raw = candidates(position)
  const total = logSumExp([...raw.values()])
  const tail = total + LOG_TAIL_SHARE - Math.log(ORDINARY_TOKENS.count)
  const forbidden = total + LOG_FORBIDDEN
  const entries = [...raw].map(([token, logit]) => [token, disturb(logit, token, position.context, phase)] as const)
  entries.sort((one, other) => other[1] - one[1] || one[0] - other[0])
  const tailCount = tailTokens(entries.map(([token]) => token))
  const forbiddenCount = VOCABULARY_SIZE - tailCount - entries.length
  const norm = logSumExp([
    ...entries.map(([, logit]) => logit),
    tail + Math.log(tailCount),
    forbidden + Math.log(forbiddenCount),
  ])
  return {
    tokens: entries.map(([token]) => token),
    logprobs: entries.map(([, logit]) => logit - norm),
    tailLogprob: tail - norm,
    forbiddenLogprob: forbidden - norm,
  }
}

/** The number of tokens in the tail beside these candidates. */
export function tailTokens(candidateTokens: readonly number[]): number {
  return ORDINARY_TOKENS.count - candidateTokens.filter(isOrdinary).length
}

export function isOrdinary(token: number): boolean {
  return !isSpecial(token) && !isByteToken(token)
}

/** Log probability and rank (from 1) of any token; equal ones rank by id. */
export function logprobOf(distribution: Distribution, token: number): { logprob: number; rank: number } {
  const index = distribution.tokens.indexOf(token)
  if (index >= 0) return { logprob: distribution.logprobs[index]!, rank: index + 1 }
  if (isOrdinary(token)) {
    const before = distribution.tokens.filter((other) => isOrdinary(other) && other < token).length
    const rank = distribution.tokens.length + token - ORDINARY_TOKENS.first - before + 1
    return { logprob: distribution.tailLogprob, rank }
  }
  const ranked = distribution.tokens.length + tailTokens(distribution.tokens)
  const before = distribution.tokens.filter((other) => !isOrdinary(other) && other < token).length
  return { logprob: distribution.forbiddenLogprob, rank: ranked + token - before + 1 }
}

function candidates(position: Position): Map<number, number> {
  const { context, drawnTo, place, wordsSinceStop } = position
  const logits = new Map<number, number>()
  const pool =
    place === 'opening' ? TEXT_POOLS.opening : place === 'after-stop' ? TEXT_POOLS.openingAfterStop : TEXT_POOLS.word
  if (place === 'inside') {
    add(logits, pick(TEXT_POOLS.stop, mix(context, 71)), Math.min(3, (wordsSinceStop - 7) * 0.7))
    add(logits, TEXT_POOLS.comma[0]!, wordsSinceStop >= 3 && uniform(mix(context, 72)) < 0.15 ? 2 : -2)
    add(logits, pick(TEXT_POOLS.foreign, mix(context, 73)), uniform(mix(context, 74)) < 0.12 ? 3 : -1)
  }
  for (let index = 0; logits.size < CANDIDATES; index++) {
    const hash = mix(context, 100 + index)
    add(logits, pick(pool, hash), SPREAD * gaussian(hash))
  }
  if (drawnTo !== null) {
    logits.delete(drawnTo)
    const others = MIN_OTHERS + OTHERS_SPAN * uniform(mix(context, 75)) ** 2
    logits.set(drawnTo, logSumExp([...logits.values()]) + Math.log((1 - others) / others))
  }
  return logits
}

function add(logits: Map<number, number>, token: number, logit: number): void {
  if (!logits.has(token)) logits.set(token, logit)
}

function pick(pool: readonly number[], hash: number): number {
  return pool[Math.floor(uniform(mix(hash, 5)) * pool.length)]!
}

function logSumExp(values: readonly number[]): number {
  const largest = Math.max(...values)
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0))
}
