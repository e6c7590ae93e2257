import { join } from 'node:path'
import type { RunningEngine } from '../../engine/endpoint.ts'
import type { Scenario } from '../../plan/schema.ts'
import type { LoadPoint, Session } from '../../record/cell-result.ts'
import { seedOf } from '../../record/seeded-random.ts'
import { loadSpec } from '../../suites/performance/load-spec.ts'
import { type MeasuredPoint, measureLoadPoint } from '../../suites/performance/measure.ts'
import { probeServer, type ServerProbe } from '../../suites/performance/probe.ts'
import { writeRawRecords } from '../../suites/performance/raw-record-file.ts'
import type { LoadSpec } from '../../suites/performance/record.ts'
import { CellStopped } from './cell-stopped.ts'
import type { CellWork } from './cell-work.ts'
import { type PlannedSession, sessionOrder } from './session-order.ts'
import { withEngine } from './with-engine.ts'

/** A request of a load point may take this long before it is a failure. */
const REQUEST_TIMEOUT_MS = 600_000
/** The small requests of the probe; the first may still meet a server that compiles. */
const PROBE_TIMEOUT_MS = 180_000

/** All performance sessions of a cell: a fresh server for each, base and head alternating. */
export async function measurePerformance(work: CellWork): Promise<void> {
  const suite = work.plan.suites.performance
  if (suite === null) return
  const order = sessionOrder(suite.sessions, work.sides, work.plan.seed)
  for (const [position, session] of order.entries()) {
    work.signal.throwIfAborted()
    work.progressFor('performance').step(`session ${session.pair + 1} ${session.side}`, position, order.length)
    await measureSession(work, session, position, suite.scenarios)
  }
}

async function measureSession(
  work: CellWork,
  planned: PlannedSession,
  order: number,
  scenarios: readonly Scenario[],
): Promise<void> {
  const { pair, side } = planned
  const start = work.engineStart(side, seedOf(work.plan.seed, work.cell.id, pair, side))
  const session: Session = { pair, order, startedAt: work.clock.date(), readyMs: 0, points: [] }
  await withEngine(work.cell.engine, start, work.draft, 'performance', async (running, signal) => {
    session.readyMs = running.readyMs
    const probe = await probeServer({
      endpoint: running.endpoint,
      clock: work.clock,
      signal,
      seed: work.plan.seed,
      requestTimeoutMs: PROBE_TIMEOUT_MS,
    })
    for (const remark of probe.remarks) work.draft.remark(remark)
    for (const spec of scenarios.flatMap((scenario) => loadSpecs(scenario, work.plan.seed, pair))) {
      const { point, records, remarks } = await measurePoint(work, planned, running, probe, spec, signal)
      // A server that died under the point makes its numbers meaningless; the points before it stand.
      if (signal.aborted) break
      work.draft.keepPoint(side, session, point)
      for (const remark of remarks) work.draft.remark(remark)
      await keepRawRecords(work, planned, point, records)
      refuseDeadPoint(point, side)
    }
  })
}

/** The load levels of a scenario in their declared order. Both sides of a pair send the same bytes; pairs differ. */
function loadSpecs({ name, ...shape }: Scenario, seed: number, pair: number): LoadSpec[] {
  return shape.concurrency.map((concurrency) =>
    loadSpec({
      ...shape,
      scenario: name,
      concurrency,
      seed: (seed + pair * 7919 + concurrency) >>> 0,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
    }),
  )
}

function measurePoint(
  work: CellWork,
  session: PlannedSession,
  running: RunningEngine,
  probe: ServerProbe,
  spec: LoadSpec,
  signal: AbortSignal,
): Promise<MeasuredPoint> {
  return measureLoadPoint({
    endpoint: running.endpoint,
    spec,
    probe,
    clock: work.clock,
    signal,
    progress: work.progressFor(`${spec.scenario} c${spec.concurrency} (${session.side})`),
  })
}

/** The numbers stand without it: a full disk costs the raw record of a point, not the point. */
async function keepRawRecords(
  work: CellWork,
  { pair, side }: PlannedSession,
  point: LoadPoint,
  records: MeasuredPoint['records'],
): Promise<void> {
  const name = `requests/${point.scenario}-c${point.concurrency}-pair${pair}-${side}.jsonl`
  try {
    await writeRawRecords(join(work.directory, name), records, { append: false })
    work.draft.keepRawRecord(point, name)
  } catch (error) {
    work.draft.remark(`the raw record ${name} was not kept: ${(error as Error).message}`)
  }
}

function refuseDeadPoint(point: LoadPoint, side: PlannedSession['side']): void {
  if (point.succeeded > 0) return
  const failures = Object.entries(point.failed).map(([error, count]) => `${count} × ${error}`)
  throw new CellStopped({
    state: 'broken',
    stage: 'performance',
    side,
    message: `no request of ${point.scenario} at concurrency ${point.concurrency} succeeded (${failures.join(', ')})`,
  })
}
