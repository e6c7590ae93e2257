import { matrixProblems } from '../matrix/check.ts'
import { mapEntries, part } from '../matrix/loose.ts'
import { kindOfFile, readMatrix, readRunners } from '../matrix/read.ts'
import { possibleName } from '../matrix/schema-problems.ts'
import type { Problem } from '../record/problem.ts'
import { allFaults, defaultRunnersFile, readText } from './matrix-files.ts'

/**
 * Everything that is wrong with matrix and runners files; which of the two a file is, its content tells. Pools are
 * looked up in the runners files given, else in `runners.yaml` beside each matrix file. In the order of the files, and
 * within one in the order of its lines. `note` is told what is no mistake but may surprise.
 */
export async function validateFiles(
  files: readonly string[],
  note: (message: string) => void = () => {},
): Promise<Problem[]> {
  const unique = [...new Set(files)]
  const readings = await Promise.all(unique.map(async (file) => ({ file, reading: await readText(file) })))
  const problems = new Map<string, Problem[]>(unique.map((file) => [file, []]))
  const matrices: { file: string; text: string }[] = []
  const given: (string[] | null)[] = []
  for (const { file, reading } of readings) {
    if (reading.state === 'unreadable') problems.set(file, [reading.problem])
    else if (kindOfFile(reading.text) === 'matrix') matrices.push({ file, text: reading.text })
    else {
      const runners = readPools(reading.text, file)
      problems.set(file, runners.problems)
      given.push(runners.pools)
    }
  }
  const faults = matrices.some(({ text }) => text.includes('faults')) ? await allFaults() : []
  let withSuites = 0
  for (const { file, text } of matrices) {
    const pools = given.length > 0 ? together(given) : await poolsBeside(file, problems)
    const matrix = readMatrix(text, file, { pools, faults })
    const invalid = matrix.state === 'invalid'
    problems.set(file, invalid ? matrix.problems : matrixProblems(matrix.located, { pools, faults }))
    if (mayHoldSuites(invalid ? matrix.value : matrix.located.source.value)) withSuites += 1
  }
  if (matrices.length > 0 && withSuites === 0) note(noSuites(matrices.map(({ file }) => file)))
  return [...problems.values()].flat()
}

/** Null where one of the files does not tell. */
function together(given: readonly (string[] | null)[]): string[] | null {
  return given.every((pools) => pools !== null) ? given.flat() : null
}

/** A pool whose entry is broken is a pool all the same. Null where the file does not tell which there are. */
function readPools(text: string, file: string): { pools: string[] | null; problems: Problem[] } {
  const runners = readRunners(text, file)
  if (runners.state === 'read') return { pools: Object.keys(runners.located.document.pools), problems: [] }
  const pools = mapEntries(part(runners.value, 'pools')).flatMap(([name]) => [name, possibleName(name)])
  return { pools: pools.length === 0 ? null : pools, problems: runners.problems }
}

/** Null, with the reason among the problems, where the pools cannot be known. */
async function poolsBeside(matrixFile: string, problems: Map<string, Problem[]>): Promise<string[] | null> {
  const file = defaultRunnersFile(matrixFile)
  const reading = await readText(file)
  if (reading.state === 'unreadable') {
    const hint = `give the runners file too: validate ${matrixFile} RUNNERS`
    const message = `${reading.problem.message}, so pools cannot be checked`
    problems.set(file, [{ ...reading.problem, message, hint }])
    return null
  }
  const runners = readPools(reading.text, file)
  problems.set(file, runners.problems)
  return runners.pools
}

/** Also where the text cannot be read as YAML: nothing is known of it then. */
function mayHoldSuites(value: unknown): boolean {
  return value === undefined || mapEntries(part(value, 'suites')).length > 0
}

function noSuites(files: readonly string[]): string {
  const several = files.length > 1
  return (
    `${files.join(', ')}: ${several ? 'none of them holds' : 'holds no'} \`suites\`, so there is nothing to run: ` +
    `plan ${several ? 'them' : 'it'} together with a file that does, or add \`suites: { correctness: {} }\``
  )
}
