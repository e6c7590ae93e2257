import { VENDORS } from '../record/words.ts'
import { FALLBACK_KEY } from './fields.ts'
import { isMap, mapEntries, part } from './loose.ts'
import { matrixSchema } from './schema.ts'
import { possibleName } from './schema-problems.ts'

/**
 * The names that a matrix file defines, of whatever form the entries are: a name whose entry is broken is a name all
 * the same. Null where it cannot be told, so that one mistake in a section does not turn every use of it into another.
 */
export interface DefinedNames {
  model: ReadonlySet<string> | null
  target: ReadonlySet<string> | null
  variant: ReadonlySet<string> | null
  engine: ReadonlySet<string> | null
  /** Keys of a value that is given by hardware. */
  hardware: ReadonlySet<string> | null
}

export function definedNames(document: unknown): DefinedNames {
  const target = namesOf(part(document, 'targets'))
  return {
    model: namesOf(part(document, 'models')),
    target,
    variant:
      part(document, 'variants') === undefined
        ? absent(document, matrixSchema.shape)
        : namesOf(part(document, 'variants')),
    engine: namesOf(part(document, 'engines')),
    hardware: hardwareNames(part(document, 'targets'), target),
  }
}

/** Nothing is defined where an optional key is absent; unless a key that nobody knows may be that key, misspelt. */
export function absent(map: unknown, shape: object): ReadonlySet<string> | null {
  return isMap(map) && Object.keys(map).every((key) => Object.hasOwn(shape, key)) ? new Set() : null
}

/** With the names that the impossible ones were likely meant to be: other fields may use those already. */
function namesOf(section: unknown): ReadonlySet<string> | null {
  return isMap(section) ? new Set(Object.keys(section).flatMap((name) => [name, possibleName(name)])) : null
}

/** Any vendor may be a key, whether or not a target of it is listed today. */
function hardwareNames(targets: unknown, names: ReadonlySet<string> | null): ReadonlySet<string> | null {
  if (names === null) return null
  const chips = mapEntries(targets).map(([, target]) => part(target, 'chip'))
  const told = chips.filter((chip): chip is string => typeof chip === 'string')
  return told.length === chips.length ? new Set([...names, ...told, ...VENDORS, FALLBACK_KEY]) : null
}
