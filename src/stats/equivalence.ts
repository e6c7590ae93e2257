import { type Estimate, meanInterval } from './moderated-t.ts'

/**
 * Two one-sided tests (Schuirmann 1987; Lakens 2017): equivalent when both reject at `alpha`, that is when the
 * 1 − 2·alpha confidence interval lies inside (−margin, +margin).
 */
export function isEquivalent(estimate: Estimate, margin: number, alpha = 0.05): boolean {
  const interval = meanInterval(estimate, 1 - 2 * alpha)
  return interval.low > -margin && interval.high < margin
}
