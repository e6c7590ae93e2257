import type { NetworkSettings } from '../../../../engine/http/connection.ts'
import { ownEntry } from '../../../../engine/own-program.ts'
import type { ClientObservation } from '../../validity/observation.ts'
import type { RunLoadOptions } from '../executor.ts'
import { type LiveSnapshot, LiveStatistics, mergeSnapshots } from '../live-statistics.ts'
import { LoadInterrupted, type LoadRun } from '../run.ts'
import { mergeRuns } from './merge.ts'
import { threadsClock } from './messages.ts'
import { Shard } from './shard.ts'
import { splitLoad } from './split.ts'

export interface RunShardedOptions
  extends Pick<
    RunLoadOptions,
    | 'arrival'
    | 'sessions'
    | 'warmup'
    | 'keepAlive'
    | 'seed'
    | 'requestTimeoutMs'
    | 'signal'
    | 'progress'
    | 'onLive'
    | 'onWindow'
  > {
  /** Of the server: every thread makes its own connections. */
  url: string
  network: NetworkSettings | null
  /** Fewer are used where there are fewer connections or sessions. */
  threads: number
  /** Once all threads are warm, before any starts. */
  onWarm?: () => Promise<void>
  /** The entry of a thread; that of this program when absent. */
  script?: string
}

export interface ShardedRun {
  run: LoadRun
  /** One for each thread, as each saw itself. */
  observations: ClientObservation[]
  /** When the clock of the load started, on the clock of all threads. */
  originMs: number
}

/** By then every thread has got its message and waits for the moment. */
const START_AHEAD_MS = 50
const TELL_EVERY_MS = 250

/**
 * The same as `runLoad` on several threads, from one origin: for loads that one thread cannot stamp in time. Throws as
 * that does, and an error when a thread ends before its load.
 */
export async function runSharded(options: RunShardedOptions): Promise<ShardedRun> {
  const { signal, sessions, url, network, keepAlive, requestTimeoutMs, progress, onLive, onWindow } = options
  signal.throwIfAborted()
  const loads = splitLoad(options, options.seed, options.threads)
  const live: LiveSnapshot[] = loads.map((load) =>
    idle(load.sessions.reduce((sum, one) => sum + one.requests.length, 0)),
  )
  const script = options.script ?? ownEntry('load-worker')
  const shards = loads.map(
    (load, index) =>
      new Shard(script, { load, url, network, keepAlive, requestTimeoutMs }, (snapshot) => {
        live[index] = snapshot
      }),
  )
  const stop = () => {
    for (const shard of shards) shard.stop(reasonText(signal.reason))
  }
  signal.addEventListener('abort', stop)
  const tell = () => {
    const snapshot = mergeSnapshots(live)
    if (snapshot.done > 0) progress.step('requests', snapshot.done, snapshot.planned)
    onLive?.(snapshot)
  }
  let telling: NodeJS.Timeout | undefined
  try {
    await Promise.all(shards.map((shard) => shard.warm))
    await options.onWarm?.()
    signal.throwIfAborted()
    onWindow?.('opens')
    const atMs = threadsClock.monotonicMs() + START_AHEAD_MS
    for (const shard of shards) shard.start(atMs)
    telling = setInterval(tell, TELL_EVERY_MS)
    const results = await Promise.all(shards.map((shard) => shard.ended))
    onWindow?.('closes')
    tell()
    const run = mergeRuns(
      results.map((result) => result.run),
      sessions,
    )
    if (signal.aborted) throw new LoadInterrupted(signal.reason, run)
    const observations = results.flatMap(({ observation }) => (observation === null ? [] : [observation]))
    return { run, observations, originMs: atMs }
  } catch (error) {
    // Before the start, and where a thread did not stop in time, its own words are not the reason.
    if (signal.aborted && !(error instanceof LoadInterrupted)) throw signal.reason
    throw error
  } finally {
    clearInterval(telling)
    signal.removeEventListener('abort', stop)
    await Promise.all(shards.map((shard) => shard.terminate()))
  }
}

function idle(planned: number): LiveSnapshot {
  return new LiveStatistics(planned).snapshot(0)
}

function reasonText(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason)
}
