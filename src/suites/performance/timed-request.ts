import { type HttpConnection, type PreparedRequest, ranOutOfTime } from '../../engine/http/connection.ts'
import type { Clock } from '../../ports.ts'
import { EventLog } from './event-log.ts'
import type { RequestRecord } from './record.ts'
import { StreamRecorder } from './stream-recorder.ts'

/** Thrown when a request was stopped from our side: it has no outcome to record. */
export class RequestAborted extends Error {
  override readonly name = 'RequestAborted'
}

export interface TimedRequestOptions {
  connection: HttpConnection
  request: PreparedRequest
  session: number
  turn: number
  asked: RequestRecord['asked']
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
  const reused = connection.usable
  let connectMs = 0
  if (!reused) {
    const dialledMs = clock.monotonicMs()
    const reason = await connection.connect(options.timeoutMs)
    const nowMs = clock.monotonicMs()
    connectMs = nowMs - dialledMs
    if (reason !== null) return neverSent(options, intendedMs, nowMs - originMs, connectMs, reason)
  }
  const recorder = new StreamRecorder(originMs, options.maxEvents, options.asked.outputTokens)
  const dequeuedMs = clock.monotonicMs() - originMs
  const result = await connection.exchange(request, recorder, options.timeoutMs)
  const facts = recorder.facts()
  const outcome = recorder.outcome(result.end, facts)
  if (outcome.state === 'aborted') throw new RequestAborted('the request was stopped')
  return {
    id: request.id,
    session: options.session,
    turn: options.turn,
    intendedMs,
    dequeuedMs,
    reused,
    connectMs,
    asked: options.asked,
    writtenMs: result.writtenMs === null ? dequeuedMs : result.writtenMs - originMs,
    firstByteMs: result.firstByteMs === null ? null : result.firstByteMs - originMs,
    endMs: result.endMs - originMs,
    events: recorder.events,
    promptTokens: facts.promptTokens,
    completionTokens: facts.completionTokens,
    cachedTokens: facts.cachedTokens,
    reasoningTokens: facts.reasoningTokens,
    finishReason: facts.finishReason,
    server: facts.server,
    outcome,
  }
}

function neverSent(
  { request, session, turn, asked }: TimedRequestOptions,
  intendedMs: number,
  atMs: number,
  connectMs: number,
  detail: string,
): RequestRecord {
  return {
    id: request.id,
    session,
    turn,
    intendedMs,
    dequeuedMs: atMs,
    writtenMs: atMs,
    firstByteMs: null,
    endMs: atMs,
    reused: false,
    connectMs,
    asked,
    events: new EventLog(0),
    promptTokens: null,
    completionTokens: null,
    cachedTokens: null,
    reasoningTokens: null,
    finishReason: null,
    server: null,
    outcome: { state: 'failed', error: ranOutOfTime(detail) ? 'timeout' : 'connect', detail },
  }
}
