import { type MetricDefinition, NOT_DERIVED } from './metric.ts'

/**
 * Σ cached / Σ `usage.prompt_tokens` over the requests whose usage tells what a prefix cache served; where none does, the
 * server's own counters of tokens found and looked up.
 */
export const prefixCacheHitRate: MetricDefinition = {
  name: 'prefix-cache-hit-rate',
  label: 'Prefix cache hits',
  unit: '%',
  direction: 'higher-is-better',
  family: 'throughput',
  role: 'recorded',
  minimumSamples: 1,
  derive({ answers, server }) {
    let cached = 0
    let prompt = 0
    let samples = 0
    for (const { record } of answers) {
      if (record.cachedTokens === null || record.promptTokens === null) continue
      cached += record.cachedTokens
      prompt += record.promptTokens
      samples++
    }
    if (samples === 0 && server !== null) {
      cached = server.values.prefixCacheHits ?? 0
      prompt = server.values.prefixCacheHits === undefined ? 0 : (server.values.prefixCacheQueries ?? 0)
      samples = answers.length
    }
    return prompt > 0 ? { value: (100 * cached) / prompt, samples } : NOT_DERIVED
  },
}
