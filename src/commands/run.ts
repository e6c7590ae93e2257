import { stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Plan, PlannedCell } from '../plan/schema.ts'
import type { Clock, Progress } from '../ports.ts'
import type { CellEnd, CellResult, CellStage } from '../record/cell-result.ts'
import { fingerprintOf } from '../record/fingerprint.ts'
import { ConfigurationError, type Problem } from '../record/problem.ts'
import { EXIT_CODES, type Side } from '../record/words.ts'
import { prepareOutputDirectory } from './output-directory.ts'
import { CellDraft } from './run/cell-draft.ts'
import { endOf } from './run/cell-stopped.ts'
import type { CellWork } from './run/cell-work.ts'
import { measureCorrectness } from './run/correctness-arm.ts'
import { measurePerformance } from './run/performance-sessions.ts'
import { preflight } from './run/preflight.ts'
import { resultPath } from './run/result-file.ts'
import { ResultWriter } from './run/result-writer.ts'
import { measuredSides } from './run/sides.ts'

/** One cell, exactly as a runner does it. */
export interface RunOptions {
  plan: Plan
  cellId: string
  /** `cells/<cell id>/result.json` and the raw records are written below it. */
  out: string
  headCheckout: string
  /** Where the base's code lies; null measures the head alone. */
  baseCheckout: string | null
  headCommit: string | null
  baseCommit: string | null
  attempt: number
  runner: string | null
}

export interface RunSurroundings {
  progress: Progress
  clock: Clock
  signal: AbortSignal
  /** Handed to the server; defaults to our own. */
  environment?: Record<string, string | undefined>
}

/**
 * Runs the cell and writes its result whatever happens: a dead server, an exception of ours, a cancel. After a cancel it
 * is on the disk at once, with all that was measured, since nobody may wait until the server has stopped. Throws
 * {@link ConfigurationError} only, and at once, when the plan has no such cell, a checkout is not there, or the result could not be written.
 */
export async function runCell(options: RunOptions, surroundings: RunSurroundings): Promise<CellResult> {
  const cell = findCell(options.plan, options.cellId)
  await requireCheckouts(options)
  await prepareOutputDirectory(dirname(resultPath(options.out, cell.id)))
  const { clock, signal } = surroundings
  const writer = new ResultWriter(options.out)
  const place: Place = { stage: 'preflight', side: null }
  const writeCancelled = () => {
    if (!signal.aborted) return
    const cancelled = draft.finish(endOf(null, place.stage, place.side, signal), clock.date())
    // Should it fail, the last version fails too, and tells.
    writer.write(cancelled).catch(() => {})
  }
  const fixed = {
    toolVersion: options.plan.toolVersion,
    planId: options.plan.planId,
    cell: cell.id,
    attempt: options.attempt,
    startedAt: clock.date(),
    runner: options.runner,
  }
  const draft = new CellDraft(fixed, writeCancelled)
  signal.addEventListener('abort', writeCancelled)
  writeCancelled()
  const work = cellWork(cell, draft, options, surroundings)
  const end = await runStages(work, options, place)
  // From here on the cell has ended, whatever is cancelled while its result is being written.
  signal.removeEventListener('abort', writeCancelled)
  const result = await writer.write(draft.finish(end, clock.date()))
  surroundings.progress.note(`${cell.id}: ${describeEnd(end)}`)
  return result
}

/** Where in the cell the work is. */
interface Place {
  stage: CellStage
  side: Side | null
}

async function runStages(work: CellWork, options: RunOptions, place: Place): Promise<CellEnd> {
  const { cell, plan, draft, signal } = work
  try {
    await preflight(cell, draft, work.environment, signal)
    const fingerprint = fingerprintOf(cell, plan.suites, plan.seed, draft.hardware)
    for (const arm of work.sides) {
      const commit = arm === 'head' ? options.headCommit : options.baseCommit
      const engine = { name: cell.engine.name, kind: cell.engine.kind, version: null, command: null }
      draft.openArm(arm, { commit, engine, fingerprint })
    }
    place.stage = 'correctness'
    for (const side of work.sides) {
      place.side = side
      await measureCorrectness(work, side)
      signal.throwIfAborted()
    }
    place.stage = 'performance'
    place.side = null
    await measurePerformance(work)
    signal.throwIfAborted()
    return { state: 'completed' }
  } catch (error) {
    return endOf(error, place.stage, place.side, signal)
  }
}

function cellWork(cell: PlannedCell, draft: CellDraft, options: RunOptions, surroundings: RunSurroundings): CellWork {
  const { progress, clock, signal, environment = process.env } = surroundings
  const { sides, remarks } = measuredSides(cell.engine, options.baseCheckout !== null)
  for (const remark of remarks) draft.remark(remark)
  const checkouts: Record<Side, string> = {
    head: resolve(options.headCheckout),
    base: resolve(options.baseCheckout ?? options.headCheckout),
  }
  return {
    plan: options.plan,
    cell,
    draft,
    sides,
    directory: resolve(resultPath(options.out, cell.id), '..'),
    environment,
    clock,
    signal,
    engineStart: (side, sessionSeed) => ({
      side,
      checkout: checkouts[side],
      sessionSeed,
      environment,
      clock,
      signal,
    }),
    progressFor: (stage) => ({
      note: (message) => progress.note(`${cell.id}: ${stage}: ${message}`),
      step: (label, done, total) => progress.step(`${cell.id}: ${stage}: ${label}`, done, total),
    }),
  }
}

/** A server that is started in a directory that is not there fails like one whose program is missing. */
async function requireCheckouts({ headCheckout, baseCheckout }: RunOptions): Promise<void> {
  const named = { 'head checkout': headCheckout, ...(baseCheckout === null ? {} : { 'base checkout': baseCheckout }) }
  const problems: Problem[] = []
  for (const [what, directory] of Object.entries(named)) {
    const found = await stat(directory).catch(() => null)
    if (!found?.isDirectory())
      problems.push({ file: directory, field: '', message: `the ${what} is not a directory`, hint: 'check the path' })
  }
  if (problems.length > 0) throw new ConfigurationError(problems)
}

function findCell(plan: Plan, id: string): PlannedCell {
  const cell = plan.cells.find((candidate) => candidate.id === id)
  if (cell !== undefined) return cell
  const known = plan.cells.map((candidate) => candidate.id).join(', ')
  throw new ConfigurationError([
    {
      file: 'plan.json',
      field: 'cells',
      message: `no cell is called "${id}"`,
      hint: `the plan has: ${known || 'none'}`,
    },
  ])
}

/** One line for the log of the cell. */
export function describeEnd(end: CellEnd): string {
  switch (end.state) {
    case 'completed':
      return 'completed'
    case 'infrastructure':
    case 'broken':
      return `${end.state} at ${end.stage}: ${end.message}`
    case 'cancelled':
      return `cancelled at ${end.stage} (${end.signal})`
  }
}

/** Exit code of a job that ran one cell. Verdicts are the report's; a cell only says whether it could be measured. */
export function exitCodeOfCell(end: CellEnd): number {
  switch (end.state) {
    case 'completed':
      return EXIT_CODES.pass
    case 'broken':
      return EXIT_CODES.fail
    case 'infrastructure':
      return EXIT_CODES.incomplete
    case 'cancelled':
      return EXIT_CODES.interrupted
  }
}
