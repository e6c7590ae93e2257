import { type Distribution, isOrdinary, tailTokens } from './distribution.ts'
import { mix, uniform } from './hash.ts'
import { ORDINARY_TOKENS } from './vocabulary.ts'

export interface Sampling {
  /** 0 takes the most probable token. */
  temperature: number
  /** 1 keeps all. */
  topP: number
  /** 0 keeps all. */
  topK: number
  minP: number
  seed: number
}

/**
 * Draws the token of generation step `step`. The random number is a hash of seed and step, so a request repeats
 * whatever else the server does. `forbidden` is never drawn (the end while `min_tokens` are not reached).
 */
export function sample(distribution: Distribution, sampling: Sampling, step: number, forbidden: number | null): number {
  const allowed = distribution.tokens.findIndex((token) => token !== forbidden)
  if (sampling.temperature === 0) return distribution.tokens[allowed]!
  const temper = (logprob: number) => Math.exp((logprob - distribution.logprobs[allowed]!) / sampling.temperature)
  const weights = distribution.logprobs.map((logprob, index) =>
    distribution.tokens[index] === forbidden ? 0 : temper(logprob),
  )
  const tailCount = tailTokens(distribution.tokens)
  let tail = sampling.topK > 0 ? 0 : tailCount * temper(distribution.tailLogprob)
  if (sampling.topK > 0) weights.fill(0, sampling.topK)
  if (sampling.minP > 0) {
    for (const [index, weight] of weights.entries()) if (weight < sampling.minP) weights[index] = 0
    if (temper(distribution.tailLogprob) < sampling.minP) tail = 0
  }
  if (sampling.topP < 1) {
    // The smallest head whose mass reaches top_p stays; the tail is one step, since its members are alike.
    const reach = sampling.topP * (weights.reduce((sum, weight) => sum + weight, 0) + tail)
    let mass = 0
    for (const [index, weight] of weights.entries()) {
      if (mass >= reach && index > allowed) weights[index] = 0
      mass += weight
    }
    if (mass >= reach) tail = 0
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0) + tail
  const hash = mix(mix(sampling.seed, 31), step)
  let left = uniform(hash) * total
  for (const [index, weight] of weights.entries()) {
    left -= weight
    if (left < 0 && weight > 0) return distribution.tokens[index]!
  }
  if (tail === 0) return distribution.tokens[allowed]!
  return tailToken(distribution, Math.floor(uniform(mix(hash, 32)) * tailCount))
}

/** The `index`-th ordinary token that is no candidate. */
function tailToken(distribution: Distribution, index: number): number {
  let token = ORDINARY_TOKENS.first + index
  const taken = distribution.tokens.filter(isOrdinary).sort((one, other) => one - other)
  for (const candidate of taken) if (candidate <= token) token++
  return token
}
