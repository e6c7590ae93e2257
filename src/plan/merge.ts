import type { Located } from '../matrix/read.ts'
import { DEFAULT_FAIL_ON, DEFAULT_SEED, type Matrix } from '../matrix/schema.ts'
import { fieldName } from '../matrix/schema-problems.ts'
import type { Problem } from '../record/problem.ts'
import { canonicalJson } from './canonical.ts'
import { plannedScenario } from './scenario.ts'
import type { ComparisonRules, PlannedSuites } from './schema.ts'

/** What one plan has once, though several matrix files may be given together: they must agree, or one says it for all. */
export interface SharedParts {
  suites: PlannedSuites
  compare: ComparisonRules
  seed: number
  problems: Problem[]
}

type SharedField = 'suites' | 'compare' | 'seed'

export function mergeShared(files: readonly Located<Matrix>[], checks: readonly string[]): SharedParts {
  const problems: Problem[] = []
  const shared = <Field extends SharedField>(field: Field): Matrix[Field] => {
    const holders = files.filter(({ document }) => document[field] !== undefined)
    const first = holders[0]
    for (const other of holders.slice(1))
      if (canonicalJson(other.document[field]) !== canonicalJson(first!.document[field]))
        problems.push({
          file: other.source.file,
          ...other.source.locate([field], 'key'),
          field: fieldName([field]),
          message: `differs from \`${field}\` of ${first!.source.file}`,
          hint: 'make them equal, or keep it in one of the files',
        })
    return first?.document[field] as Matrix[Field]
  }
  const suites = plannedSuites(shared('suites'), checks)
  if (suites.correctness === null && suites.performance === null)
    problems.push({
      file: files[0]?.source.file ?? '',
      field: 'suites',
      message: 'no suite to run',
      hint: 'add `suites: { correctness: {} }`',
    })
  const compare = shared('compare')
  return {
    suites,
    compare: { parity: compare?.parity ?? [], failOn: [...(compare?.gate?.['fail-on'] ?? DEFAULT_FAIL_ON)] },
    seed: shared('seed') ?? DEFAULT_SEED,
    problems,
  }
}

function plannedSuites(suites: Matrix['suites'], checks: readonly string[]): PlannedSuites {
  const { correctness, performance } = suites ?? {}
  return {
    correctness: correctness
      ? {
          checks: [...checks],
          arithmeticItems: correctness['arithmetic-items'],
          concurrency: correctness.concurrency,
        }
      : null,
    performance: performance
      ? {
          sessions: performance.sessions,
          scenarios: Object.entries(performance.scenarios).flatMap(
            ([name, scenario]) => plannedScenario(name, scenario) ?? [],
          ),
        }
      : null,
  }
}
