import { type MatrixCell, matrixCells, tooManyCells } from '../matrix/cells.ts'
import { matrixProblems } from '../matrix/check.ts'
import type { Located } from '../matrix/read.ts'
import type { Runners } from '../matrix/runners-schema.ts'
import { DEFAULT_TIMEOUT_MINUTES, type Matrix } from '../matrix/schema.ts'
import { forHardware, matches } from '../matrix/select.ts'
import type { Problem } from '../record/problem.ts'
import { mergeShared } from './merge.ts'
import { plannedEngine } from './planned-engine.ts'
import { MAX_CELLS, PLAN_SCHEMA, type Plan, type PlannedCell } from './schema.ts'
import { sealPlan } from './seal.ts'

export interface PlanInput {
  matrices: readonly Located<Matrix>[]
  runners: Runners
  /** Path and SHA-256 of every file that was read. */
  sources: Plan['sources']
  /** Instead of the seed of the matrix files. */
  seed: number | null
  toolVersion: string
  /** Names of the simulator's faults; null where they are not known. */
  faults: readonly string[] | null
  /** Ids of the correctness checks that a run asks: known to the suite, so given in. */
  checks: readonly string[]
}

export type PlanBuilding = { state: 'planned'; plan: Plan } | { state: 'invalid'; problems: Problem[] }

/** Matrices and runner pools to a plan. Pure: the same input gives the same bytes. */
export function buildPlan(input: PlanInput): PlanBuilding {
  const { matrices, runners, faults } = input
  const pools = Object.keys(runners.pools)
  const shared = mergeShared(matrices, input.checks)
  const expanded = matrices.map((located) => ({ located, ...matrixCells(located) }))
  const problems = [
    ...expanded.flatMap((each) => matrixProblems(each.located, { pools, faults }, each)),
    ...shared.problems,
    ...jointProblems(expanded),
  ]
  if (problems.length > 0) return { state: 'invalid', problems }
  const plan = sealPlan({
    schema: PLAN_SCHEMA,
    toolVersion: input.toolVersion,
    sources: input.sources,
    seed: input.seed ?? shared.seed,
    cells: expanded.flatMap(({ located, cells }) => cells.map((cell) => planCell(cell, located.document, runners))),
    excludedCombinations: expanded.reduce((sum, { excluded }) => sum + excluded, 0),
    suites: shared.suites,
    compare: shared.compare,
    remarks: expanded.flatMap(({ located, cells }) => remarksOn(located, cells)).slice(0, 64),
  })
  return { state: 'planned', plan }
}

/** What is wrong only with several files taken together. */
function jointProblems(expanded: { located: Located<Matrix>; cells: MatrixCell[] }[]): Problem[] {
  const problems: Problem[] = []
  const owners = new Map<string, string>()
  for (const { located, cells } of expanded) {
    const { file } = located.source
    const twice = cells.find((cell) => (owners.get(cell.id) ?? file) !== file)
    if (twice !== undefined)
      problems.push({
        file,
        ...located.source.locate(['matrix']),
        field: 'matrix',
        message: `the cell "${twice.id}" is also in ${owners.get(twice.id)}`,
        hint: 'exclude it in one of them',
      })
    for (const { id } of cells) if (!owners.has(id)) owners.set(id, file)
  }
  const first = expanded[0]
  const single = expanded.some(({ cells }) => cells.length > MAX_CELLS)
  if (first !== undefined && !single && owners.size > MAX_CELLS) {
    const [message, hint] = tooManyCells(owners.size)
    problems.push({ file: first.located.source.file, field: '', message: `${message}, in all files together`, hint })
  }
  return problems
}

function planCell(cell: MatrixCell, matrix: Matrix, runners: Runners): PlannedCell {
  const { modelEntry, targetEntry } = cell
  const pool = runners.pools[targetEntry.pool]!
  const choose = (value: string | Record<string, string> | undefined) =>
    value === undefined ? null : (forHardware(value, cell.target, targetEntry) ?? null)
  return {
    id: cell.id,
    model: {
      name: cell.model,
      checkpoint: cell.checkpoint,
      revision: choose(modelEntry.revision),
      encoding: modelEntry.encoding,
      weightFormat: choose(modelEntry['weight-format']),
    },
    target: {
      name: cell.target,
      vendor: targetEntry.vendor,
      chip: targetEntry.chip,
      devices: targetEntry.devices,
      nodes: targetEntry.nodes,
    },
    engine: plannedEngine(cell, cell.variant === null ? undefined : matrix.variants?.[cell.variant]),
    variant: cell.variant,
    pool: {
      name: targetEntry.pool,
      group: pool.group ?? null,
      labels: pool.labels,
      host: pool.host,
      parallel: pool.parallel,
    },
    timeoutMinutes: matrix['timeout-minutes'] ?? DEFAULT_TIMEOUT_MINUTES,
  }
}

function remarksOn(located: Located<Matrix>, cells: readonly MatrixCell[]): string[] {
  return [...idleCases(located, cells), ...installedEngines(located, cells)]
}

/** Base and head differ by their checkout: a server that is not started from there is the same on both sides. */
function installedEngines({ document, source }: Located<Matrix>, cells: readonly MatrixCell[]): string[] {
  const used = new Set(cells.map((cell) => cell.engineName))
  return Object.entries(document.engines).flatMap(([name, engine]) =>
    !used.has(name) || !('serve' in engine) || JSON.stringify(engine).includes('{checkout}')
      ? []
      : [
          `${source.file}: engines.${name} starts what is installed: without {checkout} in its command line or env, ` +
            'base and head are the same server (docs/matrix.md)',
        ],
  )
}

/** A case that no cell meets may be meant for a cell that is excluded today, so it is a remark, not an error. */
function idleCases({ document, source }: Located<Matrix>, cells: readonly MatrixCell[]): string[] {
  return Object.entries(document.engines).flatMap(([name, engine]) =>
    engine.kind === 'openai'
      ? []
      : (engine.cases ?? []).flatMap((each, index) =>
          cells.some((cell) => cell.engineName === name && matches(each.when, cell))
            ? []
            : [`${source.file}: engines.${name}.cases[${index}] applies to no cell`.slice(0, 1024)],
        ),
  )
}
