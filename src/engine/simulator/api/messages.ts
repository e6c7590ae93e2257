import type { Message, Tool } from '../model/chat-template.ts'
import type { ToolCall } from '../model/dsml.ts'
import { badRequest } from './errors.ts'
import { Fields } from './fields.ts'

/** The `messages` of a chat request. Throws {@link ApiError} 400. */
export function readMessages(fields: Fields): Message[] {
  const list = fields.list('messages')
  if (!list || list.length === 0) throw badRequest('messages must be a list of at least one message', 'messages')
  return list.map((value, index) => readMessage(new Fields(value, `messages[${index}]`)))
}

function readMessage(fields: Fields): Message {
  const role = fields.string('role')
  const content = readContent(fields)
  switch (role) {
    case 'system':
    case 'developer':
    case 'user':
    case 'latest_reminder':
      return { role, content }
    case 'assistant':
      return {
        role,
        content,
        reasoning: fields.string('reasoning') ?? fields.string('reasoning_content') ?? '',
        toolCalls: (fields.list('tool_calls') ?? []).map((call, index) =>
          readToolCall(new Fields(call, fields.pathOf(`tool_calls[${index}]`))),
        ),
      }
    case 'tool':
      return { role, content, toolCallId: fields.string('tool_call_id') ?? '' }
    default:
      throw fields.wrong('role', 'must be system, developer, user, assistant, tool or latest_reminder')
  }
}

/** A string, or parts of type text, which are joined by line ends as vLLM does it. */
function readContent(fields: Fields): string {
  const value = fields.raw('content')
  if (value === undefined) return ''
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) throw fields.wrong('content', 'must be a string or a list of parts')
  const texts = value.map((part, index) => {
    const text = new Fields(part, fields.pathOf(`content[${index}]`))
    if (text.string('type') !== 'text') throw text.wrong('type', 'must be "text": this model reads text only')
    return text.string('text') ?? ''
  })
  return texts.join('\n')
}

function readToolCall(fields: Fields): { id: string; call: ToolCall } {
  const called = fields.object('function')
  if (!called) throw fields.wrong('function', 'is missing')
  const name = called.string('name')
  if (!name) throw called.wrong('name', 'is missing')
  return { id: fields.string('id') ?? '', call: { name, arguments: readArguments(called) } }
}

function readArguments(called: Fields): Record<string, unknown> {
  const text = called.string('arguments') ?? '{}'
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Told below, with the other texts that are no object.
  }
  throw called.wrong('arguments', 'must be a JSON object')
}

export function readTools(fields: Fields): Tool[] {
  return (fields.list('tools') ?? []).map((value, index) => {
    const tool = new Fields(value, `tools[${index}]`)
    if (tool.string('type') !== 'function') throw tool.wrong('type', 'must be "function"')
    const described = tool.object('function')
    const name = described?.string('name')
    if (!described || !name) throw tool.wrong('function', 'must have a name')
    const parameters = described.raw('parameters') ?? {}
    if (typeof parameters !== 'object' || Array.isArray(parameters))
      throw described.wrong('parameters', 'must be a JSON schema')
    return {
      name,
      description: described.string('description') ?? '',
      parameters: parameters as Record<string, unknown>,
    }
  })
}

export type ToolChoice = { kind: 'none' | 'auto' | 'required' } | { kind: 'named'; name: string }

export function readToolChoice(fields: Fields, tools: readonly Tool[]): ToolChoice {
  const value = fields.raw('tool_choice')
  if (value === undefined) return { kind: tools.length > 0 ? 'auto' : 'none' }
  if (value === 'none' || value === 'auto' || value === 'required') {
    if (value === 'required' && tools.length === 0) throw fields.wrong('tool_choice', 'is "required" without any tools')
    return { kind: tools.length > 0 ? value : 'none' }
  }
  if (typeof value !== 'object')
    throw fields.wrong('tool_choice', 'must be "none", "auto", "required" or the name of a function')
  const name = fields.object('tool_choice')?.object('function')?.string('name')
  if (name === undefined || !tools.some((tool) => tool.name === name))
    throw fields.wrong('tool_choice', 'must name one of the tools')
  return { kind: 'named', name }
}
