import { type Dialect, renamed } from '../vocabulary.ts'

/** Older versions have no counter of cached tokens; then the sum is of the computed ones alone. */
const ALL_PROMPT_TOKENS = [['llamacpp:prompt_tokens_total', 'llamacpp:prompt_tokens_cached_total']]

/**
 * llama.cpp's server with `--metrics`. `prompt_tokens_total` leaves out cached tokens. Counters move when a request ends.
 * There are no histograms: `prompt_seconds_total` counts a batch once however many requests share it (seen with eight at
 * once: 0.8 s where the requests' own `prompt_ms` add up to 1.9 s), so that no mean time to first token follows from it.
 *
 * A request's own `timings.prompt_ms` runs from the start of its prefill to the first token, without the queue for a
 * slot, HTTP and the tokenizer.
 */
export const llamacpp: Dialect = {
  name: 'llamacpp',
  speaks: (names) => [...names].some((name) => name.startsWith('llamacpp:')),
  counters: {
    promptTokens: ALL_PROMPT_TOKENS,
    generationTokens: renamed('llamacpp:tokens_predicted_total'),
    prefixCacheQueries: ALL_PROMPT_TOKENS,
    prefixCacheHits: renamed('llamacpp:prompt_tokens_cached_total'),
    drafts: renamed('llamacpp:spec_decode_num_drafts_total'),
    draftTokens: renamed('llamacpp:spec_decode_num_draft_tokens_total'),
    acceptedTokens: renamed('llamacpp:spec_decode_num_accepted_tokens_total'),
  },
  gauges: {
    running: renamed('llamacpp:requests_processing'),
    waiting: renamed('llamacpp:requests_deferred'),
    kvUse: renamed('llamacpp:kv_cache_usage_ratio'),
  },
  histograms: {},
  rankLabels: [],
  ttftSpan: 'from the start of the prefill (after its queue) to the first token',
}
