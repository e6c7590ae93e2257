import { MILLISECONDS, perAnswer, percentileMetrics } from './distribution.ts'
import type { MetricDefinition } from './metric.ts'
import { MINIMUM_SAMPLES_MEDIAN } from './percentile.ts'

/** The longest time between consecutive reads with tokens of one request: how long a reader waited at worst. */
const longestGaps = perAnswer(({ times }) => times.longestGapMs)

/** Median over requests of each one's longest gap. */
export const stall = percentileMetrics({ ...MILLISECONDS, name: 'stall', label: 'Longest gap', samples: longestGaps }, [
  [50, 'recorded'],
])

/** Longest gap of all requests. */
export const stallMax: MetricDefinition = {
  ...MILLISECONDS,
  name: 'stall.max',
  label: 'Longest gap of all',
  family: 'latency-tail',
  role: 'recorded',
  minimumSamples: MINIMUM_SAMPLES_MEDIAN,
  derive(point) {
    const gaps = longestGaps(point)
    const value = gaps.reduce<number | null>((most, gap) => (most === null || gap > most ? gap : most), null)
    return { value, samples: gaps.length }
  },
}
