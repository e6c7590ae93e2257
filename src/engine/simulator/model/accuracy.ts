import type { Answer } from './answer.ts'
import { below, hashText, mix, uniform } from './hash.ts'

/**
 * Which arithmetic items the model gets wrong: the same ones for the same model seed, but for a few that flip from one
 * server start to the next, as they do on real devices.
 */

/** About what DeepSeek V4 shows on grade-school arithmetic in non-thinking mode. */
const WRONG_SHARE = 0.05
const FLIP_SHARE = 0.005

export function withSlips(answer: Answer, modelSeed: number, sessionSeed: number): Answer {
  if (answer.kind !== 'arithmetic') return answer
  const item = hashText(answer.item.expression, modelSeed)
  const wrong = uniform(mix(item, 11)) < WRONG_SHARE
  const flips = uniform(mix(item, mix(sessionSeed, 12))) < FLIP_SHARE
  return wrong === flips ? answer : misreckoned(answer, item)
}

/** The same answer with a plausible wrong number: a digit or a carry off. */
export function misreckoned(answer: Answer, seed: number): Answer {
  if (answer.kind !== 'arithmetic') return answer
  const offsets = [1n, -1n, 2n, -2n, 10n, -10n, 9n, -9n, 100n]
  const offset = offsets[below(mix(seed, 13), offsets.length)]!
  return { ...answer, given: answer.item.value + offset }
}
