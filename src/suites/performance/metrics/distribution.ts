import type { Direction, MetricFamily, MetricRole } from '../../../record/words.ts'
import type { Answer, MetricDefinition, MetricPoint } from './metric.ts'
import { minimumSamples, nearestRankOfSorted } from './percentile.ts'

/** Percentiles of one quantity: what they share, and which there are. */
export interface Distribution {
  name: string
  label: string
  unit: string
  direction: Direction
  /** All samples of a point, in any order. */
  samples(point: MetricPoint): Float64Array
}

/** One metric for each percentile; the samples are collected and sorted once for all of them. */
export function percentileMetrics(
  distribution: Distribution,
  percentiles: readonly (readonly [percent: number, role: MetricRole])[],
): MetricDefinition[] {
  const sortedOf = new WeakMap<MetricPoint, Float64Array>()
  const sorted = (point: MetricPoint) => {
    let values = sortedOf.get(point)
    if (values === undefined) {
      values = distribution.samples(point).sort()
      sortedOf.set(point, values)
    }
    return values
  }
  return percentiles.map(([percent, role]) => ({
    name: `${distribution.name}.p${percent}`,
    label: `${distribution.label} p${percent}`,
    unit: distribution.unit,
    direction: distribution.direction,
    family: familyOf(percent),
    role,
    minimumSamples: minimumSamples(percent),
    derive(point) {
      const values = sorted(point)
      return { value: nearestRankOfSorted(values, percent), samples: values.length }
    },
  }))
}

/** One sample a request; null for those that have none. */
export function perAnswer(value: (answer: Answer) => number | null): (point: MetricPoint) => Float64Array {
  return ({ answers }) => {
    const values = new Float64Array(answers.length)
    let count = 0
    for (const answer of answers) {
      const one = value(answer)
      if (one !== null) values[count++] = one
    }
    return values.subarray(0, count)
  }
}

/** Milliseconds, of which fewer are better. */
export const MILLISECONDS = { unit: 'ms', direction: 'lower-is-better' } as const

function familyOf(percent: number): MetricFamily {
  return percent <= 50 ? 'latency-median' : 'latency-tail'
}
