import { interTokenGaps } from './inter-token-gaps.ts'
import { type MetricDefinition, MINIMUM_SAMPLES_P99 } from './metric.ts'
import { nearestRank } from './percentile.ts'

/** 99th percentile over the same gaps as `itl.p50`. */
export const itlP99: MetricDefinition = {
  name: 'itl.p99',
  label: 'ITL p99',
  unit: 'ms',
  direction: 'lower-is-better',
  family: 'latency-tail',
  role: 'reported',
  minimumSamples: MINIMUM_SAMPLES_P99,
  derive(succeeded) {
    const gaps = succeeded.flatMap(interTokenGaps)
    return { value: nearestRank(gaps, 99), samples: gaps.length }
  },
}
