import type { z } from 'zod'
import { type Finding, fieldName } from './findings.ts'
import { isMap } from './loose.ts'
import { nameHint, nearest } from './nearest.ts'
import { knownKeys, schemasAt } from './schema-at.ts'
import { describe, kindOfValue, missedBound, oneOf } from './wording.ts'
import type { FieldPath } from './yaml-source.ts'

export { fieldName }

/** Turns what zod found into findings that a person can mend: field, message and a nearest-name hint. */

type Issue = z.core.$ZodIssue

/** Said of a field that must be there. */
export const IS_MISSING = 'is missing'
/** In a map with more unknown keys than this, none is taken for the slip of a key that is missing. */
const MAX_SLIPS_PER_MAP = 16

/** Empty where the value fits the schema. */
export function schemaFindings(schema: z.ZodType, value: unknown): Finding[] {
  const parsed = schema.safeParse(value)
  if (parsed.success) return []
  const { issues } = parsed.error
  return issues
    .filter((issue, index) => !isSafeIntegerLimit(issue, issues[index + 1]))
    .flatMap((issue) => findingsOf({ schema, value }, issue, []))
}

/** A key written `device` is one mistake: that `devices` is missing follows from it. */
export function withoutConsequences(findings: readonly Finding[]): Finding[] {
  const meant = new Set(findings.flatMap((each) => (each.meant === undefined ? [] : [fieldName(each.meant)])))
  return findings.filter(({ message, path }) => message !== IS_MISSING || !meant.has(fieldName(path)))
}

function findingsOf(whole: { schema: z.ZodType; value: unknown }, issue: Issue, parent: FieldPath): Finding[] {
  const path = [...parent, ...(issue.path as (string | number)[])]
  const given = valueAt(whole.value, path)
  const say = (message: string, hint?: Finding['hint']): Finding[] => [{ path, message, hint }]
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownKeys(path, issue.keys, knownKeys(whole.schema, whole.value, path))
    case 'invalid_key': {
      const message = issue.issues[0]?.message ?? 'is not valid'
      const example = message.includes('lower case') ? nameExample(String(path.at(-1))) : undefined
      const finding: Finding = {
        path,
        message: `not a possible name: it ${message}`,
        hint: example,
        of: 'key',
      }
      return [finding, ...findingsBeneath(whole, path)]
    }
    case 'invalid_type':
      if (given === undefined) return say(IS_MISSING, `must be ${kindOfValue(issue.expected)}`)
      return say(`must be ${kindOfValue(issue.expected)}, is ${describe(given)}`, kindHint(whole, path, issue.expected))
    case 'invalid_value': {
      const allowed = issue.values.map(String)
      if (given === undefined) return say(IS_MISSING, `must be ${oneOf(allowed)}`)
      return say(`must be ${oneOf(allowed)}, is ${describe(given)}`, choiceHint(given, issue.values))
    }
    case 'invalid_union': {
      if (issue.errors.length === 0) {
        const allowed = (issue as { options?: readonly unknown[] }).options ?? []
        if (given === undefined) return say(IS_MISSING, `must be ${oneOf(allowed.map(String))}`)
        return say(`must be ${oneOf(allowed.map(String))}, is ${describe(given)}`, choiceHint(given, allowed))
      }
      const option = nearestOption(issue.errors)
      if (option !== null) return option.flatMap((nested) => findingsOf(whole, nested, path))
      const expected = issue.errors.map((errors) => (errors[0] as { expected?: string }).expected ?? 'valid')
      const kinds = `must be ${[...new Set(expected.map(kindOfValue))].join(' or ')}`
      const message = issue.message === 'Invalid input' ? kinds : issue.message
      if (given === undefined) return say(IS_MISSING, message)
      return say(
        `${message}, is ${describe(given)}`,
        expected.includes('string') ? quotesHint(given) : numberHint(expected, given),
      )
    }
    case 'too_small':
      return say(missedBound({ ...issue, side: 'least', limit: issue.minimum }, given))
    case 'too_big':
      return say(missedBound({ ...issue, side: 'most', limit: issue.maximum }, given))
    case 'invalid_format': {
      const example = issue.message.includes('lower case') ? nameExample(String(given)) : undefined
      return say(`${issue.message}, is ${describe(given)}`, example)
    }
    default:
      return say(issue.message)
  }
}

