import { FALLBACK_KEY } from './fields.ts'
import type { Target } from './schema.ts'

/** What a cell is made of, by name. */
export interface Combination {
  model: string
  target: string
  variant: string | null
}

type Pattern = string | readonly string[] | undefined

/** A selection of cells: every field given must match. */
export interface Selection {
  model?: Pattern
  target?: Pattern
  variant?: Pattern
}

export function matches(selection: Selection, cell: Combination): boolean {
  return (
    fits(selection.model, cell.model) && fits(selection.target, cell.target) && fits(selection.variant, cell.variant)
  )
}

function fits(pattern: Pattern, value: string | null): boolean {
  if (pattern === undefined) return true
  if (value === null) return false
  return typeof pattern === 'string' ? pattern === value : pattern.includes(value)
}

/** The keys under which a value may stand for a target, the most specific first. */
export function hardwareKeys(targetName: string, target: Target): string[] {
  return [targetName, target.chip, target.vendor, FALLBACK_KEY]
}

/** A value given once for all, or by hardware. Undefined where a map has no entry for this target. */
export function forHardware(
  value: string | Readonly<Record<string, string>>,
  targetName: string,
  target: Target,
): string | undefined {
  if (typeof value === 'string') return value
  const key = hardwareKeys(targetName, target).find((candidate) => Object.hasOwn(value, candidate))
  return key === undefined ? undefined : value[key]
}
