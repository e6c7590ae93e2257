import type { RequestRecord } from '../record.ts'
import { type MetricDefinition, MINIMUM_SAMPLES_P50 } from './metric.ts'
import { nearestRank } from './percentile.ts'
import { present, tokenSpan } from './token-times.ts'

/**
 * Median time per output token: for each request (tLast − tFirst) / (tokens − 1), where tFirst and tLast are the stamps
 * of its first and last event with tokens and `tokens` is the server's `usage.completion_tokens`. Requests of fewer than
 * two tokens have none. With speculative decoding the first event may hold several tokens; it is then a little low.
 */
export const tpotP50: MetricDefinition = {
  name: 'tpot.p50',
  label: 'TPOT p50',
  unit: 'ms',
  direction: 'lower-is-better',
  family: 'latency-median',
  role: 'judged',
  minimumSamples: MINIMUM_SAMPLES_P50,
  derive(succeeded) {
    const values = present(succeeded.map(timePerOutputToken))
    return { value: nearestRank(values, 50), samples: values.length }
  },
}

function timePerOutputToken(record: RequestRecord): number | null {
  const span = tokenSpan(record)
  if (span === null || record.completionTokens === null || record.completionTokens < 2) return null
  return (span.lastMs - span.firstMs) / (record.completionTokens - 1)
}
