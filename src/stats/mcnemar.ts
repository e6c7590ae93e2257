import binomialCdf from '@stdlib/stats-base-dists-binomial-cdf'

/** Discordant pairs of a paired comparison of right and wrong answers. */
export interface Discordants {
  /** Right on the base only. */
  worse: number
  /** Right on the head only. */
  better: number
}

/**
 * Exact two-sided McNemar test: twice the smaller binomial tail with p = ½, at most 1.
 * McNemar 1947; exact form as R's `binom.test(b, b + c)`.
 */
export function mcnemarTwoSided({ worse, better }: Discordants): number {
  if (worse + better === 0) return 1
  return Math.min(1, 2 * binomialCdf(Math.min(worse, better), worse + better, 0.5))
}

/** Exact one-sided p: how likely at least this many `worse` are if both directions were equally likely. */
export function mcnemarOneSided({ worse, better }: Discordants): number {
  const discordant = worse + better
  if (discordant === 0) return 1
  return Math.min(1, binomialCdf(better, discordant, 0.5))
}
