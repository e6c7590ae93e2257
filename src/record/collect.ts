import { createHash } from 'node:crypto'
import type { Plan } from '../plan/schema.ts'
import { type CellResult, cellResultSchema } from './cell-result.ts'
import { readDocument } from './document.ts'
import { formatProblem } from './problem.ts'

/** A result file as it was found. `path` is for the reader and for telling whose file an unreadable one is. */
export interface ResultFile {
  path: string
  text: string
}

/** A file that was found and not read, and why. */
export interface RefusedFile {
  path: string
  refused: string
}

/**
 * What came back for one planned cell. `invalid`: a file that cannot be read; `foreign`: made for another plan;
 * `duplicate`: two files of the same attempt that disagree, or two artifacts of one name, so neither is believed.
 */
export type CollectedCell =
  | { cell: string; state: 'received'; result: CellResult; path: string }
  | { cell: string; state: 'missing' | 'invalid' | 'foreign' | 'duplicate'; message: string }

/** Exactly one entry per planned cell, in the plan's order, and remarks on files that are nobody's. */
export interface Collected {
  cells: CollectedCell[]
  remarks: string[]
}

export interface CollectOptions {
  /** For a stored baseline: results of the same cells from an earlier plan are welcome. */
  acceptOtherPlans?: boolean
}

/** What one file says. Its text is not kept: of many hostile files no more than one need be in memory. */
export type ResultReading = { state: 'read'; path: string; digest: string; result: CellResult } | UnusableResult

/** `duplicate` holds for its whole cell, whatever else came back for it. */
export interface UnusableResult {
  state: 'foreign' | 'invalid' | 'duplicate'
  /** Null where nobody knows whose it is. */
  cell: string | null
  message: string
}

const MAX_REMARKS = 50

/** Planned against received: nothing that was planned is forgotten, nothing that was not planned is believed. */
export function collectResults(plan: Plan, files: readonly ResultFile[], options: CollectOptions = {}): Collected {
  return settleResults(
    plan,
    files.map((file) => readResult(plan, file, options)),
  )
}

/** As {@link collectResults}, of files that were read one by one with {@link readResult}. */
export function settleResults(plan: Plan, readings: readonly ResultReading[]): Collected {
  const remarks: string[] = []
  const cells = plan.cells.map(({ id }): CollectedCell => {
    const own = readings.filter((reading) => ownerOf(reading) === id)
    const collected = settle(id, own)
    if (collected.state === 'received') {
      for (const other of own) if (other.state !== 'read') remarks.push(`${other.message}; a readable result was used`)
    }
    return collected
  })
  for (const reading of readings) {
    if (reading.state !== 'read' && reading.cell === null) remarks.push(`${reading.message}; ignored`)
  }
  return { cells, remarks: bounded(remarks) }
}

function settle(cell: string, own: readonly ResultReading[]): CollectedCell {
  const doubled = own.find((reading): reading is UnusableResult => reading.state === 'duplicate')
  if (doubled) return { cell, state: 'duplicate', message: doubled.message }
  const read = own.filter((reading) => reading.state === 'read')
  if (read.length > 0) {
    const attempt = Math.max(...read.map((reading) => reading.result.attempt))
    const latest = read.filter((reading) => reading.result.attempt === attempt)
    const [first] = latest
    if (latest.every((reading) => reading.digest === first!.digest)) {
      return { cell, state: 'received', result: first!.result, path: first!.path }
    }
    const paths = latest.slice(0, 3).map((reading) => reading.path)
    return {
      cell,
      state: 'duplicate',
      message: `${latest.length} different results of attempt ${attempt}: ${paths.join(', ')}; keep one of them, or run the cell again`,
    }
  }
  const [unusable] = own
  if (unusable && unusable.state !== 'read') return { cell, state: unusable.state, message: unusable.message }
  return {
    cell,
    state: 'missing',
    message: 'no result came back: the job did not start, was lost, or did not upload; run the cell again',
  }
}

/** What one file says. */
export function readResult(
  plan: Plan,
  file: ResultFile | RefusedFile,
  { acceptOtherPlans = false }: CollectOptions = {},
): ResultReading {
  const { path } = file
  const { planId } = plan
  const planned = new Set(plan.cells.map((cell) => cell.id))
  if ('refused' in file)
    return { state: 'invalid', cell: cellOfPath(path, planned), message: `${path}: ${file.refused}` }
  const reading = readDocument(cellResultSchema, file.text, path)
  if (reading.state === 'invalid') {
    const [first] = reading.problems
    const more = reading.problems.length > 1 ? ` and ${reading.problems.length - 1} more problems` : ''
    const message = `${formatProblem(first!)}${more}; run the cell again with this version of crosschip`
    return { state: 'invalid', cell: cellOfPath(path, planned), message }
  }
  const { document: result } = reading
  if (!planned.has(result.cell)) {
    return { state: 'foreign', cell: null, message: `${path}: cell "${result.cell}" is not in this plan` }
  }
  if (result.planId !== planId && !acceptOtherPlans) {
    const message = `${path}: made for plan ${result.planId.slice(0, 12)}, this is plan ${planId.slice(0, 12)}; remove results of other runs, or run the cell again`
    return { state: 'foreign', cell: result.cell, message }
  }
  const digest = createHash('sha256').update(file.text).digest('hex')
  return { state: 'read', path, digest, result }
}

function ownerOf(reading: ResultReading): string | null {
  return reading.state === 'read' ? reading.result.cell : reading.cell
}

/** The longest planned id that stands alone in the path: `cells/<id>/result.json`, `crosschip-cell-<id>/result.json`. */
function cellOfPath(path: string, planned: Set<string>): string | null {
  const found = [...planned].filter((id) => standsAlone(path, id)).sort((left, right) => right.length - left.length)
  return found[0] ?? null
}

function standsAlone(path: string, id: string): boolean {
  for (let at = path.indexOf(id); at >= 0; at = path.indexOf(id, at + 1)) {
    const before = path[at - 1] ?? '/'
    const after = path[at + id.length] ?? '/'
    if (!/[a-z0-9]/i.test(before) && !/[a-z0-9]/i.test(after)) return true
  }
  return false
}

function bounded(remarks: readonly string[]): string[] {
  const rest = remarks.length - MAX_REMARKS
  return rest > 0 ? [...remarks.slice(0, MAX_REMARKS), `${rest} more files were set aside`] : [...remarks]
}
