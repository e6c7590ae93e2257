import { join } from 'node:path'
import { createTransport } from '../../engine/http/transport.ts'
import type { Scenario } from '../../plan/schema.ts'
import type { LoadPoint, Session } from '../../record/cell-result.ts'
import { seedOf } from '../../record/seeded-random.ts'
import { type LoadSpec, loadSpecs } from '../../suites/performance/load-spec.ts'
import { failedProbePoint, type MeasuredPoint } from '../../suites/performance/measure.ts'
import { probeServer } from '../../suites/performance/probe.ts'
import { writeRawRecords } from '../../suites/performance/raw-record-file.ts'
import { measureSession } from '../../suites/performance/session.ts'
import type { WordCostMemory } from '../../suites/performance/workload/word-costs.ts'
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
  // Either side may bring a tokenizer of its own.
  const memories = { base: { costs: null }, head: { costs: null } }
  for (const [position, session] of order.entries()) {
    work.signal.throwIfAborted()
    work.progressFor('performance').step(`session ${session.pair + 1} ${session.side}`, position, order.length)
    await measureOne(work, session, position, suite.scenarios, memories[session.side])
  }
}

async function measureOne(
  work: CellWork,
  planned: PlannedSession,
  order: number,
  scenarios: readonly Scenario[],
  memory: WordCostMemory,
): Promise<void> {
  const { pair, side } = planned
  const { clock, draft, plan } = work
  const start = work.engineStart(side, seedOf(plan.seed, work.cell.id, pair, side))
  const session: Session = { pair, order, startedAt: clock.date(), readyMs: 0, points: [] }
  await withEngine(work.cell.engine, start, draft, 'performance', async ({ endpoint, readyMs }, signal) => {
    session.readyMs = readyMs
    const transport = await createTransport(endpoint.url, endpoint.network ?? null, clock)
    const specs = pointSpecs(scenarios, work, pair)
    const { seed } = plan
    const probe = await probeServer({ endpoint, transport, clock, signal, seed, requestTimeoutMs: PROBE_TIMEOUT_MS })
    for (const remark of probe.remarks) draft.remark(remark)
    const keep = async (measured: MeasuredPoint) => {
      // A server that died under the point makes its numbers meaningless; the points before it stand.
      if (signal.aborted && !work.signal.aborted) return
      draft.keepPoint(side, session, measured.point)
      if (work.signal.aborted) return
      await keepRawRecords(work, planned, measured)
      refuseDeadPoint(measured.point, side)
    }
    if (probe.failure !== null) {
      await keep(failedProbePoint(specs[0]!, probe.failure))
      return
    }
    const drift = await measureSession({
      ...{ endpoint, transport, probe, clock, signal, specs, keep },
      tokenizerFile: null,
      memory,
      metricsUrl: null,
      threads: 1,
      hostShare: null,
      repeatFirst: true,
      progressFor: ({ scenario, load }, repetition) =>
        work.progressFor(`${scenario} ${load}${repetition === 1 ? '' : ' again'} (${side})`),
    })
    if (drift !== null) for (const point of session.points) draft.voidPoint(point, drift)
  })
}

/** The load levels of all scenarios in their declared order. Both sides of a pair send the same bytes; pairs differ. */
function pointSpecs(scenarios: readonly Scenario[], { plan, cell }: CellWork, pair: number): LoadSpec[] {
  const { devices } = cell.target
  return scenarios.flatMap((scenario) =>
    scenario.arrivals.flatMap((arrival, level) => {
      const seed = seedOf(plan.seed, scenario.name, pair, level)
      return loadSpecs({ ...scenario, arrivals: [arrival] }, { seed, requestTimeoutMs: REQUEST_TIMEOUT_MS, devices })
    }),
  )
}

/** The numbers stand without it: a full disk costs the raw record of a point, not the point. */
async function keepRawRecords(
  work: CellWork,
  { pair, side }: PlannedSession,
  { point, run, header }: MeasuredPoint,
): Promise<void> {
  const { scenario, load, repetition } = point
  const level = `${load}${repetition === 1 ? '' : '-again'}`.replace(/[^\w.-]+/g, '-')
  const name = `requests/${scenario}-${level}-pair${pair}-${side}.jsonl`
  try {
    await writeRawRecords(join(work.directory, name), header, run.records, { append: false })
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
    message: `no request of ${point.scenario} at ${point.load} succeeded (${failures.join(', ')})`,
  })
}
