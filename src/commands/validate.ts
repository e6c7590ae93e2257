import { matrixProblems } from '../matrix/check.ts'
import { kindOfFile, type Located, readMatrix, readRunners } from '../matrix/read.ts'
import type { Matrix } from '../matrix/schema.ts'
import type { Problem } from '../record/problem.ts'
import { defaultRunnersFile, knownFaults, readText } from './matrix-files.ts'

/**
 * Everything that is wrong with matrix and runners files; which of the two a file is, its content tells. Pools are
 * looked up in the runners files given, else in `runners.yaml` beside each matrix file.
 */
export async function validateFiles(files: readonly string[]): Promise<Problem[]> {
  const problems: Problem[] = []
  const matrices: Located<Matrix>[] = []
  const pools: string[] = []
  let runnersGiven = false
  for (const file of new Set(files)) {
    const reading = await readText(file)
    if (reading.state === 'unreadable') problems.push(reading.problem)
    else if (kindOfFile(reading.text) === 'runners') {
      runnersGiven = true
      const runners = readRunners(reading.text, file)
      if (runners.state === 'read') pools.push(...Object.keys(runners.located.document.pools))
      else problems.push(...runners.problems)
    } else {
      const matrix = readMatrix(reading.text, file)
      if (matrix.state === 'read') matrices.push(matrix.located)
      else problems.push(...matrix.problems)
    }
  }
  const faults = await knownFaults(matrices)
  for (const matrix of matrices) {
    const known = runnersGiven ? pools : await poolsBeside(matrix, problems)
    problems.push(...matrixProblems(matrix, { pools: known, faults }))
  }
  return problems
}

/** Null, with the reason among the problems, where the pools cannot be known. */
async function poolsBeside(matrix: Located<Matrix>, problems: Problem[]): Promise<string[] | null> {
  const file = defaultRunnersFile(matrix.source.file)
  const reading = await readText(file)
  if (reading.state === 'unreadable') {
    const hint = `give the runners file too: validate ${matrix.source.file} RUNNERS`
    problems.push({ ...reading.problem, hint, message: `${reading.problem.message}, so pools cannot be checked` })
    return null
  }
  const runners = readRunners(reading.text, file)
  if (runners.state === 'read') return Object.keys(runners.located.document.pools)
  const fresh = runners.problems.filter((each) => !problems.some((other) => sameProblem(each, other)))
  problems.push(...fresh)
  return null
}

function sameProblem(left: Problem, right: Problem): boolean {
  return left.file === right.file && left.line === right.line && left.message === right.message
}
