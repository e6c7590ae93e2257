import { setMaxListeners } from 'node:events'
import type { HttpConnection } from '../../../engine/http/connection.ts'
import type { Clock } from '../../../ports.ts'
import type { RequestRecord } from '../record.ts'
import { RequestAborted, timedRequest } from '../timed-request.ts'
import type { PlannedSession } from '../workload/planned.ts'
import { LiveStatistics } from './live-statistics.ts'

/** A stream that never ends may send this many events for each token asked for, and some more. */
const EVENTS_PER_TOKEN = 4
const SPARE_EVENTS = 1000
/** So many requests in a row that took their whole time, with no answer between them: the server hangs. */
const HANGS_IN_A_ROW = 3

export interface PhaseOptions {
  sessions: readonly PlannedSession[]
  clock: Clock
  /** All times of the records are relative to this. */
  originMs: number
  requestTimeoutMs: number
  signal: AbortSignal
}

/**
 * One run through a list of sessions, warm-up or measured: sends, counts, keeps the records, and halts when the signal
 * aborts, when the server hangs or when something broke.
 */
export class Phase {
  readonly sessions: readonly PlannedSession[]
  readonly clock: Clock
  readonly originMs: number
  readonly requestTimeoutMs: number
  /** Requests in all sessions. */
  readonly planned: number
  readonly live: LiveStatistics
  readonly #signal: AbortSignal
  readonly #halting = new AbortController()
  readonly #firstOfSession: number[] = []
  readonly #records: (RequestRecord | undefined)[]
  #hangsInARow = 0

  constructor({ sessions, clock, originMs, requestTimeoutMs, signal }: PhaseOptions) {
    this.sessions = sessions
    this.clock = clock
    this.originMs = originMs
    this.requestTimeoutMs = requestTimeoutMs
    let planned = 0
    for (const { requests } of sessions) {
      this.#firstOfSession.push(planned)
      planned += requests.length
    }
    this.planned = planned
    this.live = new LiveStatistics(planned)
    this.#records = new Array(planned)
    this.#signal = signal
    // One listener for each user who pauses; Node 20 takes many for a leak.
    setMaxListeners(0, this.halted)
    if (signal.aborted) this.halt()
    else signal.addEventListener('abort', () => this.halt(), { signal: this.halted })
  }

  /** Aborts when nothing more is to be sent, and after the end. What is under way goes on. */
  get halted(): AbortSignal {
    return this.#halting.signal
  }

  halt(): void {
    this.#halting.abort()
  }

  /**
   * Sends one request, at once where the connection is usable: no turn of the event loop lies between the call and the
   * write. Null when it was stopped from our side.
   */
  async send(
    connection: HttpConnection,
    session: number,
    turn: number,
    intendedMs: number,
  ): Promise<RequestRecord | null> {
    const planned = this.sessions[session]!.requests[turn]!
    this.live.begun()
    try {
      const record = await timedRequest({
        connection,
        request: planned.request,
        session: planned.session,
        turn: planned.turn,
        asked: planned.asked,
        clock: this.clock,
        originMs: this.originMs,
        intendedMs,
        timeoutMs: this.requestTimeoutMs,
        maxEvents: planned.asked.outputTokens * EVENTS_PER_TOKEN + SPARE_EVENTS,
      })
      // Connecting ends like this when it is stopped from our side.
      if (this.#signal.aborted && record.outcome.state === 'failed' && record.outcome.error === 'connect')
        throw new RequestAborted('the request was stopped')
      this.#records[this.#firstOfSession[session]! + turn] = record
      this.live.ended(record)
      this.#watchForHangs(record)
      return record
    } catch (error) {
      this.live.stopped()
      this.halt()
      if (error instanceof RequestAborted) return null
      throw error
    }
  }

  /** When the turn after `record` is due, on the clock. */
  dueAfter(record: RequestRecord, session: number, turn: number): number {
    return this.originMs + record.endMs + this.sessions[session]!.requests[turn]!.thinkMs
  }

  /** A server that hangs must not cost one time limit for every request that is left. */
  hung(record: RequestRecord): boolean {
    return record.outcome.state === 'failed' && record.outcome.error === 'timeout'
  }

  /** Of what was begun and ended, in the order planned. */
  records(): RequestRecord[] {
    return this.#records.filter((record) => record !== undefined)
  }

  #watchForHangs(record: RequestRecord): void {
    if (!this.hung(record)) {
      // Only an answer says that the server lives; a refused connection says nothing.
      if (record.firstByteMs !== null) this.#hangsInARow = 0
      return
    }
    if (++this.#hangsInARow >= HANGS_IN_A_ROW) this.halt()
  }
}
