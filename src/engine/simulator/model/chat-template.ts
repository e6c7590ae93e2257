import { renderToolCalls, type ToolCall } from './dsml.ts'
import type { Thinking } from './effort.ts'
import { ASSISTANT, BOS, EOS, SPECIAL_TOKENS, THINK_END, THINK_START, USER } from './special-tokens.ts'

/**
 * A conversation to the text that the model reads, in the shape of DeepSeek V4's public encoder: BOS, effort prefix,
 * system text, tools, then user and assistant turns. The opening (or already closed) thinking mark belongs to the
 * prompt, never to the answer. Tool results are no turn of their own: they stand inside a user block.
 */

export type Message =
  | { role: 'system' | 'developer'; content: string }
  | { role: 'user'; content: string }
  | { role: 'latest_reminder'; content: string }
  | { role: 'assistant'; content: string; reasoning: string; toolCalls: { id: string; call: ToolCall }[] }
  | { role: 'tool'; content: string; toolCallId: string }

export interface Tool {
  name: string
  description: string
  parameters: Record<string, unknown>
}

export interface Conversation {
  messages: readonly Message[]
  tools: readonly Tool[]
  thinking: Thinking
  /** A JSON schema that the answer should follow, or null. */
  responseSchema: unknown
}

const mark = (id: number) => SPECIAL_TOKENS[id]!

const TOOLS_HEADER = `## Tools

The functions below may be called. A block of calls is written as follows; string="true" stands before plain text and string="false" before JSON:

<｜DSML｜tool_calls>
<｜DSML｜invoke name="NAME">
<｜DSML｜parameter name="PARAMETER" string="true|false">VALUE</｜DSML｜parameter>
</｜DSML｜invoke>
</｜DSML｜tool_calls>

### Available Tool Schemas
`

export function renderConversation(conversation: Conversation): string {
  const { messages, tools, thinking } = conversation
  const system: string[] = []
  for (const message of messages) {
    if (message.role === 'system' || message.role === 'developer') system.push(message.content)
  }
  if (tools.length > 0) system.push(`${TOOLS_HEADER}\n${tools.map((tool) => JSON.stringify(tool)).join('\n')}`)
  if (conversation.responseSchema != null)
    system.push(
      `## Response Format\n\nAnswer with JSON of this schema:\n${JSON.stringify(conversation.responseSchema)}`,
    )
  return (
    mark(BOS) +
    (thinking.on ? thinking.prefix : '') +
    system.filter((text) => text !== '').join('\n\n') +
    renderTurns(conversation) +
    mark(ASSISTANT) +
    mark(thinking.on ? THINK_START : THINK_END)
  )
}

function renderTurns({ messages, tools, thinking }: Conversation): string {
  const lastUser = messages.findLastIndex((message) => message.role === 'user')
  let text = ''
  let block: string[] = []
  let callOrder: string[] = []
  let results: { toolCallId: string; content: string }[] = []
  const endResults = () => {
    results.sort((one, other) => callOrder.indexOf(one.toolCallId) - callOrder.indexOf(other.toolCallId))
    block.push(...results.map((result) => `<tool_result>${result.content}</tool_result>`))
    results = []
  }
  const endBlock = () => {
    endResults()
    if (block.length > 0) text += mark(USER) + block.join('\n\n')
    block = []
  }
  for (const [index, message] of messages.entries()) {
    switch (message.role) {
      case 'system':
      case 'developer':
        break
      case 'tool':
        results.push(message)
        break
      case 'user':
        endResults()
        block.push(message.content)
        break
      case 'latest_reminder':
        endBlock()
        text += `<｜latest_reminder｜>${message.content}`
        break
      case 'assistant': {
        endBlock()
        // Reasoning of earlier turns is dropped, unless tools are about: then the calls would hang in the air.
        const keepsReasoning = thinking.on && message.reasoning !== '' && (tools.length > 0 || index > lastUser)
        const calls = message.toolCalls.map(({ call }) => call)
        text +=
          mark(ASSISTANT) +
          (keepsReasoning ? mark(THINK_START) + message.reasoning : '') +
          mark(THINK_END) +
          message.content +
          (calls.length > 0 ? `\n\n${renderToolCalls(calls)}` : '') +
          mark(EOS)
        callOrder = message.toolCalls.map(({ id }) => id)
        break
      }
    }
  }
  endBlock()
  return text
}
