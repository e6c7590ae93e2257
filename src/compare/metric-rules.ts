import type { Metric } from '../record/cell-result.ts'
import type { MetricFamily } from '../record/words.ts'
import type { VariancePrior } from '../stats/moderated-t.ts'

/** What is taken as known of a metric before it is measured. All relative: 0.03 is 3 %. */
export interface MetricRule {
  /** The smallest change that counts. */
  floor: number
  /** Standard deviation of the difference of two sessions run back to back on one machine. */
  pairNoise: number
  /** Standard deviation that comes on top where two measurements were not made together (another day, another boot). */
  betweenRuns: number
}

/**
 * Floors: below them a serving metric moves without any change to the code. Noise: the public nightly results of
 * ROCm/ATOM, same commit and same image run twice, have a median |Δ log| of 1.1 % (output throughput), 1.0 % (TPOT)
 * and 3.8 % (TTFT); divided by .6745 that is a standard deviation of 1.6, 1.5 and 5.6 %. Half of that variance is
 * taken as within a pair and half as between runs. Tails have no public figure; they are given three times TPOT's.
 */
const FAMILY_RULES: Record<MetricFamily, MetricRule> = {
  throughput: { floor: 0.03, pairNoise: 0.0115, betweenRuns: 0.0115 },
  'latency-median': { floor: 0.03, pairNoise: 0.0105, betweenRuns: 0.0105 },
  'latency-tail': { floor: 0.15, pairNoise: 0.045, betweenRuns: 0.045 },
}

/** TTFT holds queueing and prefill of whatever else runs: the noisiest of the medians. */
const TTFT_MEDIAN: MetricRule = { floor: 0.08, pairNoise: 0.04, betweenRuns: 0.04 }

/** Prior knowledge is worth this many observations while a series has no history of its own (Smyth 2004). */
export const PRIOR_DEGREES_OF_FREEDOM = 4

export function ruleOf(metric: Pick<Metric, 'name' | 'family'>): MetricRule {
  if (metric.family === 'latency-median' && /^ttft\b/i.test(metric.name)) return TTFT_MEDIAN
  return FAMILY_RULES[metric.family]
}

/** Variance of one paired difference. */
export function pairPrior(rule: MetricRule): VariancePrior {
  return { variance: rule.pairNoise ** 2, degreesOfFreedom: PRIOR_DEGREES_OF_FREEDOM }
}

/** Variance of one session: a paired difference has that of two. */
export function sessionPrior(rule: MetricRule): VariancePrior {
  return { variance: rule.pairNoise ** 2 / 2, degreesOfFreedom: PRIOR_DEGREES_OF_FREEDOM }
}
