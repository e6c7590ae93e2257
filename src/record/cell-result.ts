import { z } from 'zod'
import { DIRECTIONS, METRIC_FAMILIES, METRIC_ROLES, POINT_FAULT_CODES, SIDES, VENDORS } from './words.ts'

/**
 * `cells/<cell id>/result.json`: what happened in one cell. Written whatever happens (crash, cancel, dead server), so
 * every part that may not have been reached says so. Hostile when it comes from a runner: strict, with maxima.
 */

export const CELL_RESULT_SCHEMA = 'crosschip.cell-result/1'

const name = z.string().min(1).max(128)
const line = z.string().max(2000)
const finite = z.number()
const count = z.number().int().nonnegative().max(1e9)
const date = z.iso.datetime()

/** The stages of a cell in their order, for saying where it ended. */
export const CELL_STAGES = ['preflight', 'launch', 'ready', 'correctness', 'performance', 'stop', 'write'] as const
export type CellStage = (typeof CELL_STAGES)[number]

/** How the cell ended. `infrastructure`: the machine or the server's life; `broken`: the server answers, but nothing usable. */
export const cellEndSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('completed') }),
  z.strictObject({
    state: z.literal('infrastructure'),
    stage: z.enum(CELL_STAGES),
    side: z.enum(SIDES).nullable(),
    message: line,
  }),
  z.strictObject({
    state: z.literal('broken'),
    stage: z.enum(CELL_STAGES),
    side: z.enum(SIDES).nullable(),
    message: line,
  }),
  z.strictObject({ state: z.literal('cancelled'), stage: z.enum(CELL_STAGES), signal: name }),
])
export type CellEnd = z.infer<typeof cellEndSchema>

export const deviceSchema = z.strictObject({
  index: z.number().int().nonnegative().max(100_000),
  name: z.string().max(128),
  health: z.enum(['ok', 'not-ok', 'unknown']),
  memoryUsedMiB: finite.nonnegative().nullable(),
  memoryTotalMiB: finite.nonnegative().nullable(),
  powerWatts: finite.nonnegative().nullable(),
  temperatureCelsius: finite.nullable(),
})
export type Device = z.infer<typeof deviceSchema>

export const hardwareSchema = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('seen'),
    vendor: z.enum(VENDORS),
    tool: name,
    driverVersion: z.string().max(128).nullable(),
    devices: z.array(deviceSchema).max(4096),
  }),
  z.strictObject({
    state: z.literal('not-probed'),
    reason: line,
    /** The tool is there but failed, hung or printed what cannot be read: the machine is suspect, not just unseen. */
    toolFailed: z.boolean().optional(),
  }),
])
export type Hardware = z.infer<typeof hardwareSchema>

/** Flat so that two can be compared field by field and the differing fields named. */
export const fingerprintSchema = z.strictObject({
  workload: z.record(name, z.string().max(1024)),
  environment: z.record(name, z.string().max(1024)),
})
export type Fingerprint = z.infer<typeof fingerprintSchema>

export const evidenceSchema = z.strictObject({ request: line, response: line, remark: line })
export type Evidence = z.infer<typeof evidenceSchema>

/** Every planned item ends in exactly one of these. */
export const ITEM_STATES = ['right', 'wrong', 'unparseable', 'only-reasoning', 'truncated', 'empty', 'error'] as const
export type ItemState = (typeof ITEM_STATES)[number]

export const itemSchema = z.strictObject({
  id: name,
  state: z.enum(ITEM_STATES),
  /** First 16 hex digits of the SHA-256 of the prompt's bytes: only equal prompts may be paired. */
  prompt: z.string().regex(/^[0-9a-f]{16}$/),
  answer: z.string().max(200),
})
export type Item = z.infer<typeof itemSchema>

export const judgementSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('pass') }),
  z.strictObject({ state: z.literal('fail'), reason: line }),
  /** The server cannot do what the check needs. Counted, never a pass. */
  z.strictObject({ state: z.literal('not-exercised'), reason: line }),
  /** A check that this one rests on did not pass. */
  z.strictObject({ state: z.literal('blocked'), by: name, reason: line }),
  /** Transport or time, not an answer. */
  z.strictObject({ state: z.literal('error'), reason: line }),
])
export type Judgement = z.infer<typeof judgementSchema>

export const checkResultSchema = z.strictObject({
  id: z.string().regex(/^[A-Z]\d{1,2}$/),
  title: line,
  judgement: judgementSchema,
  requests: count,
  evidence: z.array(evidenceSchema).max(20),
  /** Numbers worth keeping over time, by name (unit in the name). */
  measures: z.record(name, finite),
  /** Numbers that must be equal on both sides of a comparison, such as prompt tokens per conversation. */
  exact: z.record(name, finite),
  /** Present for checks that score items one by one and are compared by McNemar. */
  items: z.array(itemSchema).max(20_000).nullable(),
})
export type CheckResult = z.infer<typeof checkResultSchema>

export const correctnessSchema = z.strictObject({
  seed: count,
  capabilities: z.record(name, z.boolean()),
  checks: z.array(checkResultSchema).max(200),
  durationMs: finite.nonnegative(),
})
export type CorrectnessResult = z.infer<typeof correctnessSchema>

