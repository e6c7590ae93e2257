/** Counters, gauges and histograms in the Prometheus text format, under the names of vLLM. */

const TTFT_BUCKETS_S = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
]
const ITL_BUCKETS_S = [0.001, 0.0025, 0.005, 0.0075, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 1, 2.5]
const E2E_BUCKETS_S = [0.1, 0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240]

class Histogram {
  readonly #bounds: readonly number[]
  readonly #counts: number[]
  #sum = 0
  #count = 0

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = bounds.map(() => 0)
  }

  observe(value: number): void {
    this.#sum += value
    this.#count++
    for (const [index, bound] of this.#bounds.entries()) if (value <= bound) this.#counts[index]!++
  }

  render(name: string, help: string, labels: string): string[] {
    return [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} histogram`,
      ...this.#bounds.map((bound, index) => `${name}_bucket{${labels},le="${bound}"} ${this.#counts[index]}`),
      `${name}_bucket{${labels},le="+Inf"} ${this.#count}`,
      `${name}_sum{${labels}} ${this.#sum}`,
      `${name}_count{${labels}} ${this.#count}`,
    ]
  }
}

export type FinishedReason = 'stop' | 'length' | 'abort'

export class Metrics {
  running = 0
  waiting = 0
  promptTokens = 0
  generationTokens = 0
  prefixQueries = 0
  prefixHits = 0
  readonly finished: Record<FinishedReason, number> = { stop: 0, length: 0, abort: 0 }
  readonly timeToFirstToken = new Histogram(TTFT_BUCKETS_S)
  readonly interTokenLatency = new Histogram(ITL_BUCKETS_S)
  readonly endToEnd = new Histogram(E2E_BUCKETS_S)

  render(model: string): string {
    const labels = `engine="0",model_name="${model.replace(/["\\\n]/g, '_')}"`
    const single = (type: 'gauge' | 'counter', name: string, help: string, value: number) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${type}`,
      `${name}{${labels}} ${value}`,
    ]
    const lines = [
      ...single('gauge', 'vllm:num_requests_running', 'Requests that are being computed.', this.running),
      ...single('gauge', 'vllm:num_requests_waiting', 'Requests that wait to be computed.', this.waiting),
      ...single('counter', 'vllm:prompt_tokens_total', 'Prompt tokens taken.', this.promptTokens),
      ...single('counter', 'vllm:generation_tokens_total', 'Tokens generated.', this.generationTokens),
      ...single('counter', 'vllm:prefix_cache_queries_total', 'Tokens looked up in the cache.', this.prefixQueries),
      ...single('counter', 'vllm:prefix_cache_hits_total', 'Tokens found in the cache.', this.prefixHits),
      '# HELP vllm:request_success_total Finished requests.',
      '# TYPE vllm:request_success_total counter',
      ...Object.entries(this.finished).map(
        ([reason, count]) => `vllm:request_success_total{${labels},finished_reason="${reason}"} ${count}`,
      ),
      ...this.timeToFirstToken.render('vllm:time_to_first_token_seconds', 'Time to first token.', labels),
      ...this.interTokenLatency.render('vllm:inter_token_latency_seconds', 'Time between tokens.', labels),
      ...this.endToEnd.render('vllm:e2e_request_latency_seconds', 'Time from request to last token.', labels),
    ]
    return `${lines.join('\n')}\n`
  }
}
