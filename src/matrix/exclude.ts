import { absent, type DefinedNames } from './defined-names.ts'
import type { Finding } from './findings.ts'
import { listEntries, part } from './loose.ts'
import { matrixSchema } from './schema.ts'
import { quote } from './wording.ts'

const AXES = ['model', 'target', 'variant'] as const
type Axis = (typeof AXES)[number]

/**
 * Excludes that match nothing. Every combination of the axes exists, so an exclude matches nothing exactly where one of
 * its fields shares no name with its axis. A field or an axis that holds an unknown name proves nothing: it may be the
 * slip of a name that would match.
 */
export function idleExcludes(document: unknown, names: DefinedNames): Finding[] {
  const axes = part(document, 'matrix', 'axes')
  const onAxis = Object.fromEntries(AXES.map((axis) => [axis, namesOnAxis(axes, axis, names[axis])]))
  return listEntries(part(document, 'matrix', 'exclude')).flatMap(([index, exclude]): Finding[] => {
    const given = AXES.map((axis) => [axis, part(exclude, axis)] as const).filter(([, value]) => value !== undefined)
    const patterns = given.map(([axis, pattern]) => [axis, soundNames(pattern, names[axis])] as const)
    if (patterns.some(([, pattern]) => pattern === null)) return []
    const idle = patterns.find(([axis, pattern]) => {
      const there = onAxis[axis]
      return there && pattern?.every((name) => !there.has(name))
    })
    if (idle === undefined) return []
    const [axis, pattern] = idle
    const path = ['matrix', 'exclude', index]
    return [{ path, message: 'matches no combination of the axes', hint: reason(axes, axis, pattern ?? []) }]
  })
}

function reason(axes: unknown, axis: Axis, pattern: readonly string[]): string {
  if (part(axes, axis) === undefined) return `there is no axis ${axis}`
  return pattern.length === 1 ? `axis ${axis} has no ${quote(pattern[0]!)}` : `axis ${axis} has none of its names`
}

function namesOnAxis(axes: unknown, axis: Axis, known: ReadonlySet<string> | null): ReadonlySet<string> | null {
  const names = part(axes, axis)
  if (names === undefined) return axis === 'variant' ? absent(axes, matrixSchema.shape.matrix.shape.axes.shape) : null
  const sound = Array.isArray(names) ? soundNames(names, known) : null
  return sound === null ? null : new Set(sound)
}

/** Null unless there are some, and all of them are names that are known. */
function soundNames(pattern: unknown, known: ReadonlySet<string> | null): string[] | null {
  const names: unknown[] = Array.isArray(pattern) ? pattern : [pattern]
  return names.length > 0 &&
    names.every((name): name is string => typeof name === 'string' && known?.has(name) === true)
    ? names
    : null
}
