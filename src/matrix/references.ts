import type { Problem } from '../record/problem.ts'
import { FALLBACK_KEY } from './fields.ts'
import { nameHint } from './nearest.ts'
import type { Located } from './read.ts'
import type { Matrix } from './schema.ts'
import { fieldName } from './schema-problems.ts'
import { PLACEHOLDERS, unknownPlaceholders } from './template.ts'
import type { FieldPath } from './yaml-source.ts'

/** Names that come from outside the matrix file. Null where they cannot be known here. */
export interface OutsideNames {
  pools: readonly string[] | null
  faults: readonly string[] | null
}

type Report = (path: FieldPath, message: string, hint?: string, of?: 'key' | 'value') => void
type Pattern = string | readonly string[] | undefined

/** Every name that a matrix file uses must be one that it, the runners file or the simulator defines. */
export function referenceProblems({ document: matrix, source }: Located<Matrix>, outside: OutsideNames): Problem[] {
  const problems: Problem[] = []
  const report: Report = (path, message, hint, of = 'value') =>
    problems.push({ file: source.file, ...source.locate(path, of), field: fieldName(path), message, hint })
  const known = {
    model: Object.keys(matrix.models),
    target: Object.keys(matrix.targets),
    variant: Object.keys(matrix.variants ?? {}),
    engine: Object.keys(matrix.engines),
  }
  const check = (what: string, names: readonly string[], pattern: Pattern, path: FieldPath) => {
    const list = typeof pattern === 'string' ? [pattern] : (pattern ?? [])
    for (const [index, name] of list.entries())
      if (!names.includes(name))
        report(typeof pattern === 'string' ? path : [...path, index], `no ${what} "${name}"`, nameHint(name, names))
  }
  const checkSelection = (
    selection: { model?: Pattern; target?: Pattern; variant?: Pattern; engine?: Pattern },
    path: FieldPath,
  ) => {
    for (const field of ['model', 'target', 'variant', 'engine'] as const)
      check(field, known[field], selection[field], [...path, field])
  }

  const { pools } = outside
  if (pools !== null)
    for (const [name, target] of Object.entries(matrix.targets))
      check('runner pool', pools, target.pool, ['targets', name, 'pool'])

  const hardware = [...known.target, ...Object.values(matrix.targets).flatMap((t) => [t.chip, t.vendor]), FALLBACK_KEY]
  const checkHardwareKeys = (value: string | Record<string, string> | undefined, path: FieldPath) => {
    if (typeof value !== 'object') return
    for (const key of Object.keys(value))
      if (!hardware.includes(key))
        report([...path, key], 'no target, chip or vendor of this name', nameHint(key, hardware), 'key')
  }
  for (const [name, model] of Object.entries(matrix.models))
    for (const field of ['checkpoint', 'revision', 'weight-format'] as const)
      checkHardwareKeys(model[field], ['models', name, field])

  for (const [name, variant] of Object.entries(matrix.variants ?? {})) {
    checkTemplates(variant.args, ['variants', name, 'args'], report)
    checkTemplates(variant.env, ['variants', name, 'env'], report)
  }
  for (const [name, engine] of Object.entries(matrix.engines)) {
    const path = ['engines', name]
    if (engine.kind === 'openai') {
      checkHardwareKeys(engine.url, [...path, 'url'])
      continue
    }
    for (const [index, entry] of (engine.cases ?? []).entries())
      checkSelection(entry.when, [...path, 'cases', index, 'when'])
    if (engine.kind === 'simulated') {
      checkFaults(engine.faults, [...path, 'faults'], outside.faults, report)
      for (const [index, entry] of (engine.cases ?? []).entries())
        checkFaults(entry.faults, [...path, 'cases', index, 'faults'], outside.faults, report)
      continue
    }
    checkTemplates(engine.serve, [...path, 'serve'], report)
    checkTemplates(engine.env, [...path, 'env'], report)
    for (const [index, entry] of (engine.cases ?? []).entries()) {
      checkTemplates(entry.args, [...path, 'cases', index, 'args'], report)
      checkTemplates(entry.env, [...path, 'cases', index, 'env'], report)
    }
  }

  const { axes, engine, exclude, include } = matrix.matrix
  checkSelection(axes, ['matrix', 'axes'])
  for (const field of ['model', 'target', 'variant'] as const)
    for (const [index, name] of (axes[field] ?? []).entries())
      if ((axes[field] ?? []).indexOf(name) !== index)
        report(['matrix', 'axes', field, index], `"${name}" is listed twice`, 'keep one of them')
  checkHardwareKeys(engine, ['matrix', 'engine'])
  if (typeof engine === 'string') check('engine', known.engine, engine, ['matrix', 'engine'])
  else for (const [key, name] of Object.entries(engine)) check('engine', known.engine, name, ['matrix', 'engine', key])
  for (const [index, entry] of exclude.entries()) checkSelection(entry, ['matrix', 'exclude', index])
  for (const [index, entry] of include.entries()) checkSelection(entry, ['matrix', 'include', index])

  for (const [index, pair] of (matrix.compare?.parity ?? []).entries()) {
    const path = ['compare', 'parity', index]
    check('target', known.target, pair.reference, [...path, 'reference'])
    check('target', known.target, pair.candidate, [...path, 'candidate'])
    if (pair.reference === pair.candidate) report(path, `"${pair.reference}" is compared with itself`)
  }
  const performance = matrix.suites?.performance
  if (performance !== undefined && Object.keys(performance.scenarios).length === 0)
    report(['suites', 'performance', 'scenarios'], 'holds no scenario', 'name one, or leave out `performance`')
  return problems
}

function checkTemplates(
  values: readonly (string | number)[] | Record<string, string | number> | undefined,
  path: FieldPath,
  report: Report,
) {
  if (values === undefined) return
  const entries = Array.isArray(values) ? [...values.entries()] : Object.entries(values)
  for (const [key, value] of entries)
    for (const placeholder of unknownPlaceholders(String(value)))
      report([...path, key], `unknown placeholder {${placeholder}}`, nameHint(placeholder, PLACEHOLDERS))
}

function checkFaults(
  faults: readonly string[] | undefined,
  path: FieldPath,
  known: readonly string[] | null,
  report: Report,
) {
  if (known === null) return
  for (const [index, fault] of (faults ?? []).entries()) {
    const name = fault.split('@')[0]!
    if (!known.includes(name)) report([...path, index], `no fault "${name}"`, nameHint(name, known))
  }
}
