import { interTokenGaps } from './inter-token-gaps.ts'
import { type MetricDefinition, MINIMUM_SAMPLES_P50 } from './metric.ts'
import { nearestRank } from './percentile.ts'

/** Median inter-token latency: over all gaps of all requests together, a gap being that of {@link interTokenGaps}. */
export const itlP50: MetricDefinition = {
  name: 'itl.p50',
  label: 'ITL p50',
  unit: 'ms',
  direction: 'lower-is-better',
  family: 'latency-median',
  role: 'reported',
  minimumSamples: MINIMUM_SAMPLES_P50,
  derive(succeeded) {
    const gaps = succeeded.flatMap(interTokenGaps)
    return { value: nearestRank(gaps, 50), samples: gaps.length }
  },
}
