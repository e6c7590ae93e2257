import type { Endpoint } from '../../engine/endpoint.ts'
import type { PreparedRequest } from '../../engine/http/connection.ts'
import { postRequest, requestTarget } from '../../engine/http/request-bytes.ts'

/** Extensions of the OpenAI API that a server may refuse; found out once by a probe. */
export interface RequestExtensions {
  /** vLLM, SGLang, llama.cpp: generate on after the end-of-sequence token. */
  ignoreEos: boolean
  /** vLLM, SGLang: forbid the end-of-sequence token until then. */
  minTokens: boolean
  /** OpenAI: the last event carries the token counts. */
  includeUsage: boolean
  /** vLLM, SGLang: every event carries the counts so far. Nothing without `includeUsage`. */
  continuousUsage: boolean
  /** vLLM from 0.25 started with `--enable-per-request-metrics`: the usage event carries the server's own times. */
  perRequestMetrics: boolean
}

export const ALL_EXTENSIONS: RequestExtensions = {
  ignoreEos: true,
  minTokens: true,
  includeUsage: true,
  continuousUsage: true,
  perRequestMetrics: true,
}

/** What OpenAI's own service takes. */
export const NO_EXTENSIONS: RequestExtensions = {
  ignoreEos: false,
  minTokens: false,
  includeUsage: false,
  continuousUsage: false,
  perRequestMetrics: false,
}

export const CHAT_PATH = '/v1/chat/completions'

/** One message of a conversation; an agentic turn has calls of tools and their results. */
export interface ChatMessage {
  role: 'system' | 'user' | 'assistant' | 'tool'
  content: string | null
  tool_calls?: unknown[]
  tool_call_id?: string
}

const HEAD_END = '\r\n\r\n'

/**
 * The JSON body of one timed chat request: greedy, streamed, of exactly `outputTokens` where the server can. The same
 * input gives the same bytes.
 */
export function chatBody(
  model: string,
  messages: readonly ChatMessage[],
  outputTokens: number,
  extensions: RequestExtensions,
  tools: readonly unknown[] = [],
): Record<string, unknown> {
  const { includeUsage, continuousUsage, perRequestMetrics, minTokens, ignoreEos } = extensions
  const streamOptions = { include_usage: true, ...(continuousUsage ? { continuous_usage_stats: true } : {}) }
  return {
    model,
    messages: messages.map(orderedMessage),
    ...(tools.length > 0 ? { tools } : {}),
    stream: true,
    ...(includeUsage ? { stream_options: streamOptions } : {}),
    temperature: 0,
    max_tokens: outputTokens,
    ...(minTokens ? { min_tokens: outputTokens } : {}),
    ...(ignoreEos ? { ignore_eos: true } : {}),
    ...(perRequestMetrics ? { include_metrics: true } : {}),
  }
}

/** Fields in one order, whatever the order in which the message was put together. */
function orderedMessage({ role, content, tool_calls, tool_call_id }: ChatMessage): ChatMessage {
  return {
    role,
    content,
    ...(tool_calls === undefined ? {} : { tool_calls }),
    ...(tool_call_id === undefined ? {} : { tool_call_id }),
  }
}

/** One request ready to be written. `id` also goes to the server, whose log may be compared with ours. */
export function prepareRequest(endpoint: Endpoint, id: string, body: Record<string, unknown>): PreparedRequest {
  const headers = {
    accept: 'text/event-stream',
    'user-agent': 'crosschip',
    'x-request-id': id.replace(/[^\w.-]/g, '-'),
    ...endpoint.headers,
  }
  const target = requestTarget(endpoint.url)
  const bytes = postRequest(target, CHAT_PATH, headers, JSON.stringify(body))
  return { id, path: target.basePath + CHAT_PATH, headers, body: bytes.subarray(bytes.indexOf(HEAD_END) + 4), bytes }
}