export const metricSchema = z.strictObject({
  name,
  label: name,
  unit: z.string().max(32),
  direction: z.enum(DIRECTIONS),
  family: z.enum(METRIC_FAMILIES),
  /** Few judged metrics keep false alarms few; recorded ones have no row. */
  role: z.enum(METRIC_ROLES),
  /** Null where there were too few samples for it. */
  value: finite.nullable(),
  samples: count,
})
export type Metric = z.infer<typeof metricSchema>

/** Why the numbers of a load point are not those of the server under this load. */
export const pointFaultSchema = z.strictObject({
  code: z.enum(POINT_FAULT_CODES),
  /** Whose doing: the measuring machine's, the server's, or the load's own shape. */
  by: z.enum(['client', 'server', 'load']),
  /** `tails`: medians and throughput stand, high percentiles and stalls do not. */
  voids: z.enum(['all', 'tails']),
  reason: line,
})
export type PointFault = z.infer<typeof pointFaultSchema>

/** How well the measuring process kept up, over one load point. Null: not told on this system. */
export const clientStateSchema = z.strictObject({
  threads: z.number().int().positive().max(1024),
  transport: name,
  /** Share of the time in which the event loop was busy, of the busiest thread. */
  utilisation: finite.nonnegative(),
  /** How late the stamps of the reference stream were, which ran beside the load. */
  stampErrorP50Ms: finite.nullable(),
  stampErrorP99Ms: finite.nullable(),
  longestStallMs: finite.nonnegative(),
  /** Share of the time in which a thread could have run and did not get a core. */
  runDelayShare: finite.nonnegative().nullable(),
  /** Share of the machine's time that the hypervisor gave to others. */
  stealShare: finite.nonnegative().nullable(),
  /** Longest pause of the garbage collector. */
  longestCollectionMs: finite.nonnegative(),
  /** 99th percentile of written − intended. */
  dispatchLagP99Ms: finite.nullable(),
  /** Requests that went over a connection that was open before. */
  reusedShare: finite.min(0).max(1).nullable(),
})
export type ClientState = z.infer<typeof clientStateSchema>

/** What the server itself counted during the measured requests, in one vocabulary for all engines. */
export const serverCountsSchema = z.strictObject({
  /** Whose names were read: `vllm`, `sglang`, `mindie`, `llamacpp`. */
  dialect: name,
  /** By the names of `suites/performance/server-metrics/vocabulary.ts`. */
  values: z.record(name, finite),
})
export type ServerCounts = z.infer<typeof serverCountsSchema>

/** One load level of one scenario in one session. */
export const loadPointSchema = z.strictObject({
  scenario: name,
  /** Names the level: `c16`, `4 req/s`. */
  load: name,
  /** Of a closed loop; null for others. */
  concurrency: z.number().int().positive().max(65_536).nullable(),
  /** Measured first and again last: 2 is the repetition, which shows drift and is not compared. */
  repetition: z.number().int().min(1).max(2),
  planned: count,
  succeeded: count,
  /** Failed requests by error class. */
  failed: z.record(name, count),
  durationMs: finite.nonnegative(),
  metrics: z.array(metricSchema).max(96),
  /** Why these numbers must not be compared; empty for a valid point. */
  invalid: z.array(pointFaultSchema).max(32),
  /** Null where nobody watched. */
  client: clientStateSchema.nullable(),
  /** Null where the server has no metrics that are known here. */
  server: serverCountsSchema.nullable(),
  /** How prompts were counted, what could not be told; for a person. */
  remarks: z.array(line).max(32),
  /** Where the raw record of every request lies, relative to the result; null if it was not kept. */
  rawRecord: z.string().max(512).nullable(),
})
export type LoadPoint = z.infer<typeof loadPointSchema>

/** One server start: the unit of replication. */
export const sessionSchema = z.strictObject({
  /** Sessions of one pair index were run back to back, in an order that alternates. */
  pair: count,
  /** Position in the order of all sessions of the cell. */
  order: count,
  startedAt: date,
  readyMs: finite.nonnegative(),
  points: z.array(loadPointSchema).max(2048),
})
export type Session = z.infer<typeof sessionSchema>

export const armSchema = z.strictObject({
  side: z.enum(SIDES),
  commit: z.string().max(64).nullable(),
  /** What the server says it is, and how it was started. Facts for the reader, not part of the fingerprint. */
  engine: z.strictObject({
    name,
    kind: name,
    version: z.string().max(256).nullable(),
    command: z.string().max(16_384).nullable(),
  }),
  fingerprint: fingerprintSchema,
  correctness: correctnessSchema.nullable(),
  sessions: z.array(sessionSchema).max(200),
})
export type Arm = z.infer<typeof armSchema>

export const cellResultSchema = z.strictObject({
  schema: z.literal(CELL_RESULT_SCHEMA),
  toolVersion: z.string().max(64),
  planId: z.string().regex(/^[0-9a-f]{64}$/),
  cell: z.string().min(1).max(128),
  attempt: z.number().int().positive().max(1000),
  startedAt: date,
  finishedAt: date,
  runner: z.string().max(256).nullable(),
  hardware: hardwareSchema,
  end: cellEndSchema,
  /** At most one arm a side; the base arm is there only in paired mode. */
  arms: z.array(armSchema).max(2),
  remarks: z.array(line).max(200),
})
export type CellResult = z.infer<typeof cellResultSchema>

/** The arm of a side, if it was measured. */
export function armOf(result: CellResult, side: 'base' | 'head'): Arm | undefined {
  return result.arms.find((arm) => arm.side === side)
}
