import {
  CAPABILITIES,
  type Capabilities,
  type Check,
  type CheckContext,
  type CheckRequest,
  type CheckResponse,
} from '../../../../src/suites/correctness/check.ts'

/** Building what a server might answer, for judging without one. */

export const capabilities = (off: string[] = []): Capabilities =>
  Object.fromEntries(CAPABILITIES.map((name) => [name, !off.includes(name)])) as Capabilities

export const context = (changes: Partial<CheckContext> = {}): CheckContext => ({
  seed: 5,
  model: 'toy',
  encoding: 'v4-0731',
  arithmeticItems: 40,
  capabilities: capabilities(),
  ...changes,
})

export function answered(request: CheckRequest, json: unknown, status = 200): CheckResponse {
  const text = typeof json === 'string' ? json : JSON.stringify(json)
  const parsed = typeof json === 'string' ? null : json
  const contentType = typeof json === 'string' ? 'text/html' : 'application/json'
  return { state: 'answered', request, status, contentType, text, json: parsed, durationMs: 1 }
}

export function failed(request: CheckRequest, error = 'connect ECONNREFUSED'): CheckResponse {
  return { state: 'failed', request, error, durationMs: 1 }
}

export function streamed(request: CheckRequest, chunks: (object | string)[], done = true): CheckResponse {
  const events = [...chunks.map((chunk) => (typeof chunk === 'string' ? chunk : JSON.stringify(chunk)))]
  if (done) events.push('[DONE]')
  return rawStream(request, Buffer.from(events.map((event) => `data: ${event}\n\n`).join('')), events)
}

export function rawStream(request: CheckRequest, bytes: Uint8Array, events: string[]): CheckResponse {
  const done = events.includes('[DONE]')
  return {
    state: 'streamed',
    request,
    status: 200,
    contentType: 'text/event-stream',
    reads: [bytes],
    events,
    done,
    durationMs: 1,
  }
}

export const usage = (prompt: number, completion: number) => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
})

let serial = 0

/** A chat object as the documentation has it. */
export function chatObject(content: string | null, changes: { message?: object; choice?: object; top?: object } = {}) {
  return {
    id: `chatcmpl-${++serial}`,
    object: 'chat.completion',
    created: 1_790_000_000,
    model: 'toy',
    choices: [
      {
        index: 0,
        finish_reason: 'stop',
        message: { role: 'assistant', content, ...changes.message },
        ...changes.choice,
      },
    ],
    usage: usage(9, 4),
    ...changes.top,
  }
}

export function completionObject(text: string, changes: { choice?: object; top?: object } = {}) {
  return {
    id: `cmpl-${++serial}`,
    object: 'text_completion',
    created: 1_790_000_000,
    model: 'toy',
    choices: [{ index: 0, finish_reason: 'length', text, logprobs: null, ...changes.choice }],
    usage: usage(5, 4),
    ...changes.top,
  }
}

/** The chunks of a chat stream: role, one chunk a part, finish, usage. */
export function chatChunks(parts: string[], changes: object = {}): object[] {
  const id = `chatcmpl-${++serial}`
  const chunk = (choices: object[], rest: object = {}) => ({
    id,
    object: 'chat.completion.chunk',
    created: 1_790_000_000,
    model: 'toy',
    choices,
    ...rest,
    ...changes,
  })
  const choice = (delta: object, finish: string | null = null) => ({ index: 0, delta, finish_reason: finish })
  return [
    chunk([choice({ role: 'assistant', content: '' })]),
    ...parts.map((content) => chunk([choice({ content })])),
    chunk([choice({}, 'stop')]),
    chunk([], { usage: usage(9, 4) }),
  ]
}

/** Both rounds of a check, every request answered by `answer`. */
export function rounds(check: Check, settings: CheckContext, answer: (request: CheckRequest) => CheckResponse) {
  const first = check.plan(settings).map(answer)
  return [...first, ...(check.followUp?.(settings, first) ?? []).map(answer)]
}

export const judge = (check: Check, settings: CheckContext, answer: (request: CheckRequest) => CheckResponse) =>
  check.judge(settings, rounds(check, settings, answer))
