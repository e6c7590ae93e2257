import type { PointFault } from '../../../record/cell-result.ts'
import type { Answer } from '../metrics/metric.ts'
import { range } from './range.ts'

/** Prompts this far from the asked length measure another prefill. Template and rounding stay well below. */
export const MAX_PROMPT_DEVIATION = 0.05

/**
 * Whether the answers hold the tokens that were asked for, by the server's own count: exactly so many out (which is how
 * an `ignore_eos` that the server overlooked shows), about so many in.
 */
export function tokenFaults(answers: readonly Answer[]): PointFault[] {
  const faults: PointFault[] = []
  const say = (faulty: readonly unknown[], fault: Pick<PointFault, 'code' | 'by'>, what: string) => {
    if (faulty.length > 0)
      faults.push({ ...fault, voids: 'all', reason: `${what} in ${faulty.length} of ${answers.length} answers` })
  }
  const empty = answers.filter(({ times }) => times.tokenEvents === 0)
  say(empty, { code: 'no-tokens', by: 'server' }, 'no event carried a token')
  const uncounted = answers.filter(({ record }) => record.completionTokens === null)
  say(uncounted, { code: 'no-usage', by: 'server' }, 'the server did not count the tokens (no usage)')
  const wrong = answers.flatMap(({ record: { completionTokens, asked } }) =>
    completionTokens !== null && completionTokens !== asked.outputTokens
      ? [{ given: completionTokens, asked: asked.outputTokens }]
      : [],
  )
  say(wrong, { code: 'wrong-token-count', by: 'server' }, `${givenForAsked(wrong, 'completion')}`)
  const off = answers.flatMap(({ record: { promptTokens, asked } }) =>
    promptTokens !== null &&
    asked.inputTokens !== null &&
    Math.abs(promptTokens - asked.inputTokens) > MAX_PROMPT_DEVIATION * asked.inputTokens
      ? [{ given: promptTokens, asked: asked.inputTokens }]
      : [],
  )
  say(off, { code: 'prompt-length', by: 'load' }, givenForAsked(off, 'prompt'))
  return faults
}

function givenForAsked(pairs: readonly { given: number; asked: number }[], what: string): string {
  return `${range(pairs.map(({ given }) => given))} ${what} tokens instead of ${range(pairs.map(({ asked }) => asked))}`
}
