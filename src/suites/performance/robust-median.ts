import { nearestRank } from './metrics/percentile.ts'

/** A normal law's standard deviation over its median absolute deviation. */
const DEVIATION_PER_MAD = 1.4826
/** Standard error of a median over that of a mean, for a normal law: √(π/2). */
const MEDIAN_INEFFICIENCY = 1.2533

/** A median and how sure it is, from scatter that single stray values do not widen (MAD). */
export interface RobustMedian {
  median: number
  standardError: number
}

/** Null for no values. */
export function robustMedian(values: readonly number[]): RobustMedian | null {
  const median = middle(values)
  if (median === null) return null
  const deviation = middle(values.map((value) => Math.abs(value - median)))!
  return { median, standardError: (MEDIAN_INEFFICIENCY * DEVIATION_PER_MAD * deviation) / Math.sqrt(values.length) }
}

/** The middle value, the mean of the two middle ones where there is none. */
export function middle(values: readonly number[]): number | null {
  const lower = nearestRank(values, 50)
  if (lower === null || values.length % 2 === 1) return lower
  const sorted = Float64Array.from(values).sort()
  return (lower + sorted[values.length / 2]!) / 2
}
