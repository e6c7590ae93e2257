import { mapBounded } from '../../bounded.ts'
import type { Endpoint } from '../../engine/endpoint.ts'
import type { Progress } from '../../ports.ts'
import { seedOf } from '../../record/seeded-random.ts'
import type { ServerProbe } from './probe.ts'
import { FILLER_WORD, promptWords } from './workload/prompt-words.ts'
import type { LoadSpec } from './record.ts'
import { countTokens } from './server-questions.ts'

export interface BuiltPrompts {
  prompts: string[]
  remarks: string[]
}

/** Counts the tokens of a bare text; null when it cannot. */
export type TokenCounter = (text: string) => Promise<number | null>

/** Rounds of adding and removing words until the count is right; two are enough for words of one token. */
const MAX_ROUNDS = 8
const COUNTS_AT_ONCE = 8
/** Without any count from the server: what ChatML and most templates take around one message. */
const ASSUMED_TEMPLATE_TOKENS = 16

/** Tokens of a prompt: `template` + `perWord` × words. */
export interface PromptCalibration {
  template: number
  perWord: number
}

/** A line through the shortest and the longest probe; an assumption where the server told nothing. */
export function calibrate(calibration: ServerProbe['calibration']): PromptCalibration | null {
  const points = calibration
    .map(({ prompt, promptTokens }) => ({ words: prompt.split(' ').length, promptTokens }))
    .sort((left, right) => left.words - right.words)
  const [short, long] = [points[0], points.at(-1)]
  if (!short || !long || long.words === short.words) return null
  const perWord = (long.promptTokens - short.promptTokens) / (long.words - short.words)
  return perWord > 0 ? { template: short.promptTokens - perWord * short.words, perWord } : null
}

/**
 * Prompts whose count by `usage.prompt_tokens`, chat template included, is the asked one: by the server's own tokenizer
 * where it answers, else by calibration, which the remarks say. The same seed and tokenizer give the same bytes.
 */
export async function buildPrompts(
  endpoint: Endpoint,
  spec: LoadSpec,
  probe: ServerProbe,
  signal: AbortSignal,
  progress: Progress,
): Promise<BuiltPrompts> {
  const seed = seedOf(spec.seed, spec.scenario, spec.concurrency)
  const count = spec.requests + spec.warmupRequests
  const line = calibrate(probe.calibration) ?? { template: ASSUMED_TEMPLATE_TOKENS, perWord: 1 }
  const words = Math.round((spec.inputTokens - line.template) / line.perWord)
  const shortest = promptWords(seed, 0, 0).length
  const remarks: string[] = []
  if (words < shortest)
    remarks.push(`input-tokens ${spec.inputTokens} is below the template and the salt: prompts are longer`)
  const counter: TokenCounter = (text) => countTokens(endpoint, text, signal)
  const reference = probe.calibration.at(-1)
  const bare = reference ? await counter(reference.prompt) : null
  if (!reference || bare === null) {
    const why = reference ? 'the server has no /tokenize' : 'the server counts no prompt tokens'
    remarks.push(`prompt lengths are approximate: ${why}`)
    return { prompts: Array.from({ length: count }, (_, index) => promptWords(seed, index, words).join(' ')), remarks }
  }
  const target = spec.inputTokens - (reference.promptTokens - bare)
  let inexact = 0
  let done = 0
  const prompts = await mapBounded(Array.from({ length: count }), COUNTS_AT_ONCE, async (_, index) => {
    const fitted = await fitPrompt(promptWords(seed, index, words), target, line.perWord, counter)
    if (!fitted.exact) inexact++
    progress.step('prompts', ++done, count)
    return fitted.text
  })
  if (inexact > 0 && words >= shortest) remarks.push(`${inexact} of ${count} prompts could not be made exact`)
  return { prompts, remarks }
}

/** Adds and removes words at the end until the text has `target` tokens. The salt at its beginning stays. */
export async function fitPrompt(
  words: readonly string[],
  target: number,
  perWord: number,
  counter: TokenCounter,
): Promise<{ text: string; exact: boolean }> {
  const shortest = promptWords(0, 0, 0).length
  const fitted = [...words]
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const text = fitted.join(' ')
    const tokens = await counter(text)
    if (tokens === target) return { text, exact: true }
    if (tokens === null) return { text, exact: false }
    if (tokens < target) fitted.push(...new Array<string>(target - tokens).fill(FILLER_WORD))
    else {
      // One word less may be several tokens less, which fillers make up in the next round.
      const surplus = Math.max(1, Math.floor((tokens - target) / Math.max(1, perWord)))
      const keep = Math.max(shortest, fitted.length - surplus)
      if (keep === fitted.length) return { text, exact: false }
      fitted.length = keep
    }
  }
  return { text: fitted.join(' '), exact: false }
}
