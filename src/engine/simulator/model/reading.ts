import type { Tool } from './chat-template.ts'
import { depthOf } from './effort.ts'
import { ASSISTANT, BOS, THINK_START, USER } from './special-tokens.ts'
import { decode } from './tokenizer.ts'

/**
 * What the model understands of its context. It sees tokens only, as a real one does, so that an answer depends on
 * nothing but the prompt, however the prompt came: chat, text or token ids.
 */
export interface Understood {
  system: string
  /** The text of the user blocks, tool results taken out, in order; the last one is what is asked now. */
  asked: readonly string[]
  toolResults: readonly string[]
  /** The last block holds a tool result, so the call has been made already. */
  answersTool: boolean
  tools: readonly Tool[]
  thinks: boolean
  /** Sentences of reasoning that the effort prefix calls for. */
  depth: number
}

const RESULT_OPEN = '<tool_result>'
const RESULT_CLOSE = '</tool_result>'

/** `prompt` ends with the assistant mark and one thinking mark. */
export function understand(prompt: readonly number[]): Understood {
  const start = prompt.findIndex((token) => token !== BOS)
  const firstTurn = prompt.findIndex((token) => token === USER || token === ASSISTANT)
  const system = decode(prompt.slice(Math.max(start, 0), firstTurn))
  const asked: string[] = []
  const toolResults: string[] = []
  let answersTool = false
  for (let position = prompt.indexOf(USER); position >= 0; ) {
    const end = prompt.indexOf(ASSISTANT, position)
    const next = prompt.indexOf(USER, position + 1)
    const blockEnd = next >= 0 && next < end ? next : end
    const block = decode(prompt.slice(position + 1, blockEnd < 0 ? undefined : blockEnd))
    const { results, rest } = takeResults(block)
    toolResults.push(...results)
    answersTool = results.length > 0
    const text = rest.trim()
    if (text !== '') asked.push(text)
    position = next
  }
  return {
    system,
    asked,
    toolResults,
    answersTool,
    tools: toolsIn(system),
    thinks: prompt.at(-1) === THINK_START,
    depth: depthOf(system),
  }
}

function takeResults(block: string): { results: string[]; rest: string } {
  const results: string[] = []
  let rest = ''
  let position = 0
  for (;;) {
    const open = block.indexOf(RESULT_OPEN, position)
    const close = open < 0 ? -1 : block.indexOf(RESULT_CLOSE, open)
    if (close < 0) return { results, rest: rest + block.slice(position) }
    results.push(block.slice(open + RESULT_OPEN.length, close))
    rest += block.slice(position, open)
    position = close + RESULT_CLOSE.length
  }
}

function toolsIn(system: string): Tool[] {
  const header = system.indexOf('### Available Tool Schemas\n')
  if (header < 0) return []
  return system
    .slice(header)
    .split('\n')
    .filter((line) => line.startsWith('{"name":'))
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Tool]
      } catch {
        return []
      }
    })
}
