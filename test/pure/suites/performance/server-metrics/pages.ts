import { readServerState } from '../../../../../src/suites/performance/server-metrics/server-state.ts'
import type { ServerReading } from '../../../../../src/suites/performance/server-metrics/vocabulary.ts'

/** Metrics pages in the layout of each engine; every value is invented. */

export const VLLM = `# HELP python_info Python platform information
# TYPE python_info gauge
python_info{implementation="CPython",major="3",minor="12",patchlevel="4",version="3.12.4"} 1.0
# HELP process_start_time_seconds Start time of the process since unix epoch in seconds.
# TYPE process_start_time_seconds gauge
process_start_time_seconds 1.70000000025e+09
# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="deep/v4"} 5.0
vllm:num_requests_running{engine="1",model_name="deep/v4"} 3.0
# HELP vllm:num_requests_waiting Number of requests waiting to be processed.
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting{engine="0",model_name="deep/v4"} 2.0
vllm:num_requests_waiting{engine="1",model_name="deep/v4"} 0.0
vllm:num_requests_waiting_by_reason{engine="0",model_name="deep/v4",reason="capacity"} 2.0
# HELP vllm:kv_cache_usage_perc KV-cache usage. 1 means 100 percent usage.
# TYPE vllm:kv_cache_usage_perc gauge
vllm:kv_cache_usage_perc{engine="0",model_name="deep/v4"} 0.5
vllm:kv_cache_usage_perc{engine="1",model_name="deep/v4"} 0.25
# TYPE vllm:prefix_cache_queries_total counter
vllm:prefix_cache_queries_total{engine="0",model_name="deep/v4"} 9000.0
vllm:prefix_cache_queries_total{engine="1",model_name="deep/v4"} 1000.0
# TYPE vllm:prefix_cache_hits_total counter
vllm:prefix_cache_hits_total{engine="0",model_name="deep/v4"} 400.0
vllm:prefix_cache_hits_total{engine="1",model_name="deep/v4"} 100.0
# TYPE vllm:num_preemptions_total counter
vllm:num_preemptions_total{engine="0",model_name="deep/v4"} 1.0
vllm:num_preemptions_created{engine="0",model_name="deep/v4"} 1.7000000003e+09
# TYPE vllm:prompt_tokens_total counter
vllm:prompt_tokens_total{engine="0",model_name="deep/v4"} 9000.0
vllm:prompt_tokens_total{engine="1",model_name="deep/v4"} 1000.0
# TYPE vllm:generation_tokens_total counter
vllm:generation_tokens_total{engine="0",model_name="deep/v4"} 700.0
vllm:generation_tokens_total{engine="1",model_name="deep/v4"} 50.0
# TYPE vllm:request_success_total counter
vllm:request_success_total{engine="0",finished_reason="stop",model_name="deep/v4"} 10.0
vllm:request_success_total{engine="0",finished_reason="length",model_name="deep/v4"} 20.0
vllm:request_success_total{engine="0",finished_reason="abort",model_name="deep/v4"} 3.0
vllm:request_success_total{engine="0",finished_reason="error",model_name="deep/v4"} 1.0
# TYPE vllm:spec_decode_num_drafts_total counter
vllm:spec_decode_num_drafts_total{engine="0",model_name="deep/v4"} 300.0
vllm:spec_decode_num_draft_tokens_total{engine="0",model_name="deep/v4"} 600.0
vllm:spec_decode_num_accepted_tokens_total{engine="0",model_name="deep/v4"} 450.0
vllm:spec_decode_num_accepted_tokens_per_pos_total{engine="0",model_name="deep/v4",position="0"} 280.0
# TYPE vllm:time_to_first_token_seconds histogram
vllm:time_to_first_token_seconds_bucket{engine="0",le="0.1",model_name="deep/v4"} 20.0
vllm:time_to_first_token_seconds_bucket{engine="0",le="+Inf",model_name="deep/v4"} 33.0
vllm:time_to_first_token_seconds_count{engine="0",model_name="deep/v4"} 33.0
vllm:time_to_first_token_seconds_sum{engine="0",model_name="deep/v4"} 4.125
vllm:inter_token_latency_seconds_count{engine="0",model_name="deep/v4"} 700.0
vllm:inter_token_latency_seconds_sum{engine="0",model_name="deep/v4"} 14.0
vllm:e2e_request_latency_seconds_count{engine="0",model_name="deep/v4"} 30.0
vllm:e2e_request_latency_seconds_sum{engine="0",model_name="deep/v4"} 60.0
vllm:request_queue_time_seconds_count{engine="0",model_name="deep/v4"} 30.0
vllm:request_queue_time_seconds_sum{engine="0",model_name="deep/v4"} 1.5
`

