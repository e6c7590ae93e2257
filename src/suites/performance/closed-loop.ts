import type { Endpoint } from '../../engine/endpoint.ts'
import { requestTarget } from '../../engine/http/request-bytes.ts'
import { TimedConnection } from '../../engine/http/timed-connection.ts'
import type { Clock, Progress } from '../../ports.ts'
import type { ClientHealth } from './client-health.ts'
import type { LoadSpec, RequestRecord } from './record.ts'
import type { PreparedRequest } from './request-body.ts'
import { RequestAborted, timedRequest } from './timed-request.ts'
import { watchClient } from './watch-client.ts'

/** Every request of a load point, ready to be written: nothing is built while the clock runs. */
export interface PreparedLoad {
  warmup: readonly PreparedRequest[]
  measured: readonly PreparedRequest[]
  /** The server keeps connections open; otherwise each request gets a new one, made before its clock starts. */
  keepAlive: boolean
}

export interface LoadPointOptions {
  endpoint: Endpoint
  spec: LoadSpec
  load: PreparedLoad
  clock: Clock
  signal: AbortSignal
  progress: Progress
}

export interface LoadRun {
  /** One for each measured request, in the order planned. */
  records: RequestRecord[]
  /** From the start of the measured requests to the end of the last of them. */
  durationMs: number
  health: ClientHealth
}

const PROGRESS_EVERY_MS = 250
/** A stream that never ends may send this many events for each token asked for, and some more. */
const EVENTS_PER_TOKEN = 4
const SPARE_EVENTS = 1000

/**
 * Closed loop: `concurrency` connections, each sending its next request when the last answer has ended, over a shared
 * queue. Warm-up first, over the same connections and at the same concurrency; all of it ends before the clock starts.
 * Throws the signal's reason when aborted.
 */
export async function runLoadPoint(options: LoadPointOptions): Promise<LoadRun> {
  const { endpoint, spec, load, clock, signal } = options
  signal.throwIfAborted()
  const target = requestTarget(endpoint.url)
  const connections = Array.from({ length: spec.concurrency }, () => new TimedConnection(target, clock, load.keepAlive))
  const stop = () => {
    for (const connection of connections) connection.abort()
  }
  signal.addEventListener('abort', stop)
  try {
    await phase('warm-up', load.warmup, connections, options, clock.monotonicMs())
    // Connecting is not part of any answer. A connection that fails here is tried again, and recorded, by its request.
    await Promise.all(connections.map((connection) => connection.connect(spec.requestTimeoutMs)))
    signal.throwIfAborted()
    const endWatch = watchClient()
    const originMs = clock.monotonicMs()
    const records = await phase('requests', load.measured, connections, options, originMs)
    const health = endWatch()
    signal.throwIfAborted()
    const durationMs = records.reduce((last, record) => Math.max(last, record.endMs), 0)
    return { records, durationMs, health }
  } catch (error) {
    if (error instanceof RequestAborted) signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
  }
}

async function phase(
  label: string,
  requests: readonly PreparedRequest[],
  connections: readonly TimedConnection[],
  { spec, clock, signal, progress }: LoadPointOptions,
  originMs: number,
): Promise<RequestRecord[]> {
  const records = new Array<RequestRecord | undefined>(requests.length)
  const maxEvents = spec.outputTokens * EVENTS_PER_TOKEN + SPARE_EVENTS
  let next = 0
  let done = 0
  let saidMs = originMs
  const stream = async (connection: TimedConnection) => {
    while (next < requests.length) {
      signal.throwIfAborted()
      const index = next++
      const request = requests[index]!
      // In a closed loop a request is due when its connection has become free.
      const intendedMs = clock.monotonicMs()
      const timeoutMs = spec.requestTimeoutMs
      const record = await timedRequest({ connection, request, clock, originMs, intendedMs, timeoutMs, maxEvents })
      records[index] = record
      done++
      // A server that hangs must not cost one time limit for every request that is left.
      if (record.outcome.state === 'failed' && record.outcome.error === 'timeout') return
      // Drawing takes time on the thread that stamps.
      if (done === requests.length || clock.monotonicMs() - saidMs < PROGRESS_EVERY_MS) continue
      saidMs = clock.monotonicMs()
      progress.step(label, done, requests.length)
    }
  }
  await Promise.all(connections.map(stream))
  if (done > 0) progress.step(label, done, requests.length)
  return records.filter((record) => record !== undefined)
}
