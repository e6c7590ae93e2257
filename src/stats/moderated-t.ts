import tCdf from '@stdlib/stats-base-dists-t-cdf'
import tQuantile from '@stdlib/stats-base-dists-t-quantile'
import type { Interval } from './wilson.ts'

/**
 * The moderated t statistic (Smyth, Statistical Applications in Genetics and Molecular Biology 3 (2004) article 3): a
 * variance from few repetitions borrows from what is known of its kind, so that three server starts can be judged.
 */

/** What is known of a metric's variance before measuring: worth `degreesOfFreedom` observations. */
export interface VariancePrior {
  variance: number
  degreesOfFreedom: number
}

/** An estimated mean (natural logarithms throughout the project) with what is needed to test it. */
export interface Estimate {
  mean: number
  /** Moderated standard deviation of one observation. */
  standardDeviation: number
  standardError: number
  degreesOfFreedom: number
}

/** Mean of paired differences. Needs at least two. */
export function moderatedPaired(differences: readonly number[], prior: VariancePrior): Estimate {
  const n = differences.length
  if (n < 2) throw new RangeError('a paired estimate needs at least two differences')
  const mean = average(differences)
  const { squares, degreesOfFreedom: own } = pairedScatter(differences)
  const variance = moderate(squares, own, prior)
  const standardDeviation = Math.sqrt(variance)
  return {
    mean,
    standardDeviation,
    standardError: standardDeviation / Math.sqrt(n),
    degreesOfFreedom: prior.degreesOfFreedom + own,
  }
}

/**
 * Mean of `head` minus mean of `base` from separate sessions: Var = s̃²(1/n_b + 1/n_h) + σ²_between, where `prior` is
 * the variance of one session and `betweenVariance` what two measurements differ by because they were not made
 * together (another day, another boot); zero where they were. Needs at least two sessions a side.
 */
export function moderatedUnpaired(
  base: readonly number[],
  head: readonly number[],
  prior: VariancePrior,
  betweenVariance: number,
): Estimate {
  if (base.length < 2 || head.length < 2) throw new RangeError('an unpaired estimate needs two sessions a side')
  const { squares, degreesOfFreedom: own } = unpairedScatter(base, head)
  const variance = moderate(squares, own, prior)
  return {
    mean: average(head) - average(base),
    standardDeviation: Math.sqrt(variance),
    standardError: Math.sqrt(variance * (1 / base.length + 1 / head.length) + betweenVariance),
    degreesOfFreedom: prior.degreesOfFreedom + own,
  }
}

/** How much a series scatters by itself: a sum of squares and what it is worth. */
export interface Scatter {
  squares: number
  degreesOfFreedom: number
}

export function pairedScatter(differences: readonly number[]): Scatter {
  return { squares: sumOfSquares(differences, average(differences)), degreesOfFreedom: differences.length - 1 }
}

export function unpairedScatter(base: readonly number[], head: readonly number[]): Scatter {
  return {
    squares: sumOfSquares(base, average(base)) + sumOfSquares(head, average(head)),
    degreesOfFreedom: base.length + head.length - 2,
  }
}

/**
 * A prior that is not surer than the series it will judge: where they scatter more than it says, taken together, their
 * pooled variance takes its place. Without this a machine noisier than the prior gives false alarms with small t.
 * `own` is the one of the scatters that the prior is for: it counts in the estimate already, so a widened prior is worth
 * no more than the others are. A series without any others stands on its own variance alone.
 */
export function widenPrior(prior: VariancePrior, scatters: readonly Scatter[], own: Scatter): VariancePrior {
  const squares = scatters.reduce((sum, scatter) => sum + scatter.squares, 0)
  const degreesOfFreedom = scatters.reduce((sum, scatter) => sum + scatter.degreesOfFreedom, 0)
  if (degreesOfFreedom === 0) return prior
  const pooled = squares / degreesOfFreedom
  if (pooled <= prior.variance) return prior
  const others = Math.max(0, degreesOfFreedom - own.degreesOfFreedom)
  return { variance: pooled, degreesOfFreedom: Math.min(prior.degreesOfFreedom, others) }
}

/** Two-sided p of the mean being zero. */
export function twoSidedP(estimate: Estimate): number {
  return Math.min(1, 2 * tCdf(-Math.abs(estimate.mean / estimate.standardError), estimate.degreesOfFreedom))
}

/** Two-sided confidence interval of the mean. */
export function meanInterval(estimate: Estimate, level: number): Interval {
  const half = tQuantile(1 - (1 - level) / 2, estimate.degreesOfFreedom) * estimate.standardError
  return { low: estimate.mean - half, high: estimate.mean + half }
}

function moderate(squares: number, own: number, prior: VariancePrior): number {
  return (prior.degreesOfFreedom * prior.variance + squares) / (prior.degreesOfFreedom + own)
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function sumOfSquares(values: readonly number[], mean: number): number {
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
}
