import type { RequestRecord } from '../record.ts'
import { type Derived, type MetricDefinition, type MetricPoint, NOT_DERIVED } from './metric.ts'

const THROUGHPUT = { direction: 'higher-is-better', family: 'throughput', minimumSamples: 1 } as const

/**
 * Output throughput: Σ `usage.completion_tokens` of the requests that ended well, divided by the duration of the whole
 * point, its start and its end with fewer running requests included.
 */
export const outputTokensPerSecond: MetricDefinition = {
  ...THROUGHPUT,
  name: 'output-tokens-per-second',
  label: 'Output throughput',
  unit: 'tok/s',
  role: 'judged',
  derive: (point) => perSecond(point, (record) => record.completionTokens),
}

/** Output throughput divided by the devices of the server. */
export const outputTokensPerSecondPerDevice: MetricDefinition = {
  ...THROUGHPUT,
  name: 'output-tokens-per-second-per-device',
  label: 'Output throughput per device',
  unit: 'tok/s/device',
  role: 'recorded',
  derive(point) {
    if (point.devices === null || point.devices <= 0) return NOT_DERIVED
    const { value, samples } = outputTokensPerSecond.derive(point)
    return { value: value === null ? null : value / point.devices, samples }
  },
}

/** Input throughput: Σ `usage.prompt_tokens` over the same duration, whatever part of them a cache served. */
export const inputTokensPerSecond: MetricDefinition = {
  ...THROUGHPUT,
  name: 'input-tokens-per-second',
  label: 'Input throughput',
  unit: 'tok/s',
  role: 'recorded',
  derive: (point) => perSecond(point, (record) => record.promptTokens),
}

/** Input and output throughput together, of the requests that tell both. */
export const totalTokensPerSecond: MetricDefinition = {
  ...THROUGHPUT,
  name: 'total-tokens-per-second',
  label: 'Total throughput',
  unit: 'tok/s',
  role: 'recorded',
  derive: (point) =>
    perSecond(point, ({ promptTokens, completionTokens }) =>
      promptTokens === null || completionTokens === null ? null : promptTokens + completionTokens,
    ),
}

/** Request throughput: requests that ended well, divided by the duration of the whole point. */
export const requestsPerSecond: MetricDefinition = {
  ...THROUGHPUT,
  name: 'requests-per-second',
  label: 'Request throughput',
  unit: 'req/s',
  role: 'reported',
  derive: (point) => perSecond(point, () => 1),
}

function perSecond({ answers, durationMs }: MetricPoint, amount: (record: RequestRecord) => number | null): Derived {
  let total = 0
  let samples = 0
  for (const { record } of answers) {
    const one = amount(record)
    if (one === null) continue
    total += one
    samples++
  }
  return { value: durationMs > 0 && samples > 0 ? (1000 * total) / durationMs : null, samples }
}
