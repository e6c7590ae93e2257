import type { z } from 'zod'
import { part } from './loose.ts'
import type { FieldPath } from './yaml-source.ts'

/** The part of a zod definition that is needed to walk from a schema to what it says of a path. */
interface Definition {
  type: string
  innerType?: z.ZodType
  element?: z.ZodType
  valueType?: z.ZodType
  options?: readonly z.ZodType[]
  discriminator?: string
  shape?: Record<string, z.ZodType>
  values?: readonly unknown[]
  entries?: Record<string, string>
}

const definitionOf = (schema: z.ZodType): Definition => schema.def as unknown as Definition

/** What may stand at `path`; `value` is the whole input and settles which option of a union is meant. */
export function schemasAt(schema: z.ZodType, value: unknown, path: FieldPath): z.ZodType[] {
  let schemas = [schema]
  let current = value
  for (const segment of path) {
    schemas = schemas.flatMap((each) => plain(each, current)).flatMap((each) => step(each, segment))
    current = part(current, segment)
  }
  return schemas.flatMap((each) => plain(each, current))
}

/** Keys that an object at `path` may have. */
export function knownKeys(schema: z.ZodType, value: unknown, path: FieldPath): string[] {
  return schemasAt(schema, value, path).flatMap((each) => Object.keys(definitionOf(each).shape ?? {}))
}

/** Without wrappers (`optional`, `default`, ...) and with unions replaced by the options that the value may mean. */
function plain(schema: z.ZodType, value: unknown): z.ZodType[] {
  const { innerType, options, discriminator } = definitionOf(schema)
  if (innerType !== undefined) return plain(innerType, value)
  if (options === undefined) return [schema]
  const meant = discriminator === undefined ? undefined : part(value, discriminator)
  const chosen =
    discriminator === undefined ? options : options.filter((option) => accepts(option, discriminator, meant))
  return chosen.flatMap((option) => plain(option, value))
}

function accepts(option: z.ZodType, discriminator: string, value: unknown): boolean {
  const field = definitionOf(option).shape?.[discriminator]
  if (field === undefined) return false
  const { values, entries } = definitionOf(field)
  return (values ?? Object.values(entries ?? {})).includes(value)
}

function step(schema: z.ZodType, segment: string | number): z.ZodType[] {
  const { shape, element, valueType } = definitionOf(schema)
  const next = shape ? (part(shape, segment) as z.ZodType | undefined) : (element ?? valueType)
  return next === undefined ? [] : [next]
}
