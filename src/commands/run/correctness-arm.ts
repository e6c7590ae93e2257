import type { CorrectnessResult } from '../../record/cell-result.ts'
import { seedOf } from '../../record/seeded-random.ts'
import type { Side } from '../../record/words.ts'
import { runCorrectness } from '../../suites/correctness/driver.ts'
import { CHECKS } from '../../suites/correctness/registry.ts'
import { CellStopped } from './cell-stopped.ts'
import type { CellWork } from './cell-work.ts'
import { withEngine } from './with-engine.ts'

/** Runs the correctness suite against one fresh server of one side and keeps what came of it. */
export async function measureCorrectness(work: CellWork, side: Side): Promise<void> {
  const { cell, plan, draft } = work
  const suite = plan.suites.correctness
  if (suite === null) return
  const start = work.engineStart(side, seedOf(plan.seed, cell.id, 0, side))
  await withEngine(cell.engine, start, draft, 'correctness', async (running, signal) => {
    const result = await runCorrectness({
      endpoint: running.endpoint,
      context: {
        seed: plan.seed,
        model: running.endpoint.model,
        encoding: cell.model.encoding,
        arithmeticItems: suite.arithmeticItems,
      },
      checks: CHECKS,
      concurrency: suite.concurrency,
      clock: work.clock,
      progress: work.progressFor(`correctness (${side})`),
      signal,
    })
    draft.keepCorrectness(side, result)
    if (!signal.aborted) refuseUselessServer(result, side)
  })
}

/** A server that is up but answers no completion of any kind is broken; load on top of that would measure nothing. */
function refuseUselessServer(result: CorrectnessResult, side: Side): void {
  if (result.capabilities.chat || result.capabilities.completions) return
  const sample = result.checks.find((check) => check.judgement.state === 'error' || check.judgement.state === 'fail')
  const reason = sample !== undefined && 'reason' in sample.judgement ? `: ${sample.judgement.reason}` : ''
  throw new CellStopped({
    state: 'broken',
    stage: 'correctness',
    side,
    message: `the ${side} server is ready but answers neither chat nor text completions${reason}`,
  })
}
