import type { MetricDefinition } from './metric.ts'

/** Request throughput: requests that ended well, divided by the duration of the whole point. */
export const requestsPerSecond: MetricDefinition = {
  name: 'requests-per-second',
  label: 'Request throughput',
  unit: 'req/s',
  direction: 'higher-is-better',
  family: 'throughput',
  role: 'reported',
  minimumSamples: 1,
  derive(succeeded, durationMs) {
    return { value: durationMs > 0 ? (1000 * succeeded.length) / durationMs : null, samples: succeeded.length }
  },
}
