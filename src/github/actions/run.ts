import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { resultPath } from '../../commands/run/result-file.ts'
import { describeEnd, exitCodeOfCell, runCell } from '../../commands/run.ts'
import { EXIT_CODES } from '../../record/words.ts'
import { cellArtifactName } from '../artifacts.ts'
import { cellFiles } from '../cell-files.ts'
import { engineEnvironment } from '../engine-environment.ts'
import type { RunInputs } from '../inputs.ts'
import { loadPlan } from '../plan-source.ts'
import type { ActionSurroundings } from '../surroundings.ts'

/**
 * A cancelled job gets SIGINT, SIGTERM 7.5 s later and is killed 2.5 s after that (docs.github.com, "Canceling a
 * workflow run"). An engine may take longer than that to give back its devices, so the upload does not wait for it: what
 * `runCell` wrote when the cancel came is all that was measured.
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
  await Promise.race([running, cancelGrace(signal)])

  const directory = dirname(resultPath(out, inputs.cell))
  const store = await surroundings.artifacts()
  await store.upload(
    cellArtifactName(inputs.cell, run.attempt),
    directory,
    await cellFiles(directory, (message) => progress.note(message)),
  )
  // The result is safe; what is left of the grace belongs to the engine.
  const result = await running

  if (result.end.state === 'completed') return EXIT_CODES.pass
  surroundings.annotate('error', `cell ${result.cell}: ${describeEnd(result.end)}`)
  return exitCodeOfCell(result.end)
}

/** Settles only some time after a cancel. */
async function cancelGrace(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  await sleep(CANCEL_GRACE_MS, undefined, { ref: false })
}
