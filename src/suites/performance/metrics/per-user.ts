import { timePerOutputToken } from './answer-times.ts'
import { perAnswer } from './distribution.ts'
import type { MetricDefinition } from './metric.ts'
import { MINIMUM_SAMPLES_MEDIAN, nearestRankOfSorted } from './percentile.ts'

/**
 * Output throughput of one user while the answer comes: median over requests of 1000 / TPOT. Its noise is that of a
 * median of latencies, not of a sum.
 */
export const outputTokensPerSecondPerUser: MetricDefinition = {
  name: 'output-tokens-per-second-per-user',
  label: 'Output throughput per user',
  unit: 'tok/s/user',
  direction: 'higher-is-better',
  family: 'latency-median',
  role: 'recorded',
  minimumSamples: MINIMUM_SAMPLES_MEDIAN,
  derive(point) {
    const rates = perUser(point).sort()
    return { value: nearestRankOfSorted(rates, 50), samples: rates.length }
  },
}

const perUser = perAnswer(({ record, times }) => {
  const tpotMs = timePerOutputToken(record, times)
  return tpotMs === null || tpotMs <= 0 ? null : 1000 / tpotMs
})
