import { z } from 'zod'

/** The field types that matrix and runners files share. */

/** Names become parts of cell ids and of folder names. */
const NAME = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/
const ENVIRONMENT_VARIABLE_RULE = 'must be letters, digits or "_", and not begin with a digit'
const ENVIRONMENT_VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/
/** A fault of the simulator, on both sides or on one. */
const FAULT = /^[a-z0-9][a-z0-9-]{0,62}(?:@(?:head|base))?$/
/** Where a value may be given by hardware: the most specific key wins. */
export const FALLBACK_KEY = 'default'

export const name = z
  .string()
  .max(64)
  .regex(NAME, 'must be lower case letters, digits, ".", "_" or "-", and begin and end with a letter or digit')

/** One name, or a list of which any may match. */
export const names = z.union([name, z.array(name).min(1).max(1024)])

export const text = z.string().min(1).max(1024)

/**
 * One value for all, or one per hardware: keys are target names, chips, vendors or `default`, and the most specific
 * one that applies is used, in this order.
 */
export const byHardware = <T extends z.ZodType>(value: T) => z.union([value, z.record(name, value)])

/** Numbers are welcome where they can be printed in one way only; `0.90` could not. */
export const argument = z.union([z.string().max(8192), z.number().int()], {
  error: 'must be text or a whole number',
})
export const commandLine = z.array(argument).max(256)
export const environment = z.record(
  z.string().max(128).regex(ENVIRONMENT_VARIABLE, ENVIRONMENT_VARIABLE_RULE),
  argument,
)
export const environmentVariable = z.string().max(128).regex(ENVIRONMENT_VARIABLE, ENVIRONMENT_VARIABLE_RULE)
export const fault = z.string().regex(FAULT, 'must be NAME, NAME@head or NAME@base')
export const urlPath = z
  .string()
  .max(256)
  .regex(/^\/[\x21-\x7e]*$/, 'must be a path that begins with /')
