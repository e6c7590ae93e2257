import type { TimedConnection } from '../../engine/http/timed-connection.ts'
import type { Clock } from '../../ports.ts'
import type { RequestRecord } from './record.ts'
import type { PreparedRequest } from './request-body.ts'
import { StreamRecorder } from './stream-recorder.ts'

/** Thrown when a request was stopped from our side: it has no outcome to record. */
export class RequestAborted extends Error {
  override readonly name = 'RequestAborted'
}

export interface TimedRequestOptions {
  connection: TimedConnection
  request: PreparedRequest
  clock: Clock
  /** All times of the record are relative to this. */
  originMs: number
  /** When it should have been sent, on the clock. */
  intendedMs: number
  /** For connecting, if need be, and for the answer, each. */
  timeoutMs: number
  maxEvents: number
}

/** Sends one request, connecting first where the server has closed the connection. Never retries. */
export async function timedRequest(options: TimedRequestOptions): Promise<RequestRecord> {
  const { connection, request, clock, originMs } = options
  const intendedMs = options.intendedMs - originMs
  if (!connection.usable) {
    const reason = await connection.connect(options.timeoutMs)
    if (reason !== null) return neverSent(request.id, intendedMs, clock.monotonicMs() - originMs, reason)
  }
  const recorder = new StreamRecorder(originMs, options.maxEvents)
  const dequeuedMs = clock.monotonicMs() - originMs
  const result = await connection.exchange(request.bytes, recorder, options.timeoutMs)
  const facts = recorder.facts()
  const outcome = recorder.outcome(result.end, facts)
  if (outcome.state === 'aborted') throw new RequestAborted('the request was stopped')
  return {
    id: request.id,
    intendedMs,
    dequeuedMs,
    writtenMs: result.writtenMs === null ? dequeuedMs : result.writtenMs - originMs,
    firstByteMs: result.firstByteMs === null ? null : result.firstByteMs - originMs,
    endMs: result.endMs - originMs,
    events: recorder.events,
    promptTokens: facts.promptTokens,
    completionTokens: facts.completionTokens,
    cachedTokens: facts.cachedTokens,
    finishReason: facts.finishReason,
    outcome,
  }
}

function neverSent(id: string, intendedMs: number, atMs: number, detail: string): RequestRecord {
  return {
    id,
    intendedMs,
    dequeuedMs: atMs,
    writtenMs: atMs,
    firstByteMs: null,
    endMs: atMs,
    events: [],
    promptTokens: null,
    completionTokens: null,
    cachedTokens: null,
    finishReason: null,
    outcome: { state: 'failed', error: 'connect', detail },
  }
}
