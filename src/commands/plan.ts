import { createHash } from 'node:crypto'
import { type Located, readMatrix, readRunners } from '../matrix/read.ts'
import type { Matrix } from '../matrix/schema.ts'
import { buildPlan } from '../plan/build.ts'
import { type Plan, planSchema } from '../plan/schema.ts'
import { ConfigurationError, type Problem } from '../record/problem.ts'
import { CHECKS } from '../suites/correctness/registry.ts'
import { defaultRunnersFile, knownFaults, readText } from './matrix-files.ts'
import { validateFiles } from './validate.ts'

export interface PlanOptions {
  matrixFiles: readonly string[]
  /** Null for `runners.yaml` beside the first matrix file. */
  runnersFile: string | null
  /** Null for the seed of the matrix files. */
  seed: number | null
  toolVersion: string
}

/** Matrix files and a runners file to a plan. Throws {@link ConfigurationError} with every problem of every file. */
export async function createPlan(options: PlanOptions): Promise<Plan> {
  const { matrixFiles, seed, toolVersion } = options
  const [first] = matrixFiles
  if (first === undefined) throw new ConfigurationError([{ file: '--matrix', field: '', message: 'names no file' }])
  const runnersFile = options.runnersFile ?? defaultRunnersFile(first)
  const problems: Problem[] = []
  const sources: Plan['sources'] = []
  const read = async <T>(
    path: string,
    parse: (text: string, file: string) => Reading<T>,
  ): Promise<Located<T> | null> => {
    const file = await readText(path)
    if (file.state === 'unreadable') {
      problems.push(file.problem)
      return null
    }
    sources.push({ path, sha256: sha256(file.text) })
    const reading = parse(file.text, path)
    if (reading.state === 'read') return reading.located
    problems.push(...reading.problems)
    return null
  }
  const matrices: Located<Matrix>[] = []
  for (const path of new Set(matrixFiles)) {
    const located = await read(path, readMatrix)
    if (located !== null) matrices.push(located)
  }
  const runners = await read(runnersFile, readRunners)
  if (problems.length > 0 || runners === null) {
    // A file with a wrong form may have wrong names too: say everything at once, as `validate` does.
    const everything = await validateFiles([...matrixFiles, runnersFile])
    throw new ConfigurationError(everything.length > 0 ? everything : problems)
  }
  const faults = await knownFaults(matrices)
  const checks = CHECKS.map(({ id }) => id)
  const built = buildPlan({ matrices, runners: runners.document, sources, seed, toolVersion, faults, checks })
  if (built.state === 'invalid') throw new ConfigurationError(built.problems)
  return checked(built.plan, first)
}

type Reading<T> = { state: 'read'; located: Located<T> } | { state: 'invalid'; problems: Problem[] }

/** A command line can outgrow the plan's limits only once its placeholders and cases are in. */
function checked(plan: Plan, file: string): Plan {
  const parsed = planSchema.safeParse(plan)
  if (parsed.success) return plan
  throw new ConfigurationError(
    parsed.error.issues.slice(0, 20).map((issue) => {
      const cell = issue.path[0] === 'cells' ? plan.cells[Number(issue.path[1])]?.id : undefined
      const field = issue.path.slice(cell === undefined ? 0 : 2).join('.')
      return { file, field, message: `${cell === undefined ? '' : `cell ${cell}: `}${issue.message}` }
    }),
  )
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
