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
}

export const ALL_EXTENSIONS: RequestExtensions = { ignoreEos: true, minTokens: true, includeUsage: true }

export const CHAT_PATH = '/v1/chat/completions'

const HEAD_END = '\r\n\r\n'

/** The JSON body of one timed chat request: greedy, streamed, of exactly `outputTokens` where the server can. */
export function chatBody(
  model: string,
  prompt: string,
  outputTokens: number,
  extensions: RequestExtensions,
): Record<string, unknown> {
  return {
    model,
    messages: [{ role: 'user', content: prompt }],
    stream: true,
    ...(extensions.includeUsage ? { stream_options: { include_usage: true } } : {}),
    temperature: 0,
    max_tokens: outputTokens,
    ...(extensions.minTokens ? { min_tokens: outputTokens } : {}),
    ...(extensions.ignoreEos ? { ignore_eos: true } : {}),
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
