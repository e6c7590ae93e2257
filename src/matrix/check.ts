import type { Problem } from '../record/problem.ts'
import { type MatrixCells, matrixCells } from './cells.ts'
import { type Finding, notYetSaid, problemsOf } from './findings.ts'
import { mapEntries, part } from './loose.ts'
import type { Located } from './read.ts'
import { type OutsideNames, referenceFindings } from './references.ts'
import { type Matrix, matrixSchema } from './schema.ts'

/** Everything that is wrong with a matrix file whose form is right, in the order of the file. */
export function matrixProblems(
  located: Located<Matrix>,
  outside: OutsideNames,
  { findings }: MatrixCells = matrixCells(located),
): Problem[] {
  return problemsOf(located.source, [...referenceFindings(located.source.value, outside), ...findings])
}

/**
 * What can be said of names and cells in a document whose form is wrong in the places that `form` speaks of, without
 * saying twice what is wrong with one field.
 */
export function findingsBesidesForm(document: unknown, form: readonly Finding[], outside: OutsideNames): Finding[] {
  const sound = soundParts(document)
  const cells = sound === null ? [] : matrixCells({ document: sound }).findings
  return notYetSaid([...referenceFindings(document, outside), ...cells], form)
}

/**
 * The document without the entries whose form is wrong; cells that need those are not looked at. Null where the choice
 * of cells itself is wrong: a broken `exclude` would make cells that are not meant.
 */
function soundParts(document: unknown): Matrix | null {
  const { matrix, targets, models, variants, engines } = matrixSchema.shape
  const choice = matrix.safeParse(part(document, 'matrix'))
  if (!choice.success) return null
  return {
    version: 1,
    targets: soundEntries(part(document, 'targets'), targets.valueType),
    models: soundEntries(part(document, 'models'), models.valueType),
    variants: soundEntries(part(document, 'variants'), variants.unwrap().valueType),
    engines: soundEntries(part(document, 'engines'), engines.valueType),
    matrix: choice.data,
  }
}

interface Parser<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false }
}

function soundEntries<T>(section: unknown, entry: Parser<T>): Record<string, T> {
  return Object.fromEntries(
    mapEntries(section).flatMap(([name, value]) => {
      const parsed = entry.safeParse(value)
      return parsed.success ? [[name, parsed.data]] : []
    }),
  )
}
