import type { Slo } from '../../../plan/load.ts'
import type { ServerCounts } from '../../../record/cell-result.ts'
import type { Direction, MetricFamily, MetricRole } from '../../../record/words.ts'
import type { RequestRecord } from '../record.ts'
import type { AnswerTimes } from './answer-times.ts'

/** What a metric gives for one load point. */
export interface Derived {
  value: number | null
  /** How many numbers went into it. */
  samples: number
}

/** One request that ended well, with the times derived from its events. */
export interface Answer {
  record: RequestRecord
  times: AnswerTimes
}

/** What metrics are derived from: one load point. Made by `metricPoint`. */
export interface MetricPoint {
  /** Requests that ended well; the only ones that latencies are taken from. */
  answers: readonly Answer[]
  /** Measured requests in the plan, sent or not, ended well or not. */
  planned: number
  /** From the start of the measured requests to the end of the last of them. */
  durationMs: number
  slo: Slo | null
  /** Devices of the server; null where not known. */
  devices: number | null
  server: ServerCounts | null
}

/** One metric: its formula stands exactly in the file of its family, and it has one line in `registry.ts`. */
export interface MetricDefinition {
  name: string
  label: string
  unit: string
  direction: Direction
  family: MetricFamily
  role: MetricRole
  /** With fewer samples there is no value. */
  minimumSamples: number
  derive(point: MetricPoint): Derived
}

/** A metric that this point cannot have. */
export const NOT_DERIVED: Derived = { value: null, samples: 0 }
