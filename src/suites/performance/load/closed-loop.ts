import { mapBounded } from '../../../bounded.ts'
import { type HttpConnection, ranOutOfTime, type Transport } from '../../../engine/http/connection.ts'
import { CONNECTING_AT_ONCE, type LoadShape } from './load-shape.ts'
import { restUntil } from './pacer.ts'
import type { Phase } from './phase.ts'

/** Servers close a connection that nobody uses, the commonest after 5 s: a longer pause ends with a new one. */
const LONGEST_IDLE_MS = 3000
/** A connection that a pause needs is made so long before its end. */
const CONNECT_AHEAD_MS = 100

/**
 * Closed loop: so many connections, each sending its next session when the last one has ended, over a shared queue. The
 * turns of a session follow each other on one connection.
 */
export class ClosedLoop implements LoadShape {
  readonly #transport: Transport
  readonly #keepAlive: boolean
  readonly #connections: HttpConnection[]
  #closed = false

  constructor(transport: Transport, keepAlive: boolean, concurrency: number) {
    this.#transport = transport
    this.#keepAlive = keepAlive
    this.#connections = Array.from({ length: concurrency }, () => transport.open(keepAlive))
  }

  async connect(timeoutMs: number): Promise<void> {
    let late = false
    await mapBounded(this.#connections, CONNECTING_AT_ONCE, async (connection) => {
      if (this.#closed || late) return
      const reason = await connection.connect(timeoutMs)
      // One time limit is enough to know that the server does not accept.
      if (reason !== null && ranOutOfTime(reason)) late = true
    })
  }

  /** At the same concurrency as what is measured. */
  warm(phase: Phase): Promise<void> {
    return this.run(phase)
  }

  async run(phase: Phase): Promise<void> {
    let next = 0
    const stream = async (slot: number) => {
      // The first requests are due together, at the origin; each later one when its connection has become free.
      let dueMs = phase.originMs
      while (next < phase.sessions.length && !phase.halted.aborted) {
        const endMs = await this.#session(phase, next++, slot, dueMs)
        if (endMs === null) return
        dueMs = endMs
      }
    }
    // Each stream writes its first request before the next one starts: they leave in one sweep.
    await Promise.all(this.#connections.map((_, slot) => stream(slot)))
  }

  close(): void {
    this.#closed = true
    for (const connection of this.#connections) connection.abort()
  }

  /** When its last answer ended, on the clock; null when this stream should send no more. */
  async #session(phase: Phase, session: number, slot: number, startMs: number): Promise<number | null> {
    let dueMs = startMs
    let endMs = startMs
    for (let turn = 0; turn < phase.sessions[session]!.requests.length; turn++) {
      if (turn > 0) await this.#pause(phase, slot, endMs, dueMs)
      if (phase.halted.aborted) return null
      const record = await phase.send(this.#connections[slot]!, session, turn, dueMs)
      if (record === null || phase.hung(record)) return null
      endMs = phase.originMs + record.endMs
      if (turn + 1 < phase.sessions[session]!.requests.length) dueMs = phase.dueAfter(record, session, turn + 1)
    }
    return endMs
  }

  /** The pause of a user, at whose end there is a connection that the server has not just closed. */
  async #pause(phase: Phase, slot: number, fromMs: number, untilMs: number): Promise<void> {
    const { clock, halted, requestTimeoutMs } = phase
    if (untilMs - fromMs > CONNECT_AHEAD_MS) {
      await restUntil(untilMs - CONNECT_AHEAD_MS, clock, halted)
      const connection = this.#connections[slot]!
      if (untilMs - fromMs > LONGEST_IDLE_MS || !connection.usable) {
        connection.abort()
        this.#connections[slot] = this.#transport.open(this.#keepAlive)
        if (!halted.aborted) await this.#connections[slot].connect(requestTimeoutMs)
      }
    }
    await restUntil(untilMs, clock, halted)
  }
}
