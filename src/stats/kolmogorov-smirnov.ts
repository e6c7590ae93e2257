/**
 * Kolmogorov-Smirnov statistic of a sample against a continuous law: the largest distance between the empirical
 * distribution function and `cumulative`. Throws RangeError for an empty sample.
 */
export function kolmogorovSmirnovStatistic(sample: Iterable<number>, cumulative: (value: number) => number): number {
  const sorted = Float64Array.from(sample).sort()
  if (sorted.length === 0) throw new RangeError('the KS statistic of nothing is not defined')
  let distance = 0
  for (const [index, value] of sorted.entries()) {
    const expected = cumulative(value)
    distance = Math.max(distance, (index + 1) / sorted.length - expected, expected - index / sorted.length)
  }
  return distance
}

/**
 * What the statistic of a sample from the law itself exceeds with probability `significance`: the asymptotic
 * sqrt(−ln(α/2) / 2n), from the first term of Kolmogorov's series (N. Smirnov, Annals of Mathematical Statistics 19,
 * 1948), with the correction of M. A. Stephens (Journal of the Royal Statistical Society B 32, 1970) for small samples.
 */
export function kolmogorovSmirnovCritical(samples: number, significance: number): number {
  const root = Math.sqrt(samples)
  return Math.sqrt(-Math.log(significance / 2) / 2) / (root + 0.12 + 0.11 / root)
}