/** zod's own limit of whole numbers says nothing where the limit of the field follows. */
function isSafeIntegerLimit(issue: Issue, next: Issue | undefined): boolean {
  if (issue.code !== 'too_big' || issue.maximum !== Number.MAX_SAFE_INTEGER) return false
  return next?.code === 'too_big' && issue.path.join('\0') === next.path.join('\0')
}

function unknownKeys(parent: FieldPath, keys: readonly string[], known: readonly string[]): Finding[] {
  return keys.map((key) => {
    const near = keys.length > MAX_SLIPS_PER_MAP ? null : nearest(key, known)
    const path = [...parent, key]
    const meant = near === null ? undefined : [...parent, near]
    return { path, message: 'unknown key', hint: () => nameHint(key, known), of: 'key', meant }
  })
}

/** zod does not look at the value of a key that it refuses. */
function findingsBeneath(whole: { schema: z.ZodType; value: unknown }, path: FieldPath): Finding[] {
  const given = valueAt(whole.value, path)
  const readings = schemasAt(whole.schema, whole.value, path).map((schema) => schema.safeParse(given))
  const [first] = readings
  if (first === undefined || first.success || readings.some(({ success }) => success)) return []
  return first.error.issues.flatMap((issue) => findingsOf(whole, issue, path))
}

/** The errors of the option that got furthest; null where every option refused the kind of value itself. */
function nearestOption(options: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const fits = options.filter((errors) => !errors.some((e) => e.code === 'invalid_type' && e.path.length === 0))
  return fits[0] ?? null
}

function kindHint(whole: { schema: z.ZodType; value: unknown }, path: FieldPath, expected: string): string | undefined {
  const given = valueAt(whole.value, path)
  if (expected === 'string') return quotesHint(given)
  if (expected === 'number') return numberHint([expected], given)
  if (expected === 'array') {
    const commandLine = typeof given === 'string' && given.includes(' ')
    return given === null || commandLine ? undefined : 'put brackets around it'
  }
  const nothingNeeded =
    given === null &&
    expected === 'object' &&
    schemasAt(whole.schema, whole.value, path).some((schema) => schema.safeParse({}).success)
  return nothingNeeded ? 'write {}' : undefined
}

function numberHint(expected: readonly string[], given: unknown): string | undefined {
  const number = typeof given === 'string' && given.trim() !== '' && Number.isFinite(Number(given))
  return expected.includes('number') && number ? 'remove the quotes' : undefined
}

function quotesHint(given: unknown): string | undefined {
  return typeof given === 'number' || typeof given === 'boolean' ? 'put quotes around it' : undefined
}

function choiceHint(given: unknown, allowed: readonly unknown[]): string | undefined {
  if (typeof given === 'string' && allowed.some((each) => typeof each === 'number' && String(each) === given))
    return 'remove the quotes'
  // All that is allowed stands in the message already.
  const near = typeof given === 'string' && allowed.length > 1 ? nearest(given, allowed.map(String)) : null
  return near === null ? undefined : `did you mean "${near}"?`
}

function nameExample(name: string): string | undefined {
  const possible = possibleName(name)
  return possible === name || possible === '' ? undefined : `for example "${possible}"`
}

/** What a name that is not allowed was likely meant to be; it is what other fields then refer to. */
export function possibleName(name: string): string {
  return name
    .slice(0, 64)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
}

function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>(
    (current, key) =>
      Array.isArray(current) || isMap(current) ? (current as Record<string, unknown>)[key] : undefined,
    value,
  )
}
