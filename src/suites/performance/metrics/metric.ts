import type { Direction, MetricFamily, MetricRole } from '../../../record/words.ts'
import type { RequestRecord } from '../record.ts'

/** What a metric gives for one load point. */
export interface Derived {
  value: number | null
  /** How many numbers went into it. */
  samples: number
}

/** One metric: one file that says its formula exactly, and one line in `registry.ts`. */
export interface MetricDefinition {
  name: string
  label: string
  unit: string
  direction: Direction
  family: MetricFamily
  role: MetricRole
  /** With fewer samples there is no value. */
  minimumSamples: number
  /** `succeeded` are the requests that ended well; `durationMs` is that of the whole point. */
  derive(succeeded: readonly RequestRecord[], durationMs: number): Derived
}

/** A median of fewer requests is any of them. */
export const MINIMUM_SAMPLES_P50 = 3
/**
 * With this many independent samples the greatest is above the true p99 with 99 % confidence: 1 − 0.99^459 ≥ 0.99
 * (order statistics, nonparametric tolerance limit). With fewer a "p99" is often below it.
 */
export const MINIMUM_SAMPLES_P99 = 459
