import { definedNames } from './defined-names.ts'
import type { Engine, LaunchedEngine } from './engine-schema.ts'
import { cellId, expand } from './expand.ts'
import { type Finding, fieldName } from './findings.ts'
import type { Located } from './read.ts'
import type { Matrix, Model, Target } from './schema.ts'
import { type Combination, forHardware, hardwareKeys } from './select.ts'
import type { FieldPath } from './yaml-source.ts'

/** A cell with everything that it names looked up. */
export interface MatrixCell extends Combination {
  id: string
  engineName: string
  engine: Engine
  modelEntry: Model
  targetEntry: Target
  checkpoint: string
}

export interface MatrixCells {
  cells: MatrixCell[]
  excluded: number
  findings: Finding[]
}

/** GitHub: 256 jobs from one matrix (docs.github.com, "Limits"); the limit of a plan too. */
export const MAX_CELLS_PER_MATRIX = 256
/** What the plan schema allows for an id. */
const MAX_ID_LENGTH = 128

/**
 * The cells of one matrix, and what is wrong with them as a set. A cell that names something unknown is left out
 * here: {@link referenceFindings} speaks of it.
 */
export function matrixCells({ document: matrix }: Pick<Located<Matrix>, 'document'>): MatrixCells {
  const findings: Finding[] = []
  const said = new Set<string>()
  const report = (path: FieldPath, message: string, hint?: string) => {
    const field = fieldName(path)
    if (said.has(`${field} ${message}`)) return
    said.add(`${field} ${message}`)
    findings.push({ path, message, hint })
  }
  const expansion = expand(matrix.matrix)
  if (expansion.state === 'too-many') {
    report(['matrix', 'axes'], `${expansion.combinations} combinations before exclusion`, 'name fewer on each axis')
    return { cells: [], excluded: 0, findings }
  }
  if (expansion.cells.length === 0)
    report(['matrix', 'exclude'], 'nothing is left to run', 'every combination of the axes is excluded')
  if (expansion.cells.length > MAX_CELLS_PER_MATRIX) report(['matrix', 'axes'], ...tooManyCells(expansion.cells.length))

  const { hardware } = definedNames(matrix)
  /** A key that is no hardware is said to be so; that a target has no entry may follow from it. */
  const misspelt = (value: string | Readonly<Record<string, string>>) =>
    typeof value === 'object' && Object.keys(value).some((key) => !hardware?.has(key))
  const cells: MatrixCell[] = []
  const ids = new Set<string>()
  for (const combination of expansion.cells) {
    const { model, target, variant, engineOverride } = combination
    const modelEntry = entry(matrix.models, model)
    const targetEntry = entry(matrix.targets, target)
    if (modelEntry === undefined || targetEntry === undefined) continue
    const keys = `give one of ${[...new Set(hardwareKeys(target, targetEntry))].join(', ')}`
    const engineName = engineOverride ?? forHardware(matrix.matrix.engine, target, targetEntry)
    const checkpoint = forHardware(modelEntry.checkpoint, target, targetEntry)
    if (engineName === undefined && !misspelt(matrix.matrix.engine))
      report(['matrix', 'engine'], `names no engine for target "${target}"`, keys)
    if (checkpoint === undefined && !misspelt(modelEntry.checkpoint))
      report(['models', model, 'checkpoint'], `names no checkpoint for target "${target}"`, keys)
    const engine = engineName === undefined ? undefined : entry(matrix.engines, engineName)
    if (engineName === undefined || engine === undefined || checkpoint === undefined) continue
    if (engine.kind === 'openai' && forHardware(engine.url, target, targetEntry) === undefined && !misspelt(engine.url))
      report(['engines', engineName, 'url'], `names no address for target "${target}"`, keys)
    if (!isLaunched(engine) && variant !== null && takesArguments(matrix, variant))
      report(['variants', variant], `has arguments, but engine "${engineName}" is not started from a command line`)
    const id = cellId({ model, target, variant }, engineName)
    if (id.length > MAX_ID_LENGTH)
      report(['matrix'], `the cell id "${id}" is longer than ${MAX_ID_LENGTH} characters`, 'use shorter names')
    if (ids.has(id)) report(['matrix'], `two cells have the id "${id}"`, 'see `include`, and names that contain dots')
    ids.add(id)
    cells.push({ model, target, variant, id, engineName, engine, modelEntry, targetEntry, checkpoint })
  }
  return { cells, excluded: expansion.excluded, findings }
}

export function isLaunched(engine: Engine): engine is LaunchedEngine {
  return engine.kind !== 'openai' && engine.kind !== 'simulated'
}

export function tooManyCells(count: number): [message: string, hint: string] {
  return [
    `${count} cells, more than the ${MAX_CELLS_PER_MATRIX} jobs that GitHub allows in one matrix`,
    'exclude some, or split it by model or target into several files, each with its own workflow run',
  ]
}

function takesArguments(matrix: Matrix, variant: string): boolean {
  const found = entry(matrix.variants ?? {}, variant)
  return found?.args !== undefined || found?.env !== undefined
}

/** Own entries only: a model named `constructor` is not there by nature. */
function entry<T>(entries: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined
}
