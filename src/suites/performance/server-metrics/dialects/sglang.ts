import { type Dialect, renamed } from '../vocabulary.ts'

/**
 * SGLang with `--enable-metrics` (`python/sglang/srt/observability/metrics_collector.py`). Request metrics come from the
 * tokenizer process, the others from the schedulers, of which with `--enable-metrics-for-all-schedulers` every rank
 * reports the same requests. There are no counters of drafts, only a moving acceptance length.
 *
 * Time to first token runs from the request's arrival in the tokenizer process, after HTTP and before the tokenizer,
 * until that process has the first token; the queue lies within.
 */
export const sglang: Dialect = {
  name: 'sglang',
  speaks: (names) => [...names].some((name) => name.startsWith('sglang:')),
  counters: {
    promptTokens: renamed('sglang:prompt_tokens_total'),
    generationTokens: renamed('sglang:generation_tokens_total'),
    prefixCacheQueries: renamed('sglang:prompt_tokens_total'),
    prefixCacheHits: renamed('sglang:cached_tokens_total'),
    preemptions: renamed('sglang:num_retracted_requests_total'),
    // Counts aborted requests too.
    requestsFinished: renamed('sglang:num_requests_total'),
    requestsFailed: renamed('sglang:num_aborted_requests_total'),
  },
  gauges: {
    running: renamed('sglang:num_running_reqs'),
    waiting: renamed('sglang:num_queue_reqs'),
    kvUse: renamed('sglang:token_usage'),
    acceptanceLength: renamed('sglang:spec_accept_length'),
  },
  histograms: {
    ttft: renamed('sglang:time_to_first_token_seconds'),
    itl: renamed('sglang:inter_token_latency_seconds', 'sglang:time_per_output_token_seconds'),
    e2el: renamed('sglang:e2e_request_latency_seconds'),
    queueTime: renamed('sglang:queue_time_seconds'),
  },
  rankLabels: ['tp_rank', 'pp_rank', 'moe_ep_rank'],
  ttftSpan: 'from the arrival in its tokenizer process (after HTTP) to the first token',
}
