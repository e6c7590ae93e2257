import type { Capabilities, CheckRequest } from './check.ts'

/** Building the requests that most checks send. */

export interface Message {
  role: 'system' | 'user' | 'assistant' | 'tool'
  content: string
  tool_calls?: { id: string; type: 'function'; function: { name: string; arguments: string } }[]
  tool_call_id?: string
}

export const CHAT_PATH = '/v1/chat/completions'
export const COMPLETIONS_PATH = '/v1/completions'

export function user(content: string): Message[] {
  return [{ role: 'user', content }]
}

/** A POST with a JSON body; a body with `stream: true` is read as a stream. */
export function post(id: string, path: string, body: Record<string, unknown>): CheckRequest {
  return { id, method: 'POST', path, body, ...(body.stream === true ? { stream: true } : {}) }
}

/**
 * Asks for non-thinking mode the way V4 servers take it; empty when the server refuses the field. Checks that compare
 * need it: in thinking mode newer vLLM ignores temperature 0.
 */
export function withoutThinking(capabilities: Capabilities): Record<string, unknown> {
  return capabilities['template-kwargs'] ? { chat_template_kwargs: { thinking: false, enable_thinking: false } } : {}
}

/** As {@link withoutThinking}, for the checks that want a reasoning text. */
export function withThinking(capabilities: Capabilities, effort?: string): Record<string, unknown> {
  if (!capabilities['template-kwargs']) return {}
  return {
    chat_template_kwargs: { thinking: true, enable_thinking: true, ...(effort ? { reasoning_effort: effort } : {}) },
  }
}
