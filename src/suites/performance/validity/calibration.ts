import { performance } from 'node:perf_hooks'
import { postRequest, requestTarget } from '../../../engine/http/request-bytes.ts'
import { TimedConnection } from '../../../engine/http/timed-connection.ts'
import type { Clock } from '../../../ports.ts'
import { nearestRank } from '../metrics/percentile.ts'
import type { RequestRecord } from '../record.ts'
import { RequestAborted, timedRequest } from '../timed-request.ts'
import { CALIBRATION_WORKER_SOURCE, type CalibrationPlay } from './calibration-worker.ts'
import { clockOffsetMs } from './clock-offset.ts'
import { kernelCounter } from './kernel-counts.ts'
import { startLoopbackWorker } from './worker.ts'

export interface CalibrationOptions {
  /** Open at once. */
  streams: number
  /** Expected of all streams together. */
  eventsPerSecond: number
  clock: Clock
  signal: AbortSignal
}

export interface Calibrated {
  state: 'calibrated'
  streams: number
  /** Events that were compared, and the rate at which they came. */
  events: number
  eventsPerSecond: number
  /** Client stamp less send stamp. */
  errorP50Ms: number
  errorP99Ms: number
  cpuMicrosecondsPerEvent: number
  /** What one thread takes when it does nothing else: the inverse. */
  capacityEventsPerSecond: number
}

export type Calibration = Calibrated | { state: 'failed'; reason: string }

const WARMUP_MS = 300
const MEASURED_MS = 1000
/** What one thread surely plays; above it shards are needed in any case, and each of them carries less. */
const MAX_EVENTS_PER_SECOND = 30_000
/** Two sockets each, and a limit of 1024 descriptors, or of 4096 when Node could raise it. */
const MAX_STREAMS = 1000
const TIMEOUT_MS = 15_000
const PATH = '/v1/chat/completions'

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n'
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
const delta = {
  id: 'chatcmpl-calibration',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'calibration',
  choices: [{ index: 0, delta: { content: ' word' }, logprobs: null, finish_reason: null }],
}
const EVENT = chunk(`data: ${JSON.stringify(delta)}\n\n`)
const END = `${chunk('data: [DONE]\n\n')}0\r\n\r\n`

/**
 * The timed client, for about a second, against a server in another thread that notes when it sent each event: how late
 * this client stamps on this machine at this rate, and what an event costs it. Throws the signal's reason when aborted.
 */
export async function calibrateClient({ clock, signal, ...asked }: CalibrationOptions): Promise<Calibration> {
  signal.throwIfAborted()
  const streams = Math.max(1, Math.min(MAX_STREAMS, Math.round(asked.streams)))
  const perStream = Math.max(1, Math.min(MAX_EVENTS_PER_SECOND, asked.eventsPerSecond)) / streams
  const events = Math.max(2, Math.ceil((perStream * MEASURED_MS) / 1000))
  const warmupEvents = Math.max(1, Math.ceil((perStream * WARMUP_MS) / 1000))
  // Few events a second and stream come closer together, so that it does not take longer.
  const everyMs = MEASURED_MS / events
  const maxEvents = Math.max(events, warmupEvents)
  const stamps = new SharedArrayBuffer(streams * maxEvents * Float64Array.BYTES_PER_ELEMENT)
  const play: CalibrationPlay = { streams, everyMs, head: HEAD, event: EVENT, end: END, stamps, maxEvents }
  const started = await startLoopbackWorker(CALIBRATION_WORKER_SOURCE, play)
  if (typeof started === 'string') return { state: 'failed', reason: started }
  const target = requestTarget(`http://127.0.0.1:${started.port}`)
  const connections = Array.from({ length: streams }, () => new TimedConnection(target, clock, true))
  const stop = () => {
    for (const connection of connections) connection.abort()
  }
  signal.addEventListener('abort', stop, { once: true })
  const round = (count: number) =>
    Promise.all(connections.map((connection, row) => playedRequest(connection, row, count, clock)))
  try {
    for (const connection of connections) {
      const reason = await connection.connect(TIMEOUT_MS)
      signal.throwIfAborted()
      if (reason !== null) return { state: 'failed', reason }
    }
    await round(warmupEvents)
    const cpu = threadTimer()
    const records = await round(events)
    const cpuMs = cpu()
    signal.throwIfAborted()
    const failed = records.find(({ outcome }) => outcome.state === 'failed')?.outcome
    if (failed?.state === 'failed') return { state: 'failed', reason: failed.detail }
    return calibrated(records, new Float64Array(stamps), maxEvents, clockOffsetMs(clock), cpuMs)
  } catch (error) {
    if (error instanceof RequestAborted) signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
    await started.worker.terminate()
  }
}

function playedRequest(connection: TimedConnection, row: number, events: number, clock: Clock): Promise<RequestRecord> {
  const headers = { 'x-request-id': `${row}`, 'x-events': `${events}` }
  const bytes = postRequest(requestTarget('http://127.0.0.1'), PATH, headers, '{}')
  return timedRequest({
    connection,
    request: { id: `${row}`, path: PATH, headers, body: bytes.subarray(bytes.length - 2), bytes },
    session: row,
    turn: 0,
    asked: { inputTokens: null, outputTokens: events, cachedTokens: 0 },
    clock,
    originMs: 0,
    intendedMs: clock.monotonicMs(),
    timeoutMs: TIMEOUT_MS,
    maxEvents: 2 * events + 8,
  })
}

function calibrated(
  records: readonly RequestRecord[],
  stamps: Float64Array,
  maxEvents: number,
  offsetMs: number,
  cpuMs: number,
): Calibration {
  const errorsMs: number[] = []
  let firstMs = Number.POSITIVE_INFINITY
  let lastMs = 0
  for (const [row, { events }] of records.entries()) {
    let index = 0
    for (let at = 0; at < events.length; at++) {
      if (events.classAt(at) !== 'answer') continue
      const sentMs = stamps[row * maxEvents + index++]!
      errorsMs.push(Math.max(0, events.atMs(at) - offsetMs - sentMs))
      firstMs = Math.min(firstMs, sentMs)
      lastMs = Math.max(lastMs, sentMs)
    }
  }
  const errorP50Ms = nearestRank(errorsMs, 50)
  const errorP99Ms = nearestRank(errorsMs, 99)
  if (errorP50Ms === null || errorP99Ms === null || cpuMs <= 0) return { state: 'failed', reason: 'no event came' }
  return {
    state: 'calibrated',
    streams: records.length,
    events: errorsMs.length,
    eventsPerSecond: lastMs > firstMs ? (1000 * errorsMs.length) / (lastMs - firstMs) : errorsMs.length,
    errorP50Ms,
    errorP99Ms,
    cpuMicrosecondsPerEvent: (1000 * cpuMs) / errorsMs.length,
    capacityEventsPerSecond: (1000 * errorsMs.length) / cpuMs,
  }
}

/** Milliseconds of processor time of this thread from now on; where the system does not tell, of its event loop. */
function threadTimer(): () => number {
  const counts = kernelCounter()
  const before = counts().scheduler
  const loopBefore = performance.eventLoopUtilization()
  return () => {
    const after = counts().scheduler
    if (before && after && after.ranNs > before.ranNs) return (after.ranNs - before.ranNs) / 1e6
    return performance.eventLoopUtilization(loopBefore).active
  }
}
