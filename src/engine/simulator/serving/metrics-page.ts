import type { MetricsDialect } from '../options.ts'
import type { Histogram, Metrics } from './metrics.ts'

/** The counts in the Prometheus text format, under the names, labels and habits of one engine. */
export function metricsPage(metrics: Metrics, dialect: MetricsDialect, model: string): string {
  const name = model.replace(/["\\\n]/g, '_')
  const lines = PAGES[dialect](metrics, name).flatMap(familyLines)
  return `${lines.join('\n')}\n`
}

interface Family {
  name: string
  type: 'gauge' | 'counter' | 'histogram'
  help: string
  series: { labels: string; value: number | Histogram }[]
}

const family = (
  type: Family['type'],
  name: string,
  help: string,
  labels: string,
  value: number | Histogram,
): Family => ({
  name,
  type,
  help,
  series: [{ labels, value }],
})

const PAGES: Record<MetricsDialect, (metrics: Metrics, model: string) => Family[]> = { vllm, sglang, mindie, llamacpp }

function vllm(metrics: Metrics, model: string): Family[] {
  const labels = `engine="0",model_name="${model}"`
  const gauge = (name: string, help: string, value: number) => family('gauge', `vllm:${name}`, help, labels, value)
  const counter = (name: string, help: string, value: number) => family('counter', `vllm:${name}`, help, labels, value)
  const histogram = (name: string, help: string, value: Histogram) =>
    family('histogram', `vllm:${name}`, help, labels, value)
  return [
    gauge('num_requests_running', 'Requests that are being computed.', metrics.running),
    gauge('num_requests_waiting', 'Requests that wait to be computed.', metrics.waiting),
    gauge('kv_cache_usage_perc', 'Share of the cache that is taken, 0 to 1.', metrics.cacheUse),
    counter('num_preemptions_total', 'Requests that were put back.', 0),
    counter('prompt_tokens_total', 'Prompt tokens taken.', metrics.promptTokens),
    counter('generation_tokens_total', 'Tokens generated.', metrics.generationTokens),
    counter('prefix_cache_queries_total', 'Tokens looked up in the cache.', metrics.prefixQueries),
    counter('prefix_cache_hits_total', 'Tokens found in the cache.', metrics.prefixHits),
    {
      name: 'vllm:request_success_total',
      type: 'counter',
      help: 'Finished requests.',
      series: Object.entries(metrics.finished).map(([reason, value]) => ({
        labels: `${labels},finished_reason="${reason}"`,
        value,
      })),
    },
    histogram('time_to_first_token_seconds', 'Time to first token.', metrics.timeToFirstToken),
    histogram('inter_token_latency_seconds', 'Time between tokens.', metrics.interTokenLatency),
    histogram('e2e_request_latency_seconds', 'Time from request to last token.', metrics.endToEnd),
    histogram('request_queue_time_seconds', 'Time in the queue.', metrics.queueTime),
  ]
}

/** Schedulers and the tokenizer process have labels of their own. */
function sglang(metrics: Metrics, model: string): Family[] {
  const request = `model_name="${model}"`
  const scheduler = `engine_type="unified",model_name="${model}",pp_rank="0",tp_rank="0"`
  const gauge = (name: string, help: string, value: number) => family('gauge', `sglang:${name}`, help, scheduler, value)
  const counter = (name: string, help: string, value: number) =>
    family('counter', `sglang:${name}`, help, request, value)
  const histogram = (name: string, help: string, value: Histogram) =>
    family('histogram', `sglang:${name}`, help, request, value)
  const { stop, length, abort } = metrics.finished
  return [
    gauge('num_running_reqs', 'Requests that are being computed.', metrics.running),
    gauge('num_queue_reqs', 'Requests that wait to be computed.', metrics.waiting),
    gauge('token_usage', 'Share of the cache that is taken, 0 to 1.', metrics.cacheUse),
    counter('prompt_tokens_total', 'Prompt tokens taken.', metrics.promptTokens),
    counter('generation_tokens_total', 'Tokens generated.', metrics.generationTokens),
    family(
      'counter',
      'sglang:cached_tokens_total',
      'Tokens found.',
      `cache_source="device",${request}`,
      metrics.prefixHits,
    ),
    counter('num_requests_total', 'Finished requests.', stop + length + abort),
    counter('num_aborted_requests_total', 'Aborted requests.', abort),
    histogram('time_to_first_token_seconds', 'Time to first token.', metrics.timeToFirstToken),
    histogram('inter_token_latency_seconds', 'Time between tokens.', metrics.interTokenLatency),
    histogram('e2e_request_latency_seconds', 'Time from request to last token.', metrics.endToEnd),
    family('histogram', 'sglang:queue_time_seconds', 'Time in the queue.', scheduler, metrics.queueTime),
  ]
}

function mindie(metrics: Metrics, model: string): Family[] {
  const labels = `model_name="${model}"`
  const gauge = (name: string, help: string, value: number) => family('gauge', name, help, labels, value)
  const counter = (name: string, help: string, value: number) => family('counter', name, help, labels, value)
  const histogram = (name: string, help: string, value: Histogram) => family('histogram', name, help, labels, value)
  const { stop, length, abort } = metrics.finished
  const hitRate = metrics.prefixQueries > 0 ? metrics.prefixHits / metrics.prefixQueries : 0
  return [
    counter('request_received_total', 'Requests that came in.', metrics.received),
    counter('request_success_total', 'Requests answered.', stop + length),
    counter('request_failed_total', 'Requests that failed.', abort),
    gauge('num_requests_running', 'Requests that are being computed.', metrics.running),
    gauge('num_requests_waiting', 'Requests that wait to be computed.', metrics.waiting),
    gauge('num_requests_swapped', 'Requests moved to the memory of the host.', 0),
    counter('num_preemptions_total', 'Requests that were put back.', 0),
    counter('prompt_tokens_total', 'Prompt tokens taken.', metrics.promptTokens),
    counter('generation_tokens_total', 'Tokens generated.', metrics.endedGenerationTokens),
    gauge('npu_cache_usage_perc', 'Share of the cache that is taken, 0 to 1.', metrics.cacheUse),
    gauge('npu_prefix_cache_hit_rate', 'Share of looked-up blocks that were found.', hitRate),
    histogram('time_to_first_token_seconds', 'Time to first token.', metrics.timeToFirstToken),
    histogram('time_per_output_token_seconds', 'Time between tokens.', metrics.interTokenLatency),
    histogram('e2e_request_latency_seconds', 'Time from request to last token.', metrics.endToEnd),
  ]
}

/** No labels and no histograms; counters move when a request ends, and leave cached tokens out of the prompt's. */
function llamacpp(metrics: Metrics): Family[] {
  const gauge = (name: string, help: string, value: number) => family('gauge', `llamacpp:${name}`, help, '', value)
  const counter = (name: string, help: string, value: number) => family('counter', `llamacpp:${name}`, help, '', value)
  const computed = metrics.promptTokens - metrics.prefixHits
  return [
    counter('prompt_tokens_total', 'Prompt tokens computed, without cached ones.', computed),
    counter('prompt_tokens_cached_total', 'Prompt tokens found in the cache.', metrics.prefixHits),
    counter('prompt_seconds_total', 'Time spent on prompts.', metrics.prefillSeconds),
    counter('tokens_predicted_total', 'Tokens generated.', metrics.endedGenerationTokens),
    counter('tokens_predicted_seconds_total', 'Time spent on generating.', metrics.decodeSeconds),
    gauge('requests_processing', 'Requests that are being computed.', metrics.running),
    gauge('requests_deferred', 'Requests that wait to be computed.', metrics.waiting),
  ]
}

function familyLines({ name, type, help, series }: Family): string[] {
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...series.flatMap(({ labels, value }) =>
      typeof value === 'number' ? [`${name}${braced(labels)} ${value}`] : histogramLines(name, labels, value),
    ),
  ]
}

function histogramLines(name: string, labels: string, { bounds, counts, sum, count }: Histogram): string[] {
  return [
    ...bounds.map((bound, index) => `${name}_bucket${braced(`${labels},le="${bound}"`)} ${counts[index]}`),
    `${name}_bucket${braced(`${labels},le="+Inf"`)} ${count}`,
    `${name}_sum${braced(labels)} ${sum}`,
    `${name}_count${braced(labels)} ${count}`,
  ]
}

function braced(labels: string): string {
  return labels === '' ? '' : `{${labels}}`
}
