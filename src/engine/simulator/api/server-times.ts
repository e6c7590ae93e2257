import type { MetricsDialect } from '../options.ts'
import type { Run } from '../serving/engine.ts'

/**
 * What an answer says of the server's own times, in the manner of the engine that is played: vLLM's `metrics` when the
 * request asks for them, llama.cpp's `timings` always; nothing in the others, and nothing for several sequences, whose
 * times cannot be told apart.
 */
export function serverTimesOf(
  runs: readonly Run[],
  promptTokens: number,
  wanted: { dialect: MetricsDialect; includeMetrics: boolean },
): Record<string, unknown> {
  const [run] = runs
  if (!run || runs.length > 1) return {}
  switch (wanted.dialect) {
    case 'vllm':
      return wanted.includeMetrics ? { metrics: perRequestMetrics(run) } : {}
    case 'llamacpp':
      return { timings: timings(run, promptTokens) }
    case 'sglang':
    case 'mindie':
      return {}
  }
}

/** The fields of vLLM's docs/features/per_request_metrics.md: the first token is counted from the scheduling. */
function perRequestMetrics({ times, generation }: Run): Record<string, number | null> {
  const { arrivalMs, scheduledMs, firstTokenMs, lastTokenMs } = times
  const tokens = generation.completionTokens
  const decodeMs = difference(lastTokenMs, firstTokenMs)
  const inferenceMs = difference(lastTokenMs, scheduledMs)
  return {
    time_to_first_token_ms: difference(firstTokenMs, scheduledMs),
    generation_time_ms: decodeMs,
    queue_time_ms: difference(scheduledMs, arrivalMs),
    mean_itl_ms: decodeMs === null || tokens < 2 ? null : decodeMs / (tokens - 1),
    tokens_per_second: inferenceMs === null || inferenceMs <= 0 ? null : (1000 * tokens) / inferenceMs,
  }
}

function timings({ times, generation, cachedTokens }: Run, promptTokens: number): Record<string, number | null> {
  return {
    cache_n: cachedTokens,
    prompt_n: promptTokens - cachedTokens,
    prompt_ms: difference(times.firstTokenMs, times.scheduledMs),
    predicted_n: generation.completionTokens,
    predicted_ms: difference(times.lastTokenMs, times.firstTokenMs),
  }
}

function difference(later: number | null, earlier: number | null): number | null {
  return later === null || earlier === null ? null : later - earlier
}
