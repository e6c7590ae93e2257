import type { Transport } from '../../../engine/http/connection.ts'
import type { Arrival } from '../../../plan/load.ts'
import type { Clock, Progress } from '../../../ports.ts'
import type { PlannedRequest, PlannedSession } from '../workload/planned.ts'
import { sessionTimes } from './arrivals.ts'
import { ClosedLoop } from './closed-loop.ts'
import type { LiveSnapshot } from './live-statistics.ts'
import type { LoadShape } from './load-shape.ts'
import { Pacer } from './pacer.ts'
import { Phase } from './phase.ts'
import { LoadInterrupted, type LoadRun } from './run.ts'
import { TimedLoad } from './timed-load.ts'

export { LoadInterrupted }

export interface RunLoadOptions {
  transport: Transport
  arrival: Arrival
  /** Everything that is sent while the clock runs, ready to be written. */
  sessions: readonly PlannedSession[]
  /** Sent before the clock starts, over the same connections; none of it is recorded. */
  warmup: readonly PlannedRequest[]
  /** The server keeps connections open; otherwise each request gets a new one, made before its clock starts. */
  keepAlive: boolean
  /** Of the arrival times. */
  seed: number
  /** For connecting and for an answer, each. */
  requestTimeoutMs: number
  clock: Clock
  signal: AbortSignal
  progress: Progress
  /** About four times a second, from a timer, and once at the end. */
  onLive?: (snapshot: LiveSnapshot) => void
  /** Around what is measured and nothing else, for who watches the client. */
  onWindow?: (edge: 'opens' | 'closes') => void
  /** Asked once the warm-up has ended: when the clock shall start, on the clock. At once when absent. */
  startAt?: () => Promise<number>
  /** Only for who wants to know how long it turned. */
  pacer?: Pacer
}

const SAMPLE_EVERY_MS = 100
/** Drawing takes time on the thread that stamps. */
const TELL_EVERY_MS = 250

/**
 * One load point: connects, warms up, then sends every session as its arrival says. Each request is sent once. Requests
 * that fail have records; requests that were never begun, because the server hung, have none. Throws the signal's reason
 * when aborted before the clock starts, then {@link LoadInterrupted} with what there is.
 */
export async function runLoad(options: RunLoadOptions): Promise<LoadRun> {
  const { clock, signal, requestTimeoutMs } = options
  signal.throwIfAborted()
  const pacer = options.pacer ?? new Pacer(clock)
  const shape = loadShape(options, pacer)
  const stop = () => shape.close()
  signal.addEventListener('abort', stop)
  try {
    await shape.connect(requestTimeoutMs)
    if (options.warmup.length > 0) {
      const sessions = options.warmup.map((request) => ({ atMs: null, requests: [request] }))
      const phase = new Phase({ sessions, clock, originMs: clock.monotonicMs(), requestTimeoutMs, signal })
      await watched(phase, 'warm-up', options, () => shape.warm(phase))
      await shape.connect(requestTimeoutMs)
    }
    signal.throwIfAborted()
    return await measured(options, shape, pacer)
  } finally {
    signal.removeEventListener('abort', stop)
    shape.close()
  }
}

async function measured(options: RunLoadOptions, shape: LoadShape, pacer: Pacer): Promise<LoadRun> {
  const { sessions, clock, signal, requestTimeoutMs, keepAlive, onWindow, onLive } = options
  const startMs = await options.startAt?.()
  onWindow?.('opens')
  if (startMs !== undefined) await pacer.wait(startMs, signal)
  const originMs = startMs ?? clock.monotonicMs()
  const phase = new Phase({ sessions, clock, originMs, requestTimeoutMs, signal })
  const inFlight: { atMs: number; requests: number }[] = []
  const sampling = setInterval(() => {
    inFlight.push({ atMs: clock.monotonicMs() - originMs, requests: phase.live.running })
  }, SAMPLE_EVERY_MS)
  try {
    await watched(phase, 'requests', options, () => shape.run(phase), onLive)
  } finally {
    clearInterval(sampling)
    onWindow?.('closes')
  }
  const records = phase.records()
  const durationMs = records.reduce((last, record) => Math.max(last, record.endMs), 0)
  const run: LoadRun = { records, planned: phase.planned, durationMs, inFlight, keepAlive }
  if (signal.aborted) throw new LoadInterrupted(signal.reason, run)
  return run
}

/** Tells a person how the phase stands while the work goes on. */
async function watched(
  phase: Phase,
  label: string,
  { clock, progress }: Pick<RunLoadOptions, 'clock' | 'progress'>,
  work: () => Promise<void>,
  onLive?: (snapshot: LiveSnapshot) => void,
): Promise<void> {
  const tell = () => {
    const snapshot = phase.live.snapshot(clock.monotonicMs() - phase.originMs)
    if (snapshot.done > 0) progress.step(label, snapshot.done, snapshot.planned)
    onLive?.(snapshot)
  }
  const telling = setInterval(tell, TELL_EVERY_MS)
  try {
    await work()
  } finally {
    clearInterval(telling)
    phase.halt()
    tell()
  }
}

function loadShape(options: RunLoadOptions, pacer: Pacer): LoadShape {
  const { transport, arrival, sessions, keepAlive, seed, requestTimeoutMs, clock } = options
  if (arrival.kind === 'closed') return new ClosedLoop(transport, keepAlive, arrival.concurrency)
  const times = sessionTimes(arrival, sessions, seed)
  const { maxConcurrency } = arrival
  return new TimedLoad({ transport, keepAlive, maxConcurrency, times, requestTimeoutMs, clock, pacer })
}
