import { type Estimate, meanInterval } from '../stats/moderated-t.ts'
import type { Effect } from './schema.ts'

/** Keeps absurd inputs (1e300 against 1e-300) inside what JSON can hold. */
const MAX_RELATIVE = 1e12

/** A relative change from an estimate on logarithms. */
export function effectOf(estimate: Estimate, level: number): Effect {
  const interval = meanInterval(estimate, level)
  return {
    relative: relative(estimate.mean),
    low: relative(interval.low),
    high: relative(interval.high),
    level,
  }
}

/** 0.077 → 0.08: a difference of logarithms as a relative change. */
export function relative(log: number): number {
  return Math.min(MAX_RELATIVE, Math.expm1(log))
}

/** The floor on the scale of logarithms. */
export function logMargin(floor: number): number {
  return Math.log1p(floor)
}
