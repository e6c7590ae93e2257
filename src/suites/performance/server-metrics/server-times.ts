import type { ServerTimes } from '../record.ts'

type Json = Record<string, unknown>

/**
 * What an event of an answer says of the server's own times, added to what earlier ones said:
 * - vLLM `metrics` in the usage event (vllm-project/vllm#46768; docs/features/per_request_metrics.md): first token counted
 *   from when the request was scheduled, so the queue comes before it; `metrics.speculative_decoding` (#48915);
 * - llama.cpp `timings`, in the usage event, or in the finish event when no usage was asked for: `prompt_ms` runs from the
 *   start of the prefill, `predicted_ms` from the first to the last token. The queue is not told.
 * SGLang has neither in its OpenAI routes (sgl-project/sglang#36678 asks for it).
 */
export function serverTimes(event: Json, earlier: ServerTimes | null): ServerTimes | null {
  const metrics = object(event.metrics)
  const speculative = object(metrics?.speculative_decoding)
  const timings = object(event.timings)
  if (!metrics && !timings) return earlier
  const told: ServerTimes = {
    ttftMs: number(metrics?.time_to_first_token_ms) ?? number(timings?.prompt_ms),
    queueMs: number(metrics?.queue_time_ms),
    generationMs: number(metrics?.generation_time_ms) ?? number(timings?.predicted_ms),
    drafts: number(speculative?.num_spec_steps),
    draftTokens: number(speculative?.num_draft_tokens) ?? number(timings?.draft_n),
    acceptedTokens: number(speculative?.num_accepted_draft_tokens) ?? number(timings?.draft_n_accepted),
  }
  const times = earlier ? merged(told, earlier) : told
  return Object.values(times).every((value) => value === null) ? null : times
}

/** Token counts of llama.cpp's `timings`, for answers without `usage`. `prompt_n` leaves out what the cache served. */
export function timedCounts(event: Json): {
  promptTokens: number | null
  completionTokens: number | null
  cachedTokens: number | null
} {
  const timings = object(event.timings)
  const computed = count(timings?.prompt_n)
  const cachedTokens = count(timings?.cache_n)
  return {
    promptTokens: computed === null ? null : computed + (cachedTokens ?? 0),
    completionTokens: count(timings?.predicted_n),
    cachedTokens,
  }
}

function merged(later: ServerTimes, earlier: ServerTimes): ServerTimes {
  return {
    ttftMs: later.ttftMs ?? earlier.ttftMs,
    queueMs: later.queueMs ?? earlier.queueMs,
    generationMs: later.generationMs ?? earlier.generationMs,
    drafts: later.drafts ?? earlier.drafts,
    draftTokens: later.draftTokens ?? earlier.draftTokens,
    acceptedTokens: later.acceptedTokens ?? earlier.acceptedTokens,
  }
}

function object(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null
}

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null
}

function count(value: unknown): number | null {
  return Number.isSafeInteger(value) ? number(value) : null
}
