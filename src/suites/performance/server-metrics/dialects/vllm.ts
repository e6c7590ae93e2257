import { type Dialect, renamed } from '../vocabulary.ts'

const UNFINISHED = new Set(['abort', 'error'])
const reason = (labels: ReadonlyMap<string, string>) => labels.get('finished_reason') ?? ''

/**
 * vLLM V1 and vllm-ascend, which register the same metrics (`vllm/v1/metrics/loggers.py`); older names second. Python's
 * client writes counters with `_total`.
 *
 * Time to first token runs from `arrival_time`, which the frontend notes after HTTP, template and tokenizer, until the
 * frontend has the first token; the queue of the engine lies within, detokenizing and sending do not.
 */
export const vllm: Dialect = {
  name: 'vllm',
  speaks: (names) => [...names].some((name) => name.startsWith('vllm:')),
  counters: {
    promptTokens: renamed('vllm:prompt_tokens_total', 'vllm:prompt_tokens'),
    generationTokens: renamed('vllm:generation_tokens_total', 'vllm:generation_tokens'),
    prefixCacheQueries: renamed('vllm:prefix_cache_queries_total', 'vllm:gpu_prefix_cache_queries_total'),
    prefixCacheHits: renamed('vllm:prefix_cache_hits_total', 'vllm:gpu_prefix_cache_hits_total'),
    preemptions: renamed('vllm:num_preemptions_total'),
    drafts: renamed('vllm:spec_decode_num_drafts_total'),
    draftTokens: renamed('vllm:spec_decode_num_draft_tokens_total'),
    acceptedTokens: renamed('vllm:spec_decode_num_accepted_tokens_total'),
    requestsFinished: [[{ name: 'vllm:request_success_total', only: (labels) => !UNFINISHED.has(reason(labels)) }]],
    requestsFailed: [[{ name: 'vllm:request_success_total', only: (labels) => UNFINISHED.has(reason(labels)) }]],
  },
  gauges: {
    running: renamed('vllm:num_requests_running'),
    waiting: renamed('vllm:num_requests_waiting'),
    kvUse: renamed('vllm:kv_cache_usage_perc', 'vllm:gpu_cache_usage_perc'),
  },
  histograms: {
    ttft: renamed('vllm:time_to_first_token_seconds'),
    itl: renamed('vllm:inter_token_latency_seconds', 'vllm:time_per_output_token_seconds'),
    e2el: renamed('vllm:e2e_request_latency_seconds'),
    queueTime: renamed('vllm:request_queue_time_seconds'),
  },
  rankLabels: [],
  ttftSpan: "from its frontend's arrival stamp (after HTTP and tokenizer) to the first token",
}
