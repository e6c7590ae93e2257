import type { z } from 'zod'
import type { Problem } from '../record/problem.ts'
import { knownKeys } from './known-keys.ts'
import { nameHint } from './nearest.ts'
import type { FieldPath, YamlSource } from './yaml-source.ts'

/** Turns what zod found into problems that a person can mend: place, field, message and a nearest-name hint. */

/** More than this helps nobody. */
const MAX_PROBLEMS = 200

type Issue = z.core.$ZodIssue

export function schemaProblems(schema: z.ZodType, source: YamlSource, issues: readonly Issue[]): Problem[] {
  return issues.flatMap((issue) => problemsOf(schema, source, issue, [])).slice(0, MAX_PROBLEMS)
}

function problemsOf(schema: z.ZodType, source: YamlSource, issue: Issue, parent: FieldPath): Problem[] {
  const path = [...parent, ...(issue.path as (string | number)[])]
  const at = (field: FieldPath, of: 'key' | 'value', message: string, hint?: string): Problem => ({
    file: source.file,
    ...source.locate(field, of),
    field: fieldName(field),
    message,
    hint,
  })
  const given = valueAt(source.value, path)
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = knownKeys(schema, source.value, path)
      return issue.keys.map((key) => at([...path, key], 'key', 'unknown key', nameHint(key, known)))
    }
    case 'invalid_key': {
      const key = String(path.at(-1))
      const lower = key.toLowerCase().replace(/[ _]/g, '-')
      const message = issue.issues[0]?.message ?? 'is not valid'
      const hint = lower !== key && message.includes('lower case') ? `for example "${lower}"` : undefined
      return [at(path, 'key', `not a possible name: it ${message}`, hint)]
    }
    case 'invalid_type':
      if (given === undefined) return [at(path, 'value', 'is missing', `must be ${article(issue.expected)}`)]
      return [at(path, 'value', `must be ${article(issue.expected)}, is ${describe(given)}`, numberHint(issue, given))]
    case 'invalid_value': {
      const allowed = issue.values.map(String)
      const hint = typeof given === 'string' ? nameHint(given, allowed) : undefined
      return [at(path, 'value', `must be ${oneOf(allowed)}, is ${describe(given)}`, hint)]
    }
    case 'invalid_union': {
      if (issue.message !== 'Invalid input' && issue.errors.length > 0)
        return [at(path, 'value', issue.message, `is ${describe(given)}`)]
      if (issue.errors.length === 0) return [at(path, 'value', ...discriminatorProblem(issue, given))]
      const branch = nearestBranch(issue.errors)
      if (branch === null) {
        const expected = issue.errors.map((errors) => article((errors[0] as { expected?: string }).expected ?? 'valid'))
        return [at(path, 'value', `must be ${[...new Set(expected)].join(' or ')}, is ${describe(given)}`)]
      }
      return branch.flatMap((nested) => problemsOf(schema, source, nested, path))
    }
    case 'too_small':
      return [at(path, 'value', `must ${bound(issue, 'least', issue.minimum)}, is ${describe(given)}`)]
    case 'too_big':
      return [at(path, 'value', `must ${bound(issue, 'most', issue.maximum)}, is ${describe(given)}`)]
    default:
      return [at(path, 'value', issue.message.replace(/^Invalid (input|string): /, ''))]
  }
}

function discriminatorProblem(issue: Issue, given: unknown): [string, string | undefined] {
  const allowed = ((issue as { options?: readonly unknown[] }).options ?? []).map(String)
  if (given === undefined) return ['is missing', `must be ${oneOf(allowed)}`]
  return [`must be ${oneOf(allowed)}, is ${describe(given)}`, nameHint(String(given), allowed)]
}

/** The errors of the option that got furthest; null where every option refused the kind of value itself. */
function nearestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const fits = branches.filter((errors) => !errors.some((e) => e.code === 'invalid_type' && e.path.length === 0))
  return fits[0] ?? null
}

function bound(issue: { origin: string; inclusive?: boolean | undefined }, side: 'least' | 'most', limit: unknown) {
  if (issue.origin === 'array') return `have at ${side} ${limit} entries`
  if (issue.origin === 'string') return `have at ${side} ${limit} characters`
  if (issue.inclusive === false) return `be ${side === 'least' ? 'more' : 'less'} than ${limit}`
  return `be at ${side} ${limit}`
}

function oneOf(allowed: readonly string[]): string {
  return allowed.length === 1 ? `${allowed[0]}` : `one of ${allowed.join(', ')}`
}

function article(expected: string): string {
  const words: Record<string, string> = {
    object: 'a map',
    record: 'a map',
    array: 'a list',
    string: 'text',
    int: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
  }
  return words[expected] ?? expected
}

function describe(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  if (typeof value === 'string') return value.length > 60 ? `"${value.slice(0, 57)}..."` : `"${value}"`
  return `${typeof value} ${String(value)}`
}

function numberHint(issue: Issue, given: unknown): string | undefined {
  const wantsText = (issue as { expected?: string }).expected === 'string'
  return wantsText && (typeof given === 'number' || typeof given === 'boolean') ? `write "${given}"` : undefined
}

/** `targets.h200.devices`, `matrix.exclude[0].model`. */
export function fieldName(path: FieldPath): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  )
}

function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((current, part) => (current as Record<string | number, unknown> | null)?.[part], value)
}
