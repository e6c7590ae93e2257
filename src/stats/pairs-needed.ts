import tQuantile from '@stdlib/stats-base-dists-t-quantile'
import type { Estimate } from './moderated-t.ts'

/** Beyond this a number of pairs is no advice any more. */
export const MOST_PAIRS_ADVISED = 200

/**
 * How many more pairs would likely settle an inconclusive row at 80 % power: inside the margin to show equivalence,
 * k = ⌈((t.95 + t.80)·s̃ / (δ − |Δ|))²⌉ − n; outside it to show the change, with t.975 and |Δ| instead. Null where the
 * answer is no advice: the change sits on the margin, or the number is beyond {@link MOST_PAIRS_ADVISED}.
 */
export function morePairsNeeded(estimate: Estimate, pairs: number, margin: number): number | null {
  const size = Math.abs(estimate.mean)
  const df = estimate.degreesOfFreedom
  const inside = size < margin
  const quantiles = tQuantile(inside ? 0.95 : 0.975, df) + tQuantile(0.8, df)
  const distance = inside ? margin - size : size
  const needed = Math.ceil(((quantiles * estimate.standardDeviation) / distance) ** 2) - pairs
  if (!Number.isFinite(needed) || needed > MOST_PAIRS_ADVISED) return null
  return Math.max(1, needed)
}
