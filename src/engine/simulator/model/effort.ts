import type { Encoding } from '../../../record/words.ts'

/**
 * The same reasoning effort word renders differently in each encoding generation of DeepSeek V4: which words exist, and
 * what stands before the system text. The openings of the prefixes are those of the public encoders, the rest is ours;
 * what matters to a client is that the number of prompt tokens tells the efforts apart.
 */

export type Thinking = { on: false } | { on: true; prefix: string }

const ABSOLUTE =
  'Reasoning Effort: Absolute maximum. Think the whole problem through before you answer: take it apart, follow every ' +
  'path that could matter, test each step against what could go wrong, and write down what you tried, what you kept and ' +
  'what you left out, until nothing that you rely on is without a reason.\n\n'
const BEYOND =
  'Reasoning Effort: Beyond maximum. Think the whole problem through to its root before you answer: take it apart until ' +
  'no part can be divided, follow every cause to where it starts, mend the cause and not what shows, and do not stop ' +
  'before the solution was proved in more than one way and no step that you rely on is left without a reason.\n\n'

const V41_EFFORTS: Record<string, number> = { low: 25, high: 50, xhigh: 75, max: 100 }
const EFFORT_WORDS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']

export class UnknownEffort extends Error {}

/**
 * What a request asked for. Without any word the model does not think. `thinking: false` and the effort `none` win over
 * everything; an effort alone turns thinking on.
 */
export function thinkingOf(
  encoding: Encoding,
  asked: boolean | undefined,
  effort: string | number | undefined,
): Thinking {
  if (effort !== undefined && !isEffort(encoding, effort)) throw new UnknownEffort(String(effort))
  if (asked === false || effort === 'none' || (asked === undefined && effort === undefined)) return { on: false }
  switch (encoding) {
    case 'v4-preview':
      return effort === 'max' || effort === 'xhigh' ? thinking(ABSOLUTE) : thinking('')
    case 'v4-0731':
      if (effort === 'minimal' || effort === 'low' || effort === 'medium') return thinking('')
      return effort === 'max' ? thinking(BEYOND) : thinking(ABSOLUTE)
    case 'v4.1': {
      const share = typeof effort === 'number' ? effort : V41_EFFORTS[effort ?? 'high']!
      return thinking(`Reasoning Effort: ${share}\n\n`)
    }
  }
}

function thinking(prefix: string): Thinking {
  return { on: true, prefix }
}

function isEffort(encoding: Encoding, effort: string | number): boolean {
  if (encoding !== 'v4.1') return typeof effort === 'string' && EFFORT_WORDS.includes(effort)
  if (typeof effort === 'number') return Number.isInteger(effort) && effort >= 1 && effort <= 100
  return effort === 'none' || effort in V41_EFFORTS
}

/** How much a prompt asks the model to think, read back from its system text: sentences of reasoning. */
export function depthOf(systemText: string): number {
  if (systemText.startsWith(ABSOLUTE)) return 6
  if (systemText.startsWith(BEYOND)) return 8
  const share = /^Reasoning Effort: (\d{1,3})\n/.exec(systemText)
  return share ? 1 + Math.round(Number(share[1]) / 14) : 3
}
