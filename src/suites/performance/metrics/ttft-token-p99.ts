import { type MetricDefinition, MINIMUM_SAMPLES_P99 } from './metric.ts'
import { nearestRank } from './percentile.ts'
import { present, timeToFirstToken } from './token-times.ts'

/** 99th percentile over requests of the same time as `ttft.token.p50`. */
export const ttftTokenP99: MetricDefinition = {
  name: 'ttft.token.p99',
  label: 'TTFT p99',
  unit: 'ms',
  direction: 'lower-is-better',
  family: 'latency-tail',
  role: 'reported',
  minimumSamples: MINIMUM_SAMPLES_P99,
  derive(succeeded) {
    const values = present(succeeded.map(timeToFirstToken))
    return { value: nearestRank(values, 99), samples: values.length }
  },
}
