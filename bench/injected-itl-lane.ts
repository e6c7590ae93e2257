import { fork } from 'node:child_process'
import { once } from 'node:events'
import { sessionOrder } from '../src/commands/run/session-order.ts'
import { createTransport } from '../src/engine/http/transport.ts'
import { type SimulatorTiming, withDefaults } from '../src/engine/simulator/options.ts'
import { startSimulator } from '../src/engine/simulator/server.ts'
import { requestTiming, sessionFactor } from '../src/engine/simulator/serving/timing.ts'
import type { Scenario } from '../src/plan/schema.ts'
import { silentProgress } from '../src/ports.ts'
import type { Session } from '../src/record/cell-result.ts'
import { seedOf } from '../src/record/seeded-random.ts'
import type { Side } from '../src/record/words.ts'
import { loadSpecs } from '../src/suites/performance/load-spec.ts'
import { nearestRank } from '../src/suites/performance/metrics/percentile.ts'
import { probeServer, type ServerProbe } from '../src/suites/performance/probe.ts'
import { measureSession } from '../src/suites/performance/session.ts'

/**
 * One lane of `bench/injected-itl.ts`: a process that measures whole repetitions, one after another, as `run` measures a
 * cell, with the simulator in a process of its own.
 */

/** One comparison of base and head to be made. */
export interface Job {
  /** How much longer the head's inter-token latency is: 0.03 is 3 %. */
  shift: number
  /** Among those of the same shift. */
  index: number
  pairs: number
}

/** What a session's TPOT is made of, as logarithms. */
export interface Truth {
  pair: number
  side: Side
  /** The factor that the server start drew for all its times. */
  serverLog: number
  /** The median of the factors that its measured requests drew. */
  requestsLog: number
}

export interface Repetition {
  job: Job
  base: Session[]
  head: Session[]
  truths: Truth[]
}

/** What a lane answers to a {@link Job}. */
export type LaneAnswer = { state: 'measured'; repetition: Repetition } | { state: 'failed'; job: Job; message: string }

/** The scatter of the demo; the rest as the simulator has it by itself. */
export const TIMING: SimulatorTiming = withDefaults({ timing: { ttftMs: 20, itlMs: 10, sessionScatter: 0.005 } }).timing

export const CONCURRENCY = 4
const INPUT_TOKENS = 64
/** Unequal, so that the streams do not all begin and end in the same moment: one hiccup would then be in all of them. */
const OUTPUT_TOKENS = { least: 10, most: 22 }
export const SCENARIO: Scenario = {
  name: 'chat',
  workload: {
    kind: 'single',
    input: { law: 'fixed', tokens: INPUT_TOKENS },
    output: { law: 'uniform', ...OUTPUT_TOKENS },
  },
  arrivals: [{ kind: 'closed', concurrency: CONCURRENCY }],
  requestsPerStream: 2,
  durationSeconds: 1,
  warmupRequests: 1,
  slo: null,
}

/** Fixed before anything was measured. */
const SEED = 20_260_801
const REQUEST_TIMEOUT_MS = 20_000
const SESSION_TIMEOUT_MS = 60_000

const clock = { date: () => new Date().toISOString(), monotonicMs: () => performance.now() }

/** What the server's process is told; it answers with a URL, then with null. */
type ServerOrder = { sessionSeed: number; timing: SimulatorTiming } | 'stop'

/** Each session has a simulator of its own, which knows nothing of the one before. */
function serve(): void {
  let stop = async () => {}
  process.once('disconnect', () => process.exit())
  process.on('message', async (order: ServerOrder) => {
    await stop()
    if (order === 'stop') {
      process.send?.(null)
      return
    }
    const simulator = await startSimulator(order)
    stop = simulator.close
    process.send?.(simulator.url)
  })
}

class SimulatorProcess {
  readonly #child = fork(import.meta.filename, ['serve'])

