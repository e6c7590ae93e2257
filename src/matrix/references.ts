import { type DefinedNames, definedNames } from './defined-names.ts'
import { engineFindings, placeholderFindings } from './engine-references.ts'
import { idleExcludes } from './exclude.ts'
import type { Finding } from './findings.ts'
import { isMap, listEntries, mapEntries, part } from './loose.ts'
import { nameHint } from './nearest.ts'
import { scenarioFindings } from './scenario-findings.ts'
import { possibleName } from './schema-problems.ts'
import { quote } from './wording.ts'
import type { FieldPath } from './yaml-source.ts'

/** Names that come from outside the matrix file. Null where they cannot be known here. */
export interface OutsideNames {
  pools: readonly string[] | null
  faults: readonly string[] | null
}

const SELECTED = ['model', 'target', 'variant', 'engine'] as const

/**
 * Every name that a matrix file uses must be one that it, the runners file or the simulator defines. Takes the document
 * as it was read, fitting its schema or not: what is there is checked, what has the wrong form is left to the schema.
 */
export function referenceFindings(document: unknown, outside: OutsideNames): Finding[] {
  const names = definedNames(document)
  const matrix = part(document, 'matrix')
  return [
    ...targetFindings(part(document, 'targets'), outside.pools),
    ...mapEntries(part(document, 'models')).flatMap(([name, model]) =>
      ['checkpoint', 'revision', 'weight-format'].flatMap((field) =>
        hardwareKeyFindings(part(model, field), ['models', name, field], names),
      ),
    ),
    ...mapEntries(part(document, 'variants')).flatMap(([name, variant]) =>
      ['args', 'env'].flatMap((field) => placeholderFindings(part(variant, field), ['variants', name, field])),
    ),
    ...mapEntries(part(document, 'engines')).flatMap(([name, engine]) => [
      ...hardwareKeyFindings(part(engine, 'url'), ['engines', name, 'url'], names),
      ...listEntries(part(engine, 'cases')).flatMap(([index, entry]) =>
        selectionFindings(part(entry, 'when'), ['engines', name, 'cases', index, 'when'], names),
      ),
      ...engineFindings(engine, ['engines', name], outside.faults),
    ]),
    ...axisFindings(part(matrix, 'axes'), names),
    ...engineChoiceFindings(part(matrix, 'engine'), names),
    ...['exclude', 'include'].flatMap((field) =>
      listEntries(part(matrix, field)).flatMap(([index, entry]) =>
        selectionFindings(entry, ['matrix', field, index], names),
      ),
    ),
    ...idleExcludes(document, names),
    ...parityFindings(part(document, 'compare', 'parity'), names),
    ...performanceFindings(part(document, 'suites', 'performance', 'scenarios')),
  ]
}

/** One name, or a list of them. */
function nameFindings(what: string, known: ReadonlySet<string> | null, value: unknown, path: FieldPath): Finding[] {
  if (Array.isArray(value)) return value.flatMap((name, index) => oneNameFindings(what, known, name, [...path, index]))
  return oneNameFindings(what, known, value, path)
}

function oneNameFindings(what: string, known: ReadonlySet<string> | null, name: unknown, path: FieldPath): Finding[] {
  if (known === null || typeof name !== 'string' || known.has(name)) return []
  return [{ path, message: `no ${what} ${quote(name)}`, hint: () => nameHint(name, possible(known)) }]
}

/** A hint must not lead to a name that is not allowed. */
function possible(names: ReadonlySet<string>): string[] {
  return [...names].filter((name) => name === possibleName(name))
}

function selectionFindings(selection: unknown, path: FieldPath, names: DefinedNames): Finding[] {
  return SELECTED.flatMap((field) => nameFindings(field, names[field], part(selection, field), [...path, field]))
}

function targetFindings(targets: unknown, pools: readonly string[] | null): Finding[] {
  const known = pools === null ? null : new Set(pools)
  return mapEntries(targets).flatMap(([name, target]) =>
    oneNameFindings('runner pool', known, part(target, 'pool'), ['targets', name, 'pool']),
  )
}

function hardwareKeyFindings(value: unknown, path: FieldPath, { hardware }: DefinedNames): Finding[] {
  if (hardware === null || !isMap(value)) return []
  return Object.keys(value)
    .filter((key) => !hardware.has(key))
    .map((key) => ({
      path: [...path, key],
      message: 'no target, chip or vendor of this name',
      hint: () => nameHint(key, possible(hardware)),
      of: 'key' as const,
    }))
}

function axisFindings(axes: unknown, names: DefinedNames): Finding[] {
  return (['model', 'target', 'variant'] as const).flatMap((axis) => {
    const path = ['matrix', 'axes', axis]
    const seen = new Set<unknown>()
    return listEntries(part(axes, axis)).flatMap(([index, name]): Finding[] => {
      const unknown = oneNameFindings(axis, names[axis], name, [...path, index])
      if (unknown.length > 0 || typeof name !== 'string') return unknown
      if (!seen.has(name)) {
        seen.add(name)
        return []
      }
      return [{ path: [...path, index], message: `${quote(name)} is listed twice`, hint: 'keep one of them' }]
    })
  })
}

function engineChoiceFindings(choice: unknown, names: DefinedNames): Finding[] {
  const path = ['matrix', 'engine']
  return [
    ...hardwareKeyFindings(choice, path, names),
    ...(isMap(choice)
      ? mapEntries(choice).flatMap(([key, name]) => oneNameFindings('engine', names.engine, name, [...path, key]))
      : oneNameFindings('engine', names.engine, choice, path)),
  ]
}

function parityFindings(pairs: unknown, { target }: DefinedNames): Finding[] {
  return listEntries(pairs).flatMap(([index, pair]): Finding[] => {
    const path = ['compare', 'parity', index]
    const unknown = ['reference', 'candidate'].flatMap((side) =>
      oneNameFindings('target', target, part(pair, side), [...path, side]),
    )
    const reference = part(pair, 'reference')
    if (unknown.length > 0 || typeof reference !== 'string' || reference !== part(pair, 'candidate')) return unknown
    return [{ path, message: `${quote(reference)} is compared with itself`, hint: 'name two targets' }]
  })
}

function performanceFindings(scenarios: unknown): Finding[] {
  const path = ['suites', 'performance', 'scenarios']
  if (isMap(scenarios) && Object.keys(scenarios).length === 0)
    return [{ path, message: 'holds no scenario', hint: 'name one, or leave out `performance`' }]
  return mapEntries(scenarios).flatMap(([name, scenario]) => scenarioFindings(scenario, [...path, name]))
}
