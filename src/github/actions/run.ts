import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { resultPath, writeResult } from '../../commands/run/result-file.ts'
import { describeEnd, exitCodeOfCell, runCell } from '../../commands/run.ts'
import type { Plan } from '../../plan/schema.ts'
import { CELL_RESULT_SCHEMA, type CellResult } from '../../record/cell-result.ts'
import { EXIT_CODES } from '../../record/words.ts'
import { cellArtifactName } from '../artifacts.ts'
import { cellFiles } from '../cell-files.ts'
import { engineEnvironment } from '../engine-environment.ts'
import type { RunInputs } from '../inputs.ts'
import { loadPlan } from '../plan-source.ts'
import type { ActionSurroundings } from '../surroundings.ts'

/**
 * A cancelled job gets SIGINT, SIGTERM 7.5 s later and is killed 2.5 s after that (docs.github.com, "Canceling a
 * workflow run"). An engine may take longer than that to give back its devices, so the result does not wait for it.
 */
const CANCEL_GRACE_MS = 3500

/**
 * Runs one cell and uploads its result, whatever came of it. A cell that did not complete makes the job red, so that
 * "re-run failed jobs" offers it; whether its numbers are good is for the report to say. Returns the exit code.
 */
export async function runAction(inputs: RunInputs, surroundings: ActionSurroundings): Promise<number> {
  const { run, progress, signal } = surroundings
  const { plan } = await loadPlan({ file: inputs.plan, digest: inputs.planDigest }, surroundings.artifacts)
  const out = inputs.out ?? join(run.temporary, 'crosschip')
  await mkdir(out, { recursive: true })

  const startedAt = surroundings.clock.date()
  const running = runCell(
    {
      plan,
      cellId: inputs.cell,
      out,
      headCheckout: inputs.headCheckout ?? run.workspace,
      baseCheckout: inputs.baseCheckout,
      headCommit: run.pullRequest?.headCommit ?? run.commit,
      baseCommit: inputs.baseCheckout === null ? null : (run.pullRequest?.baseCommit ?? null),
      attempt: run.attempt,
      runner: run.runnerName,
    },
    { progress, clock: surroundings.clock, signal, environment: engineEnvironment(surroundings.environment) },
  )
  const first = await Promise.race([running, cancelGrace(signal)])
  if (first === 'too slow') await writeResult(out, cancelledResult(plan, inputs.cell, startedAt, surroundings))

  const directory = dirname(resultPath(out, inputs.cell))
  const store = await surroundings.artifacts()
  await store.upload(cellArtifactName(inputs.cell, run.attempt), directory, await cellFiles(directory))
  // The result is safe; what is left of the grace belongs to the engine.
  const result = await running

  if (result.end.state === 'completed') return EXIT_CODES.pass
  surroundings.annotate('error', `cell ${result.cell}: ${describeEnd(result.end)}`)
  return exitCodeOfCell(result.end)
}

/** Settles only some time after a cancel. */
async function cancelGrace(signal: AbortSignal): Promise<'too slow'> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  return sleep(CANCEL_GRACE_MS, 'too slow' as const, { ref: false })
}

/** Stands in while the cell's own result waits for its engine to stop. */
function cancelledResult(
  plan: Plan,
  cell: string,
  startedAt: string,
  { run, clock, signal }: ActionSurroundings,
): CellResult {
  return {
    schema: CELL_RESULT_SCHEMA,
    toolVersion: plan.toolVersion,
    planId: plan.planId,
    cell,
    attempt: run.attempt,
    startedAt,
    finishedAt: clock.date(),
    runner: run.runnerName,
    hardware: { state: 'not-probed', reason: 'the run was cancelled' },
    end: { state: 'cancelled', stage: 'stop', signal: String(signal.reason) },
    arms: [],
    remarks: ['the engine had not stopped when the runner was about to end the job'],
  }
}
