import type { Problem } from '../record/problem.ts'
import { type MatrixCells, matrixCells } from './cells.ts'
import { byPlace, type Located } from './read.ts'
import { type OutsideNames, referenceProblems } from './references.ts'
import type { Matrix } from './schema.ts'

/** Everything that is wrong with a matrix file whose form is right, in the order of the file. */
export function matrixProblems(
  located: Located<Matrix>,
  outside: OutsideNames,
  { problems }: MatrixCells = matrixCells(located),
): Problem[] {
  return [...referenceProblems(located, outside), ...problems].sort(byPlace)
}