export const OLD_VLLM = `vllm:num_requests_running{model_name="m"} 1.0
vllm:gpu_cache_usage_perc{model_name="m"} 0.125
vllm:gpu_prefix_cache_queries_total{engine="0",model_name="m"} 64.0
vllm:gpu_prefix_cache_hits_total{engine="0",model_name="m"} 32.0
vllm:generation_tokens_total{model_name="m"} 12.0
vllm:time_per_output_token_seconds_count{model_name="m"} 10.0
vllm:time_per_output_token_seconds_sum{model_name="m"} 0.25
`

export const SGLANG = `# HELP sglang:num_running_reqs The number of running requests.
# TYPE sglang:num_running_reqs gauge
sglang:num_running_reqs{engine_type="unified",dp_rank="0",model_name="m",moe_ep_rank="0",pp_rank="0",tp_rank="0"} 4.0
sglang:num_running_reqs{engine_type="unified",dp_rank="0",model_name="m",moe_ep_rank="1",pp_rank="0",tp_rank="1"} 4.0
sglang:num_running_reqs{engine_type="unified",dp_rank="1",model_name="m",moe_ep_rank="2",pp_rank="0",tp_rank="2"} 2.0
# TYPE sglang:num_queue_reqs gauge
sglang:num_queue_reqs{engine_type="unified",dp_rank="0",model_name="m",pp_rank="0",tp_rank="0"} 1.0
# TYPE sglang:token_usage gauge
sglang:token_usage{engine_type="unified",dp_rank="0",model_name="m",pp_rank="0",tp_rank="0"} 0.2
sglang:token_usage{engine_type="unified",dp_rank="1",model_name="m",pp_rank="0",tp_rank="2"} 0.4
# TYPE sglang:spec_accept_length gauge
sglang:spec_accept_length{engine_type="unified",dp_rank="0",model_name="m",pp_rank="0",tp_rank="0"} 2.5
# TYPE sglang:num_retracted_requests_total counter
sglang:num_retracted_requests_total{engine_type="unified",dp_rank="0",model_name="m",pp_rank="0",tp_rank="0"} 6.0
sglang:num_retracted_requests_total{engine_type="unified",dp_rank="0",model_name="m",pp_rank="0",tp_rank="1"} 6.0
# TYPE sglang:prompt_tokens_total counter
sglang:prompt_tokens_total{model_name="m"} 8.128902e+06
sglang:generation_tokens_total{model_name="m"} 7.5e+06
sglang:cached_tokens_total{cache_source="device",model_name="m"} 1000.0
sglang:cached_tokens_total{cache_source="host",model_name="m"} 24.0
sglang:num_requests_total{model_name="m"} 40.0
sglang:num_aborted_requests_total{model_name="m"} 2.0
# TYPE sglang:time_to_first_token_seconds histogram
sglang:time_to_first_token_seconds_sum{model_name="m"} 20.0
sglang:time_to_first_token_seconds_bucket{le="0.1",model_name="m"} 1.0
sglang:time_to_first_token_seconds_bucket{le="+Inf",model_name="m"} 40.0
sglang:time_to_first_token_seconds_count{model_name="m"} 40.0
sglang:inter_token_latency_seconds_sum{model_name="m"} 100.0
sglang:inter_token_latency_seconds_count{model_name="m"} 5000.0
sglang:queue_time_seconds_sum{engine_type="unified",model_name="m",pp_rank="0",tp_rank="0"} 4.0
sglang:queue_time_seconds_count{engine_type="unified",model_name="m",pp_rank="0",tp_rank="0"} 40.0
`

