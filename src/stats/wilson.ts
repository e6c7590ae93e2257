import normalQuantile from '@stdlib/stats-base-dists-normal-quantile'

export interface Interval {
  low: number
  high: number
}

/** Wilson's score interval of a proportion (Wilson 1927), without continuity correction. `total` must be positive. */
export function wilsonInterval(successes: number, total: number, level: number): Interval {
  const z = normalQuantile(1 - (1 - level) / 2, 0, 1)
  const p = successes / total
  const scale = 1 + (z * z) / total
  const centre = (p + (z * z) / (2 * total)) / scale
  const half = (z * Math.sqrt((p * (1 - p)) / total + (z * z) / (4 * total * total))) / scale
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) }
}
