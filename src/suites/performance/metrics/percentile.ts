/**
 * Percentile by nearest rank: the smallest value that at least `percent` per cent of the values do not exceed, so always
 * one that was measured (rank ⌈percent/100 · n⌉; ISO 16269 calls it the sample quantile without interpolation).
 * Null for no values.
 */
export function nearestRank(values: readonly number[], percent: number): number | null {
  if (values.length === 0) return null
  const sorted = Float64Array.from(values).sort()
  // Hundredths first: 0.99 * 100 is 99.00000000000001 in some orders of multiplication.
  const rank = Math.ceil((percent * values.length) / 100)
  return sorted[Math.min(Math.max(rank, 1), values.length) - 1]!
}
