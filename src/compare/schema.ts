import { z } from 'zod'
import { CELL_STAGES, pointFaultSchema } from '../record/cell-result.ts'
import { DIRECTIONS, METRIC_ROLES, OUTCOMES, POINT_FAULT_CODES, VENDORS, VERDICTS } from '../record/words.ts'

/** `comparison.json`: what the report renders and what scripts read. Every planned cell is in it, whatever came back. */

export const COMPARISON_SCHEMA = 'crosschip.comparison/1'

const name = z.string().min(1).max(128)
const line = z.string().max(2000)
const finite = z.number()
const count = z.number().int().nonnegative()

/** A relative change with its interval: 0.08 is +8 % of the base. */
export const effectSchema = z.strictObject({
  relative: finite,
  low: finite,
  high: finite,
  level: z.number().gt(0).lt(1),
})
export type Effect = z.infer<typeof effectSchema>

const judgedSchema = {
  cell: name,
  /** `correctness`, `performance`, or `cell` for a verdict on the cell as a whole. */
  suite: z.enum(['correctness', 'performance', 'cell']),
  /** For example `chat c16 · tpot.p50` or `A1 arithmetic`; unique within cell and suite. */
  subject: z.string().min(1).max(256),
  verdict: z.enum(VERDICTS),
  /** One sentence: why this word, with the numbers it rests on. */
  reason: line,
}

export const performanceEvidenceSchema = z.strictObject({
  scenario: name,
  /** The level within the scenario: `c16`, `4 req/s`. */
  load: name,
  metric: name,
  label: name,
  unit: z.string().max(32),
  direction: z.enum(DIRECTIONS),
  /** `reported`: with its interval, but not judged. What is only recorded has no row. */
  role: z.enum(METRIC_ROLES).exclude(['recorded']),
  base: finite.nullable(),
  head: finite.nullable(),
  effect: effectSchema.nullable(),
  /** Standard deviation of one paired difference that the test used, relative. */
  noise: finite.nullable(),
  /** The smallest change that counts, relative. */
  floor: finite,
  pairs: count,
  p: finite.nullable(),
  /** After Benjamini-Hochberg over all judged rows of the report. */
  adjustedP: finite.nullable(),
  /** More pairs that would likely settle an inconclusive row. */
  morePairs: count.nullable(),
})
export type PerformanceEvidence = z.infer<typeof performanceEvidenceSchema>

export const correctnessEvidenceSchema = z.strictObject({
  check: name,
  /** Items answered on both sides with equal prompts. */
  paired: count,
  baseRight: count,
  headRight: count,
  /** Right on the base only, right on the head only. */
  worse: count,
  better: count,
  p: finite.nullable(),
  difference: effectSchema.nullable(),
  /** Worst flips first, ids with both answers. */
  flips: z.array(z.strictObject({ item: name, base: z.string().max(200), head: z.string().max(200) })).max(50),
})
export type CorrectnessEvidence = z.infer<typeof correctnessEvidenceSchema>

export const verdictRowSchema = z.strictObject({
  ...judgedSchema,
  performance: performanceEvidenceSchema.nullable(),
  correctness: correctnessEvidenceSchema.nullable(),
})
export type VerdictRow = z.infer<typeof verdictRowSchema>

/**
 * Head against head on two targets. A gap between vendors is information, not a regression: it has its own table. Suite
 * `cell`: the one row of a pair that was not compared at all.
 */
export const parityRowSchema = z.strictObject({
  reference: name,
  candidate: name,
  suite: z.enum(['correctness', 'performance', 'cell']),
  subject: z.string().min(1).max(256),
  verdict: z.enum(VERDICTS),
  reason: line,
  unit: z.string().max(32).nullable(),
  direction: z.enum(DIRECTIONS).nullable(),
  /** One of the few measures that are judged between base and head too; shown before the others. */
  primary: z.boolean(),
  referenceValue: finite.nullable(),
  candidateValue: finite.nullable(),
  gap: effectSchema.nullable(),
  correctness: correctnessEvidenceSchema.nullable(),
})
export type ParityRow = z.infer<typeof parityRowSchema>

const faultCountSchema = z.strictObject({
  ...pointFaultSchema.pick({ code: true, by: true, voids: true }).shape,
  /** Load points that have it; one that has several faults is in the count of each. */
  points: count,
})
export type PointFaultCount = z.infer<typeof faultCountSchema>

/** How well the load points of a cell were measured, base and head and all sessions together. */
export const measurementSchema = z.strictObject({
  points: count,
  /** Load points measured again at the end of a session: in no other number here. */
  repetitions: count,
  /** Points of which no number stands, and those of which all but the tails stands; the others are valid. */
  void: count,
  voidInTails: count,
  /** Of the void ones, those that the measuring client voids, whatever else does. */
  voidByClient: count,
  /** The worst over all points; null where nobody watched. */
  client: z
    .strictObject({
      /** Load points that were watched. */
      points: count,
      transports: z.array(name).max(8),
      stampErrorP50Ms: finite.nullable(),
      stampErrorP99Ms: finite.nullable(),
      utilisation: finite.nonnegative(),
      longestStallMs: finite.nonnegative(),
      /** Requests that went over a connection that was open before. */
      reusedShare: finite.min(0).max(1).nullable(),
    })
    .nullable(),
  /** What voids everything first, then by frequency; faults of the tails of points that are void anyway left out. */
  faults: z.array(faultCountSchema).max(POINT_FAULT_CODES.length * 6),
})
export type Measurement = z.infer<typeof measurementSchema>

export const comparedCellSchema = z.strictObject({
  id: name,
  model: name,
  target: name,
  vendor: z.enum(VENDORS),
  engine: name,
  variant: name.nullable(),
  /** What came back for this cell. */
  received: z.enum(['complete', 'partial', 'missing', 'invalid', 'foreign', 'duplicate']),
  message: line,
  stage: z.enum(CELL_STAGES).nullable(),
  devices: line,
  pairs: count,
  /** Null where no load was measured. */
  measurement: measurementSchema.nullable(),
})
export type ComparedCell = z.infer<typeof comparedCellSchema>

export const comparisonSchema = z.strictObject({
  schema: z.literal(COMPARISON_SCHEMA),
  toolVersion: z.string().max(64),
  planId: z.string().regex(/^[0-9a-f]{64}$/),
  outcome: z.enum(OUTCOMES),
  /** Why this outcome, worst first. */
  reasons: z.array(line).max(100),
  headCommit: z.string().max(64).nullable(),
  baseCommit: z.string().max(64).nullable(),
  /** `paired`: base and head on one runner in one job; `stored`: earlier results; weaker evidence. */
  evidence: z.enum(['paired', 'stored', 'mixed', 'none']),
  planned: count,
  received: count,
  judged: count,
  /** Count per verdict over `verdicts`; the renderer checks that they add up. */
  census: z.record(z.enum(VERDICTS), count),
  cells: z.array(comparedCellSchema).max(256),
  verdicts: z.array(verdictRowSchema).max(200_000),
  parity: z.array(parityRowSchema).max(100_000),
  remarks: z.array(line).max(200),
})
export type Comparison = z.infer<typeof comparisonSchema>
