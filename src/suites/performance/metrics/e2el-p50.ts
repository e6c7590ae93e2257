import type { RequestRecord } from '../record.ts'
import { type MetricDefinition, MINIMUM_SAMPLES_P50 } from './metric.ts'
import { nearestRank } from './percentile.ts'
import { present, tokenSpan } from './token-times.ts'

/**
 * Median end-to-end latency: for each request, the stamp of its last event with tokens minus the time its last byte was
 * handed to the socket. What comes after the last token (finish, usage, `[DONE]`) is no part of the answer.
 */
export const e2elP50: MetricDefinition = {
  name: 'e2el.p50',
  label: 'E2EL p50',
  unit: 'ms',
  direction: 'lower-is-better',
  family: 'latency-median',
  role: 'reported',
  minimumSamples: MINIMUM_SAMPLES_P50,
  derive(succeeded) {
    const values = present(succeeded.map(endToEnd))
    return { value: nearestRank(values, 50), samples: values.length }
  },
}

function endToEnd(record: RequestRecord): number | null {
  const span = tokenSpan(record)
  return span ? span.lastMs - record.writtenMs : null
}
