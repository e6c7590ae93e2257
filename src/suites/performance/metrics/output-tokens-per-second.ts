import type { MetricDefinition } from './metric.ts'
import { present } from './token-times.ts'

/**
 * Output throughput: Σ `usage.completion_tokens` of the requests that ended well, divided by the duration of the whole
 * point, its start and its end with fewer running requests included.
 */
export const outputTokensPerSecond: MetricDefinition = {
  name: 'output-tokens-per-second',
  label: 'Output throughput',
  unit: 'tok/s',
  direction: 'higher-is-better',
  family: 'throughput',
  role: 'judged',
  minimumSamples: 1,
  derive(succeeded, durationMs) {
    const tokens = present(succeeded.map((record) => record.completionTokens))
    const sum = tokens.reduce((left, right) => left + right, 0)
    return { value: durationMs > 0 ? (1000 * sum) / durationMs : null, samples: tokens.length }
  },
}
