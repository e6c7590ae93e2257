import { z } from 'zod'
import { ENGINE_KINDS, type EngineKindName, LAUNCHED_KINDS } from './engine-kinds.ts'
import { argument, byHardware, commandLine, environment, environmentVariable, fault, names, urlPath } from './fields.ts'

/** `engines` of a matrix file: how the server of a cell is started or reached. */

const defaults = (field: 'defaultReadyPath' | 'defaultReadyTimeoutSeconds') =>
  (Object.keys(ENGINE_KINDS) as EngineKindName[]).map((kind) => `${kind} ${ENGINE_KINDS[kind][field]}`).join(', ')

const readyPath = urlPath
  .optional()
  .describe(`Answers 200 once the server is ready. Default: ${defaults('defaultReadyPath')}.`)
const readyTimeout = z
  .number()
  .positive()
  .max(86_400)
  .optional()
  .describe(`Seconds until the server must be ready. Default: ${defaults('defaultReadyTimeoutSeconds')}.`)
const servedModel = z
  .string()
  .min(1)
  .max(1024)
  .optional()
  .describe('The `model` of every request; may hold {checkpoint}. Default: the checkpoint.')

/** Where a case applies: every field given must match. */
const when = z
  .strictObject({ model: names.optional(), target: names.optional(), variant: names.optional() })
  .describe('Every field given must match; a list matches any of its names.')
export type When = z.infer<typeof when>

const launched = z.strictObject({
  kind: z.enum(LAUNCHED_KINDS).describe('The engine, started from `serve` as a child process.'),
  serve: z
    .array(argument)
    .min(1)
    .max(256)
    .describe(
      'Program and arguments, no shell. {checkpoint} {devices} {nodes} {port} {served-model} {checkout} are filled in.',
    ),
  env: environment.optional().describe('Environment variables of the server; the same placeholders.'),
  cases: z
    .array(z.strictObject({ when, args: commandLine.optional(), env: environment.optional() }))
    .max(256)
    .optional()
    .describe('Arguments and variables for some cells, added in order.'),
  'ready-path': readyPath,
  'ready-timeout-s': readyTimeout,
  'served-model': servedModel,
})

const attached = z.strictObject({
  kind: z.literal('openai').describe('A server that already runs.'),
  url: byHardware(
    z.url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' }).max(1024),
  ).describe('Its address up to, not including, `/v1`.'),
  'api-key-variable': environmentVariable
    .optional()
    .describe('Environment variable that holds the key; never the key.'),
  'ready-path': readyPath,
  'ready-timeout-s': readyTimeout,
  'served-model': servedModel,
})

const timing = z.strictObject({
  'ttft-ms': z.number().positive().max(60_000).optional().describe('Time to first token. Default: 60.'),
  'itl-ms': z.number().positive().max(10_000).optional().describe('Time between tokens. Default: 7.'),
  scatter: z
    .number()
    .nonnegative()
    .max(0.5)
    .optional()
    .describe('Standard deviation between sessions, relative. Default: 0.005.'),
})
const faults = z.array(fault).max(64)

const simulated = z.strictObject({
  kind: z.literal('simulated').describe('The built-in engine simulator.'),
  'model-seed': z
    .number()
    .int()
    .nonnegative()
    .max(2 ** 32 - 1)
    .optional()
    .describe('Seed of the toy language model. Default: derived from the name of the model, equal on every target.'),
  timing: timing.optional(),
  faults: faults.optional().describe('NAME, or NAME@head / NAME@base for one side only.'),
  cases: z
    .array(z.strictObject({ when, timing: timing.optional(), faults: faults.optional() }))
    .max(256)
    .optional()
    .describe('Timing and faults for some cells, applied in order.'),
  'ready-timeout-s': readyTimeout,
  'served-model': servedModel,
})

export const engineSchema = z.discriminatedUnion('kind', [launched, attached, simulated])
export type Engine = z.infer<typeof engineSchema>
export type LaunchedEngine = z.infer<typeof launched>
export type AttachedEngine = z.infer<typeof attached>
export type SimulatedEngine = z.infer<typeof simulated>