export const MINDIE = `# HELP request_received_total Count of received requests.
# TYPE request_received_total counter
request_received_total{model_name="v4"} 50
# TYPE request_success_total counter
request_success_total{model_name="v4"} 44
# TYPE request_failed_total counter
request_failed_total{model_name="v4"} 2
# TYPE num_requests_running gauge
num_requests_running{model_name="v4"} 3
# TYPE num_requests_waiting gauge
num_requests_waiting{model_name="v4"} 1
num_requests_swapped{model_name="v4"} 0
# TYPE num_preemptions_total counter
num_preemptions_total{model_name="v4"} 7
prompt_tokens_total{model_name="v4"} 5000
generation_tokens_total{model_name="v4"} 900
avg_generation_throughput_toks_per_s{model_name="v4"} 12.5
npu_cache_usage_perc{model_name="v4"} 0.75
npu_prefix_cache_hit_rate{model_name="v4"} 0.5
# TYPE time_to_first_token_seconds histogram
time_to_first_token_seconds_count{model_name="v4"} 44
time_to_first_token_seconds_sum{model_name="v4"} 22.000000953674316
time_to_first_token_seconds_bucket{model_name="v4",le="0.001"} 0
time_to_first_token_seconds_bucket{model_name="v4",le="+Inf"} 44
time_per_output_token_seconds_count{model_name="v4"} 850
time_per_output_token_seconds_sum{model_name="v4"} 17
e2e_request_latency_seconds_count{model_name="v4"} 44
e2e_request_latency_seconds_sum{model_name="v4"} 110
`

export const LLAMACPP = `# HELP llamacpp:prompt_tokens_total Number of prompt tokens processed, excluding cached tokens
# TYPE llamacpp:prompt_tokens_total counter
llamacpp:prompt_tokens_total 300
# TYPE llamacpp:prompt_tokens_cached_total counter
llamacpp:prompt_tokens_cached_total 100
# TYPE llamacpp:prompt_seconds_total counter
llamacpp:prompt_seconds_total 1.5
# TYPE llamacpp:tokens_predicted_total counter
llamacpp:tokens_predicted_total 64
# TYPE llamacpp:tokens_predicted_seconds_total counter
llamacpp:tokens_predicted_seconds_total 0.5
# TYPE llamacpp:spec_decode_num_draft_tokens_total counter
llamacpp:spec_decode_num_draft_tokens_total 30
llamacpp:spec_decode_num_accepted_tokens_total 20
llamacpp:spec_decode_num_drafts_total 10
# TYPE llamacpp:requests_processing gauge
llamacpp:requests_processing 4
# TYPE llamacpp:requests_deferred gauge
llamacpp:requests_deferred 2
`

/** A vLLM page of one engine with these counts; the histogram of first tokens holds `ttftSeconds` in sum. */
export function vllmReading(counts: {
  generated?: number
  finished?: number
  ttftCount?: number
  ttftSeconds?: number
  queries?: number
  hits?: number
  running?: number
}): ServerReading {
  const { generated = 0, finished = 0, ttftCount = 0, ttftSeconds = 0, queries = 0, hits = 0, running = 0 } = counts
  return readServerState(`vllm:num_requests_running{engine="0"} ${running}
vllm:generation_tokens_total{engine="0"} ${generated}
vllm:request_success_total{engine="0",finished_reason="length"} ${finished}
vllm:prefix_cache_queries_total{engine="0"} ${queries}
vllm:prefix_cache_hits_total{engine="0"} ${hits}
vllm:time_to_first_token_seconds_count{engine="0"} ${ttftCount}
vllm:time_to_first_token_seconds_sum{engine="0"} ${ttftSeconds}
`)!
}
