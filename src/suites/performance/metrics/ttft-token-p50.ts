import { type MetricDefinition, MINIMUM_SAMPLES_P50 } from './metric.ts'
import { nearestRank } from './percentile.ts'
import { present, timeToFirstToken } from './token-times.ts'

/**
 * Median time to first token: for each request, the stamp of the read with the first event that carries text or a tool
 * call (reasoning counts, a role-only delta does not) minus the time its last byte was handed to the socket.
 */
export const ttftTokenP50: MetricDefinition = {
  name: 'ttft.token.p50',
  label: 'TTFT p50',
  unit: 'ms',
  direction: 'lower-is-better',
  family: 'latency-median',
  role: 'judged',
  minimumSamples: MINIMUM_SAMPLES_P50,
  derive(succeeded) {
    const values = present(succeeded.map(timeToFirstToken))
    return { value: nearestRank(values, 50), samples: values.length }
  },
}