  async start(sessionSeed: number, timing: SimulatorTiming): Promise<string> {
    return (await this.#order({ sessionSeed, timing })) as string
  }

  async stop(): Promise<void> {
    await this.#order('stop')
  }

  async #order(order: ServerOrder): Promise<string | null> {
    const answer = once(this.#child, 'message', { signal: AbortSignal.timeout(SESSION_TIMEOUT_MS) })
    this.#child.send(order)
    return (await answer)[0]
  }
}

/** Takes jobs until the process that forked it goes away. */
async function lane(): Promise<void> {
  process.once('disconnect', () => process.exit())
  const server = new SimulatorProcess()
  const probe = await probeOnce(server)
  process.on('message', async (job: Job) => {
    const answer = await measureRepetition(server, probe, job).then(
      (repetition): LaneAnswer => ({ state: 'measured', repetition }),
      (error): LaneAnswer => ({ state: 'failed', job, message: String(error) }),
    )
    process.send?.(answer)
  })
  process.send?.('ready')
}

/** What it finds out, which extensions the simulator takes, is the same for all of them. */
async function probeOnce(server: SimulatorProcess): Promise<ServerProbe> {
  const url = await server.start(SEED, TIMING)
  const probe = await probeServer({
    endpoint: { url, model: 'simulated-v4', headers: {} },
    transport: await createTransport(url, null, clock),
    clock,
    signal: AbortSignal.timeout(SESSION_TIMEOUT_MS),
    seed: SEED,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
  })
  await server.stop()
  if (probe.failure !== null) throw new Error(JSON.stringify(probe.failure.outcome))
  return probe
}

async function measureRepetition(server: SimulatorProcess, probe: ServerProbe, job: Job): Promise<Repetition> {
  const seed = seedOf(SEED, `${job.shift}`, job.index)
  const repetition: Repetition = { job, base: [], head: [], truths: [] }
  for (const [order, { pair, side }] of sessionOrder(job.pairs, ['base', 'head'], seed).entries()) {
    const itlMs = side === 'head' ? TIMING.itlMs * (1 + job.shift) : TIMING.itlMs
    const timing = { ...TIMING, itlMs }
    const sessionSeed = seedOf(seed, 'injected', pair, side)
    const url = await server.start(sessionSeed, timing)
    const session: Session = { pair, order, startedAt: clock.date(), readyMs: 0, points: [] }
    await measureOne(url, probe, seedOf(seed, SCENARIO.name, pair, 0), session)
    await server.stop()
    repetition[side].push(session)
    repetition.truths.push({ pair, side, ...truthOf(timing, sessionSeed) })
  }
  return repetition
}

/** The simulator's tokenizer is the same at every start. */
const memory = { costs: null }

async function measureOne(url: string, probe: ServerProbe, seed: number, session: Session): Promise<void> {
  await measureSession({
    endpoint: { url, model: 'simulated-v4', headers: {} },
    transport: await createTransport(url, null, clock),
    probe,
    tokenizerFile: null,
    memory,
    metricsUrl: null,
    threads: 1,
    hostShare: null,
    clock,
    signal: AbortSignal.timeout(SESSION_TIMEOUT_MS),
    specs: loadSpecs(SCENARIO, { seed, requestTimeoutMs: REQUEST_TIMEOUT_MS, devices: 1 }),
    repeatFirst: true,
    progressFor: () => silentProgress,
    keep: async ({ point }) => {
      session.points.push(point)
    },
  })
}

/** The simulator numbers its sequences from 1; those of the warm-up, one a connection, come first. */
function truthOf(timing: SimulatorTiming, sessionSeed: number): Pick<Truth, 'serverLog' | 'requestsLog'> {
  const serverLog = Math.log(sessionFactor(timing, sessionSeed))
  const itls = Array.from(
    { length: SCENARIO.requestsPerStream * CONCURRENCY },
    (_, index) => requestTiming(timing, sessionSeed, CONCURRENCY + index + 1, INPUT_TOKENS).itlMs,
  )
  return { serverLog, requestsLog: Math.log(nearestRank(itls, 50)! / timing.itlMs) - serverLog }
}

if (process.argv[1] === import.meta.filename) {
  if (process.argv[2] === 'serve') serve()
  else await lane()
}
