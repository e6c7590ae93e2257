/**
 * Percentile by nearest rank: the smallest value that at least `percent` per cent of the values do not exceed, so always
 * one that was measured (rank ⌈percent/100 · n⌉; ISO 16269 calls it the sample quantile without interpolation).
 * Null for no values.
 */
export function nearestRank(values: readonly number[], percent: number): number | null {
  return nearestRankOfSorted(Float64Array.from(values).sort(), percent)
}

/** The same of values that ascend. */
export function nearestRankOfSorted(sorted: Float64Array, percent: number): number | null {
  if (sorted.length === 0) return null
  // Hundredths first: 0.99 * 100 is 99.00000000000001 in some orders of multiplication.
  const rank = Math.ceil((percent * sorted.length) / 100)
  return sorted[Math.min(Math.max(rank, 1), sorted.length) - 1]!
}

/** A median of fewer is any of them. */
export const MINIMUM_SAMPLES_MEDIAN = 3
/** How sure the greatest sample must be to exceed the true percentile, for that percentile to be given. */
const CONFIDENCE = 0.99

/**
 * Fewest samples for a percentile above the median: the first n with 1 − q^n ≥ 0.99, so that the greatest of them is
 * above the true percentile with 99 % confidence (order statistics, nonparametric tolerance limit); 44 for p90, 459 for
 * p99. With fewer a "p99" is often below it.
 */
export function minimumSamples(percent: number): number {
  if (percent <= 50) return MINIMUM_SAMPLES_MEDIAN
  return Math.ceil(Math.log(1 - CONFIDENCE) / Math.log(percent / 100))
}
