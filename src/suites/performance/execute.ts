import type { Endpoint } from '../../engine/endpoint.ts'
import type { Transport } from '../../engine/http/connection.ts'
import type { Clock, Progress } from '../../ports.ts'
import { runLoad } from './load/executor.ts'
import { describeLive } from './load/live-statistics.ts'
import { Pacer } from './load/pacer.ts'
import { LoadInterrupted, type LoadRun } from './load/run.ts'
import { runSharded } from './load/shards/sharded.ts'
import type { Load } from './load/shards/split.ts'
import { MAX_STAMP_ERROR_P99_MS } from './validity/client-faults.ts'
import { mergeObservations } from './validity/merge-observations.ts'
import type { ClientObservation } from './validity/observation.ts'
import type { ReferenceStream } from './validity/reference-stream.ts'
import { watchClient } from './validity/watch.ts'

export interface ExecuteOptions extends Load {
  endpoint: Endpoint
  transport: Transport
  threads: number
  /** Runs beside the load of this thread; null where there is none. Threads of their own have their own. */
  reference: ReferenceStream | null
  keepAlive: boolean
  seed: number
  requestTimeoutMs: number
  clock: Clock
  signal: AbortSignal
  progress: Progress
  /** After the warm-up and before the clock starts. */
  onWarm: () => Promise<void>
}

export interface Executed {
  run: LoadRun
  /** Null when the load was stopped before anything was seen. */
  observation: ClientObservation | null
  originMs: number
  interrupted: boolean
}

/** The clock starts a moment after everybody is told so. */
const START_AFTER_MS = 2

/** Runs a load in this thread, watched, or in several that watch themselves. */
export async function executeLoad(options: ExecuteOptions): Promise<Executed> {
  return options.threads > 1 ? await inThreads(options) : await inThisThread(options)
}

async function inThisThread(options: ExecuteOptions): Promise<Executed> {
  const { clock, progress, reference } = options
  const pacer = new Pacer(clock)
  let watch: { stop(): ClientObservation } | null = null
  let observation: ClientObservation | null = null
  let originMs = 0
  const finished = (run: LoadRun, interrupted: boolean) => ({ run, observation, originMs, interrupted })
  try {
    const run = await runLoad({
      ...options,
      pacer,
      progress: warmupOnly(progress),
      onLive: (live) => progress.step('requests', live.done, live.planned, describeLive(live)),
      onWindow: (edge) => {
        if (edge === 'opens') watch = watchClient({ reference, spunMs: () => pacer.spunMs })
        else observation = watch?.stop() ?? null
      },
      startAt: async () => {
        await options.onWarm()
        originMs = clock.monotonicMs() + START_AFTER_MS
        return originMs
      },
    })
    return finished(run, false)
  } catch (error) {
    if (error instanceof LoadInterrupted) return finished(error.run, true)
    throw error
  }
}

async function inThreads(options: ExecuteOptions): Promise<Executed> {
  const { endpoint, progress } = options
  try {
    const { run, observations, originMs } = await runSharded({
      ...options,
      url: endpoint.url,
      network: endpoint.network ?? null,
      progress: warmupOnly(progress),
      onLive: (live) => progress.step('requests', live.done, live.planned, describeLive(live)),
    })
    const [first, ...others] = observations
    const observation = first === undefined ? null : mergeObservations([first, ...others], MAX_STAMP_ERROR_P99_MS)
    return { run, observation, originMs, interrupted: false }
  } catch (error) {
    if (error instanceof LoadInterrupted) return { run: error.run, observation: null, originMs: 0, interrupted: true }
    throw error
  }
}

/** The measured requests have a line of their own, with more in it. */
function warmupOnly(progress: Progress): Progress {
  return {
    note: progress.note,
    step: (label, done, total) => {
      if (label === 'warm-up') progress.step(label, done, total)
    },
  }
}
