import type { ServerTimes } from './record.ts'
import { serverTimes, timedCounts } from './server-metrics/server-times.ts'

/** What the kept events of an answer say, read after the request: token counts, finish reason, error. */
export interface AnswerFacts {
  promptTokens: number | null
  completionTokens: number | null
  cachedTokens: number | null
  reasoningTokens: number | null
  server: ServerTimes | null
  finishReason: string | null
  /** The message of an error event. */
  error: string | null
}

export const NO_FACTS: AnswerFacts = {
  promptTokens: null,
  completionTokens: null,
  cachedTokens: null,
  reasoningTokens: null,
  server: null,
  finishReason: null,
  error: null,
}

/** Adds what one event says; later events win. Null when the event is not a JSON object. */
export function addFacts(facts: AnswerFacts, event: Uint8Array): AnswerFacts | null {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(event).toString('utf8'))
  } catch {
    return null
  }
  if (!isObject(value)) return null
  const usage = isObject(value.usage) ? value.usage : {}
  const choice = Array.isArray(value.choices) && isObject(value.choices[0]) ? value.choices[0] : {}
  const details = isObject(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {}
  const completionDetails = isObject(usage.completion_tokens_details) ? usage.completion_tokens_details : {}
  const timed = timedCounts(value)
  return {
    promptTokens: count(usage.prompt_tokens) ?? timed.promptTokens ?? facts.promptTokens,
    completionTokens: count(usage.completion_tokens) ?? timed.completionTokens ?? facts.completionTokens,
    // DeepSeek's own service names cached tokens differently from OpenAI's shape.
    cachedTokens:
      count(details.cached_tokens) ?? count(usage.prompt_cache_hit_tokens) ?? timed.cachedTokens ?? facts.cachedTokens,
    reasoningTokens: count(completionDetails.reasoning_tokens) ?? facts.reasoningTokens,
    server: serverTimes(value, facts.server),
    finishReason: typeof choice.finish_reason === 'string' ? choice.finish_reason.slice(0, 64) : facts.finishReason,
    error: errorMessage(value) ?? facts.error,
  }
}

/** The message of `{"error": …}` in the shapes that servers use, and of older vLLM's `{"object": "error"}`. */
export function errorMessage(value: unknown): string | null {
  if (!isObject(value)) return null
  const error = value.error ?? (value.object === 'error' ? value : null)
  if (typeof error === 'string') return error
  if (!isObject(error)) return typeof value.detail === 'string' ? value.detail : null
  return typeof error.message === 'string' ? error.message : asJson(error)
}

/** A value that can be read may be nested too deep to be written. */
function asJson(value: Record<string, unknown>): string {
  try {
    return JSON.stringify(value)
  } catch {
    return 'an error that is nested too deep to be shown'
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** More tokens than any answer has; a raw record holds no more. */
const MAX_COUNT = 1e9

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= MAX_COUNT ? value : null
}
