import { type Dialect, renamed } from '../vocabulary.ts'

/**
 * MindIE with `MIES_SERVICE_MONITOR_MODE=1` (`src/server/endpoint/…/prometheus_metrics.cpp` of MindIE-LLM and the manual
 * "服务管控指标查询接口"), on its own management port. The names have no prefix, so three of them together tell it. No counters
 * of speculative decoding, and of the prefix cache only a hit rate. Gauges are renewed once a second.
 *
 * Time to first token is in whole milliseconds; what it spans is not documented.
 */
export const mindie: Dialect = {
  name: 'mindie',
  speaks: (names) =>
    ['request_received_total', 'generation_tokens_total', 'num_requests_running'].every((name) => names.has(name)),
  counters: {
    promptTokens: renamed('prompt_tokens_total'),
    generationTokens: renamed('generation_tokens_total'),
    preemptions: renamed('num_preemptions_total'),
    requestsFinished: renamed('request_success_total'),
    requestsFailed: renamed('request_failed_total'),
  },
  gauges: {
    running: renamed('num_requests_running'),
    waiting: renamed('num_requests_waiting'),
    kvUse: renamed('npu_cache_usage_perc'),
    prefixHitShare: renamed('npu_prefix_cache_hit_rate'),
  },
  histograms: {
    ttft: renamed('time_to_first_token_seconds'),
    itl: renamed('time_per_output_token_seconds'),
    e2el: renamed('e2e_request_latency_seconds'),
  },
  rankLabels: [],
  ttftSpan: 'over a span that its manual does not say',
}
