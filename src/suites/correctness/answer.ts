import type { CheckResponse } from './check.ts'
import { arrayAt, at, idsAt, numberAt, parseJson, stringAt } from './json.ts'
import { readLogprobs, type TokenLogprob } from './logprobs.ts'

export interface Usage {
  promptTokens: number | null
  completionTokens: number | null
  totalTokens: number | null
  /** Null when the server does not count them apart. */
  reasoningTokens: number | null
}

/** What one generation said, from a chat or a completion, streamed or not. Absent things are empty or null. */
export interface Answer {
  text: string
  /** `reasoning` (newer vLLM) or `reasoning_content` (all others). */
  reasoning: string
  toolCalls: number
  finishReason: string | null
  usage: Usage | null
  logprobs: TokenLogprob[] | null
  tokenIds: number[] | null
  promptTokenIds: number[] | null
}

/** The first choice of an answer with status 200, or null when there is none to read. */
export function readAnswer(response: CheckResponse): Answer | null {
  switch (response.state) {
    case 'answered':
      return response.status === 200 ? readObject(response.json) : null
    case 'streamed':
      return response.status === 200 ? readEvents(response.events) : null
    case 'aborted':
      return readEvents(response.events)
    case 'failed':
      return null
  }
}

export function readUsage(value: unknown): Usage | null {
  const usage = at(value, 'usage')
  if (typeof usage !== 'object' || usage === null) return null
  return {
    promptTokens: numberAt(usage, 'prompt_tokens'),
    completionTokens: numberAt(usage, 'completion_tokens'),
    totalTokens: numberAt(usage, 'total_tokens'),
    reasoningTokens: numberAt(usage, 'completion_tokens_details', 'reasoning_tokens'),
  }
}

function readObject(json: unknown): Answer | null {
  const choice = at(json, 'choices', 0)
  if (choice === undefined) return null
  const message = at(choice, 'message')
  return {
    text: stringAt(message, 'content') ?? stringAt(choice, 'text') ?? '',
    reasoning: reasoningOf(message),
    toolCalls: arrayAt(message, 'tool_calls')?.length ?? 0,
    finishReason: stringAt(choice, 'finish_reason'),
    usage: readUsage(json),
    logprobs: readLogprobs(choice),
    tokenIds: idsAt(choice, 'token_ids'),
    promptTokenIds: idsAt(choice, 'prompt_token_ids') ?? idsAt(json, 'prompt_token_ids'),
  }
}

function readEvents(events: readonly string[]): Answer {
  const answer: Answer = {
    text: '',
    reasoning: '',
    toolCalls: 0,
    finishReason: null,
    usage: null,
    logprobs: null,
    tokenIds: null,
    promptTokenIds: null,
  }
  const tools = new Set<number>()
  for (const event of events) {
    if (event === '[DONE]') break
    const chunk = parseJson(event)
    answer.usage = readUsage(chunk) ?? answer.usage
    for (const choice of arrayAt(chunk, 'choices') ?? []) {
      if ((numberAt(choice, 'index') ?? 0) !== 0) continue
      const delta = at(choice, 'delta')
      answer.text += stringAt(delta, 'content') ?? stringAt(choice, 'text') ?? ''
      answer.reasoning += reasoningOf(delta)
      for (const call of arrayAt(delta, 'tool_calls') ?? []) tools.add(numberAt(call, 'index') ?? 0)
      answer.finishReason = stringAt(choice, 'finish_reason') ?? answer.finishReason
      const entries = readLogprobs(choice)
      if (entries) answer.logprobs = [...(answer.logprobs ?? []), ...entries]
      const ids = idsAt(choice, 'token_ids')
      if (ids) answer.tokenIds = [...(answer.tokenIds ?? []), ...ids]
    }
  }
  answer.toolCalls = tools.size
  return answer
}

function reasoningOf(message: unknown): string {
  return stringAt(message, 'reasoning') || stringAt(message, 'reasoning_content') || ''
}
