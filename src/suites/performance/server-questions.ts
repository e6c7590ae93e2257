import type { Endpoint } from '../../engine/endpoint.ts'
import { networkFetch } from '../../engine/http/network-fetch.ts'
import { describeSocketError } from '../../engine/http/socket-error.ts'

/** Untimed questions to the server, for preparing a load point. None of them throws: no answer is an answer. */

const QUESTION_TIMEOUT_MS = 30_000
/** A million token ids as JSON are some 7 MB. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024

export type Answer = { state: 'answered'; status: number; json: unknown } | { state: 'unreachable'; reason: string }

export async function ask(
  endpoint: Pick<Endpoint, 'url' | 'headers' | 'network'>,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const fetch = await networkFetch(endpoint.network)
    const response = await fetch(endpoint.url + path, {
      method: body === null ? 'GET' : 'POST',
      headers: { ...endpoint.headers, ...(body === null ? {} : { 'content-type': 'application/json' }) },
      ...(body === null ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(QUESTION_TIMEOUT_MS)]),
    })
    return { state: 'answered', status: response.status, json: parse(await boundedText(response)) }
  } catch (error) {
    signal.throwIfAborted()
    const { cause } = error as Error
    return { state: 'unreachable', reason: describeSocketError((cause ?? error) as Error) }
  }
}

/** The first name that the server lists; null when it lists none. */
export function firstModel(answer: Answer): string | null {
  if (answer.state !== 'answered' || answer.status !== 200) return null
  const list = (answer.json as { data?: { id?: unknown }[] } | null)?.data
  const id = Array.isArray(list) ? list[0]?.id : null
  return typeof id === 'string' ? id : null
}

/** Tokens of a text without a template, by the server's own tokenizer; null when it has no such route. */
export async function countTokens(endpoint: Endpoint, text: string, signal: AbortSignal): Promise<number | null> {
  // vLLM and SGLang read `prompt`, llama.cpp reads `content`; each ignores the other's.
  const body = { model: endpoint.model, prompt: text, content: text, add_special_tokens: false, add_special: false }
  const answer = await ask(endpoint, '/tokenize', body, signal)
  if (answer.state !== 'answered' || answer.status !== 200) return null
  const { count, tokens } = (answer.json ?? {}) as { count?: unknown; tokens?: unknown }
  if (Array.isArray(tokens)) return tokens.length
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : null
}

async function boundedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of response.body ?? []) {
    bytes += part.length
    if (bytes > MAX_ANSWER_BYTES) throw new RangeError(`the answer exceeds ${MAX_ANSWER_BYTES} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
