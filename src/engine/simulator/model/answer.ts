import { type Arithmetic, findArithmetic } from './arithmetic.ts'
import type { ToolCall } from './dsml.ts'
import type { Understood } from './reading.ts'
import { argumentsFor, wantedTool } from './tool-use.ts'

/** What the model means to say. `open` has no fixed words: its text is drawn from the distribution. */
export type Answer =
  | { kind: 'arithmetic'; item: Arithmetic; given: bigint; format: 'answer' | 'hashes' }
  | { kind: 'secret'; secrets: readonly string[] }
  | { kind: 'copy'; text: string }
  | { kind: 'tool-call'; call: ToolCall }
  | { kind: 'tool-report'; result: string }
  | { kind: 'open' }

/** A copy longer than this is cut, as a model's patience is. */
const MAX_REPORT_CHARACTERS = 200

/** What a faultless reader of the prompt would answer. */
export function answerTo(understood: Understood): Answer {
  const question = understood.asked.at(-1) ?? ''
  const text = askedCopy(question)
  if (text !== null) return { kind: 'copy', text }
  const secrets = askedSecrets(understood, question)
  if (secrets.length > 0) return { kind: 'secret', secrets }
  if (understood.answersTool)
    return { kind: 'tool-report', result: understood.toolResults.at(-1)!.slice(0, MAX_REPORT_CHARACTERS) }
  const tool = wantedTool(understood.tools, question)
  if (tool) return { kind: 'tool-call', call: { name: tool.name, arguments: argumentsFor(tool, question) } }
  const item = findArithmetic(question)
  if (item)
    return { kind: 'arithmetic', item, given: item.value, format: question.includes('####') ? 'hashes' : 'answer' }
  return { kind: 'open' }
}

/** The gaps are bounded: without that a long prompt that repeats a verb would take quadratic time. */
const COPY =
  /(?:\b(?:repeat|copy|reproduce|echo)\b[^\n:：]{0,200}?\b(?:exactly|verbatim|unchanged|word for word|character for character)\b|\b(?:reply|respond|answer) with exactly (?:this|these|the following)\b)[^\n:：]{0,200}[:：]([\s\S]+)$/i

function askedCopy(question: string): string | null {
  const text = COPY.exec(question)?.[1]?.trim()
  return text ? text : null
}

const NAMES_SECRET = /\b(?:secret|nonce|passwords?|passphrase|passkey|code ?words?|codes?)\b/i
const ASKS = /\b(?:reply|repeat|answer|respond|say|tell|give|what|which|output|write|return|state|recall|report)\b/i
const SECRET =
  /\b(?:secret|nonce|password|passphrase|passkey|code ?word|code)\b[^\n:=]{0,40}?(?:[:=]|\bis\b)[\s"'`“«*]*([A-Za-z0-9][\w-]{3,})/gi
/** Told apart from a plain word by a digit, an inner hyphen or several capitals. */
const LOOKS_SECRET = /\d|[A-Za-z0-9]-[A-Za-z0-9]|[A-Z].*[A-Z]/

function askedSecrets(understood: Understood, question: string): string[] {
  if (!NAMES_SECRET.test(question) || !ASKS.test(question)) return []
  const places = [...understood.asked, ...understood.toolResults, understood.system]
  const found = places.flatMap((place) => [...place.matchAll(SECRET)].map((match) => match[1]!.replace(/[-_]+$/, '')))
  return [...new Set(found.filter((secret) => LOOKS_SECRET.test(secret)))]
}

/** The words of an answer; null where they are drawn. */
export function wordsOf(answer: Exclude<Answer, { kind: 'tool-call' }>): string | null {
  switch (answer.kind) {
    case 'arithmetic': {
      const last = answer.format === 'hashes' ? '####' : 'Answer:'
      return `${answer.item.expression} = ${answer.given}\n\n${last} ${answer.given}`
    }
    case 'secret':
      return answer.secrets.join('\n')
    case 'copy':
      return answer.text
    case 'tool-report':
      return `The tool returned: ${answer.result}`
    case 'open':
      return null
  }
}
