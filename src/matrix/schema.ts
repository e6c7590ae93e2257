import { z } from 'zod'
import { ENCODINGS, VENDORS, VERDICTS } from '../record/words.ts'
import { engineSchema } from './engine-schema.ts'
import { byHardware, commandLine, environment, name, names, text } from './fields.ts'
import { scenarioSchema } from './scenario-schema.ts'

/** A matrix file. Its JSON Schema is published as `matrices/schema.json`, generated from here. */

/** More combinations than this are refused before any is built. */
export const MAX_COMBINATIONS = 100_000

export const DEFAULT_SEED = 1
export const DEFAULT_TIMEOUT_MINUTES = 120
export const DEFAULT_FAIL_ON = ['regressed', 'broken', 'missing'] as const

const target = z.strictObject({
  vendor: z.enum(VENDORS),
  chip: name.describe('For example 950dt, 910c, h200, b200.'),
  devices: z
    .number()
    .int()
    .positive()
    .max(4096)
    .describe('Devices on each node as the framework sees them: on Ascend A3 (910C) two per card.'),
  nodes: z.number().int().positive().max(512).default(1).describe('Default: 1.'),
  pool: name.describe('The runner pool of runners.yaml where it lives.'),
})
export type Target = z.infer<typeof target>

const model = z.strictObject({
  checkpoint: byHardware(text).describe('A hub id or a path; one for all, or by target, chip, vendor or `default`.'),
  revision: byHardware(text).optional().describe('Commit or tag of the checkpoint. Default: none, the newest.'),
  encoding: z.enum(ENCODINGS).describe('Generation of the prompt encoding.'),
  'weight-format': byHardware(name).optional().describe('For example fp4-fp8, w8a8.'),
})
export type Model = z.infer<typeof model>

const variant = z.strictObject({
  args: commandLine.optional().describe('Added to the end of the command line.'),
  env: environment.optional(),
})
export type Variant = z.infer<typeof variant>

const axis = z.array(name).min(1).max(4096)

const matrix = z.strictObject({
  axes: z
    .strictObject({ model: axis, target: axis, variant: axis.optional() })
    .describe('Every combination becomes a cell, unless excluded.'),
  engine: byHardware(name).describe('An engine for all, or by target, chip, vendor or `default`.'),
  exclude: z
    .array(z.strictObject({ model: names.optional(), target: names.optional(), variant: names.optional() }))
    .max(1024)
    .default([])
    .describe('Combinations to leave out. One that matches nothing is an error.'),
  include: z
    .array(z.strictObject({ model: name, target: name, variant: name.optional(), engine: name.optional() }))
    .max(1024)
    .default([])
    .describe('Further cells, added after `exclude`.'),
})

const suites = z.strictObject({
  correctness: z
    .strictObject({
      'arithmetic-items': z.number().int().nonnegative().max(20_000).default(200).describe('Default: 200.'),
      concurrency: z.number().int().positive().max(1024).default(16).describe('Requests in flight. Default: 16.'),
    })
    .optional(),
  performance: z
    .strictObject({
      sessions: z
        .number()
        .int()
        .positive()
        .max(50)
        .default(5)
        .describe('Pairs of server starts, base and head. Default: 5.'),
      scenarios: z.record(name, scenarioSchema),
    })
    .optional(),
})

const compare = z.strictObject({
  parity: z
    .array(z.strictObject({ reference: name, candidate: name }))
    .max(64)
    .default([])
    .describe('Targets to compare with each other on the same commit.'),
  gate: z
    .strictObject({ 'fail-on': z.array(z.enum(VERDICTS)).max(VERDICTS.length) })
    .optional()
    .describe(`Verdicts that make the outcome fail. Default: ${DEFAULT_FAIL_ON.join(', ')}.`),
})

export const matrixSchema = z.strictObject({
  version: z.literal(1),
  targets: z.record(name, target).describe('Hardware that cells ask for.'),
  models: z.record(name, model),
  variants: z.record(name, variant).optional().describe('Named additions to a command line, for example speculation.'),
  engines: z.record(name, engineSchema),
  matrix,
  suites: suites
    .optional()
    .describe('What is run in each cell. One of several files given together may hold it for all.'),
  compare: compare.optional(),
  'timeout-minutes': z
    .number()
    .int()
    .positive()
    .max(7200)
    .optional()
    .describe(`Limit of a cell's job. Default: ${DEFAULT_TIMEOUT_MINUTES}.`),
  seed: z
    .number()
    .int()
    .nonnegative()
    .max(2 ** 32 - 1)
    .optional()
    .describe(`Seed of everything that is generated. Default: ${DEFAULT_SEED}.`),
})
export type Matrix = z.infer<typeof matrixSchema>
