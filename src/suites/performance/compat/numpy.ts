/** What the peers compute by numpy, of which all are written in Python: other than ours, percentiles interpolate. */
export interface NumpySummary {
  mean: number | null
  /** `numpy.std`: of the population, divided by n. */
  std: number | null
  least: number | null
  most: number | null
  /** `numpy.percentile` with its default, linear interpolation between the two nearest ranks. */
  percentile(percent: number): number | null
}

/** Sorts its values in place. */
export function numpySummary(values: Float64Array): NumpySummary {
  const sorted = values.sort()
  const count = sorted.length
  const mean = count === 0 ? null : sorted.reduce((sum, value) => sum + value, 0) / count
  const variance = mean === null ? null : sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count
  return {
    mean,
    std: variance === null ? null : Math.sqrt(variance),
    least: sorted[0] ?? null,
    most: sorted.at(-1) ?? null,
    percentile(percent) {
      if (count === 0) return null
      const position = (percent / 100) * (count - 1)
      const below = Math.floor(position)
      const above = Math.min(below + 1, count - 1)
      return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!)
    },
  }
}
