import { z } from 'zod'
import { ENCODINGS, VENDORS, VERDICTS } from '../record/words.ts'
import { arrivalSchema, sloSchema, workloadSchema } from './load.ts'

/**
 * `plan.json`: every cell that will run, with everything a runner needs to run it, and how the results will be
 * compared. Made from matrix files by `plan`, read by `run` and `report`. Strict, with maxima: a cell job reads it on
 * a machine that also ran the pull request's code.
 */

export const PLAN_SCHEMA = 'crosschip.plan/1'
/** GitHub: 256 jobs from one matrix (docs.github.com, "Limits"). */
export const MAX_CELLS = 256

const name = z.string().min(1).max(64)
const text = z.string().max(1024)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

export const faultSchema = z.strictObject({ name, side: z.enum(['base', 'head', 'both']) })

/** How the server of a cell comes to be. `{port}` and `{checkout}` in argv and env are filled in when it starts. */
export const engineSchema = z.discriminatedUnion('mode', [
  z.strictObject({
    mode: z.literal('launch'),
    name,
    kind: name,
    argv: z.array(z.string().max(8192)).min(1).max(256),
    env: z.record(z.string().max(128), z.string().max(8192)),
    readyPath: text,
    readyTimeoutSeconds: z.number().positive().max(86_400),
    servedModel: text,
  }),
  z.strictObject({
    mode: z.literal('attach'),
    name,
    kind: name,
    url: text,
    apiKeyVariable: z.string().max(128).nullable(),
    readyPath: text,
    readyTimeoutSeconds: z.number().positive().max(86_400),
    servedModel: text,
  }),
  z.strictObject({
    mode: z.literal('simulated'),
    name,
    kind: z.literal('simulated'),
    /** Seed of the toy language model: one checkpoint, one seed, whatever the vendor. */
    modelSeed: z.number().int().nonnegative(),
    timing: z.strictObject({
      ttftMs: z.number().positive().max(60_000),
      itlMs: z.number().positive().max(10_000),
      /** Standard deviation of the session factor, relative (0.005 = 0.5 %). */
      sessionScatter: z.number().nonnegative().max(0.5),
    }),
    faults: z.array(faultSchema).max(64),
    readyTimeoutSeconds: z.number().positive().max(86_400),
    servedModel: text,
  }),
])
export type PlannedEngine = z.infer<typeof engineSchema>

export const plannedCellSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,127}$/),
  model: z.strictObject({
    name,
    checkpoint: text,
    revision: text.nullable(),
    encoding: z.enum(ENCODINGS),
    weightFormat: name.nullable(),
  }),
  target: z.strictObject({
    name,
    vendor: z.enum(VENDORS),
    chip: name,
    /** Devices as the framework sees them: on Ascend A3 two per card. */
    devices: z.number().int().positive().max(4096),
    nodes: z.number().int().positive().max(512),
  }),
  engine: engineSchema,
  variant: name.nullable(),
  pool: z.strictObject({
    name,
    group: text.nullable(),
    labels: z.array(text).min(1).max(32),
    host: z.enum(['bare', 'docker', 'kubernetes']),
    parallel: z.number().int().positive().max(MAX_CELLS),
  }),
  timeoutMinutes: z.number().int().positive().max(7200),
})
export type PlannedCell = z.infer<typeof plannedCellSchema>

export const scenarioSchema = z.strictObject({
  name,
  workload: workloadSchema,
  /** One load point each. */
  arrivals: z.array(arrivalSchema).min(1).max(32),
  /** Closed loop: measured conversations per unit of concurrency, warm-up not counted. */
  requestsPerStream: z.number().int().positive().max(10_000),
  /** Open loop and ramp: conversations begin for so long. */
  durationSeconds: z.number().positive().max(86_400),
  warmupRequests: z.number().int().nonnegative().max(10_000),
  slo: sloSchema.nullable(),
})
export type Scenario = z.infer<typeof scenarioSchema>

export const suitesSchema = z.strictObject({
  correctness: z
    .strictObject({
      /** Ids of the checks that every cell must answer: what is not in its result is missing, not forgotten. */
      checks: z
        .array(z.string().regex(/^[A-Z]\d{1,2}$/))
        .min(1)
        .max(200),
      arithmeticItems: z.number().int().nonnegative().max(20_000),
      concurrency: z.number().int().positive().max(1024),
    })
    .nullable(),
  performance: z
    .strictObject({
      /** Pairs of server starts (base, head); one start of the head alone where there is no base. */
      sessions: z.number().int().positive().max(50),
      scenarios: z.array(scenarioSchema).min(1).max(64),
    })
    .nullable(),
})
export type PlannedSuites = z.infer<typeof suitesSchema>

export const comparisonRulesSchema = z.strictObject({
  parity: z.array(z.strictObject({ reference: name, candidate: name })).max(64),
  failOn: z.array(z.enum(VERDICTS)).max(VERDICTS.length),
})
export type ComparisonRules = z.infer<typeof comparisonRulesSchema>

export const planSchema = z.strictObject({
  schema: z.literal(PLAN_SCHEMA),
  toolVersion: z.string().max(64),
  /** Digest of all below: a result that names another plan is from another run. */
  planId: sha256,
  sources: z.array(z.strictObject({ path: text, sha256 })).max(256),
  seed: z
    .number()
    .int()
    .nonnegative()
    .max(2 ** 32 - 1),
  cells: z.array(plannedCellSchema).max(MAX_CELLS),
  excludedCombinations: z.number().int().nonnegative(),
  suites: suitesSchema,
  compare: comparisonRulesSchema,
  remarks: z.array(text).max(64),
})
export type Plan = z.infer<typeof planSchema>
