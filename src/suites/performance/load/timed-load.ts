import type { Transport } from '../../../engine/http/connection.ts'
import type { Clock } from '../../../ports.ts'
import { ConnectionPool } from './connection-pool.ts'
import type { LoadShape } from './load-shape.ts'
import { type Pacer, restUntil } from './pacer.ts'
import type { Phase } from './phase.ts'

export interface TimedLoadOptions {
  transport: Transport
  keepAlive: boolean
  maxConcurrency: number
  /** When each session begins, milliseconds from the origin, in the order of the sessions. */
  times: Float64Array
  requestTimeoutMs: number
  clock: Clock
  pacer: Pacer
}

/** Connections are made for what arrives in so long, as though a request took that. */
const CONNECTED_AHEAD_MS = 2000
const LEAST_CONNECTIONS = 8
/** A share of them stands by while the load runs. */
const SPARE_SHARE = 1 / 4
const MOST_SPARE = 64
const WARMUP_STREAMS = 8
const REFRESH_EVERY_MS = 500

/** Open loop, ramp and trace: sessions begin at their times whatever the server does; their later turns follow answers. */
export class TimedLoad implements LoadShape {
  readonly #times: Float64Array
  readonly #pacer: Pacer
  readonly #pool: ConnectionPool
  readonly #connections: number

  constructor({ transport, keepAlive, maxConcurrency, times, requestTimeoutMs, clock, pacer }: TimedLoadOptions) {
    this.#times = times
    this.#pacer = pacer
    this.#connections = Math.min(maxConcurrency, Math.max(LEAST_CONNECTIONS, mostWithin(times, CONNECTED_AHEAD_MS)))
    const kept = Math.min(MOST_SPARE, Math.max(LEAST_CONNECTIONS, Math.ceil(this.#connections * SPARE_SHARE)))
    this.#pool = new ConnectionPool({
      transport,
      keepAlive,
      most: maxConcurrency,
      // Where the server closes each connection after its answer, every request needs one that stands by.
      spare: keepAlive ? kept : this.#connections,
      connectTimeoutMs: requestTimeoutMs,
      clock,
    })
  }

  async connect(): Promise<void> {
    await this.#pool.connect(this.#connections)
  }

  /** A few at once, each over its own connection: without times there is no load to keep up with. */
  async warm(phase: Phase): Promise<void> {
    let next = 0
    const stream = async () => {
      const connection = this.#pool.take()
      if (connection === null) return
      while (next < phase.sessions.length && !phase.halted.aborted) {
        const record = await phase.send(connection, next++, 0, phase.clock.monotonicMs())
        if (record === null || phase.hung(record)) break
      }
      this.#pool.give(connection)
    }
    const streams = Math.min(WARMUP_STREAMS, this.#connections, phase.sessions.length)
    await Promise.all(Array.from({ length: streams }, stream))
  }

  async run(phase: Phase): Promise<void> {
    const { originMs, clock, halted } = phase
    const order = Array.from(this.#times.keys()).sort((left, right) => this.#times[left]! - this.#times[right]!)
    const dueMs = (position: number) => originMs + this.#times[order[position]!]!
    const underWay = new Set<Promise<void>>()
    let broken: { error: unknown } | null = null
    const begin = (session: number, startMs: number) => {
      const one = this.#session(phase, session, startMs)
        .catch((error: unknown) => {
          broken ??= { error }
          phase.halt()
        })
        .finally(() => underWay.delete(one))
      underWay.add(one)
    }
    const dismiss = () => this.#pool.dismiss()
    halted.addEventListener('abort', dismiss)
    const refreshing = setInterval(() => this.#pool.refresh(), REFRESH_EVERY_MS)
    try {
      for (let next = 0; next < order.length; ) {
        await this.#pacer.wait(dueMs(next), halted)
        if (halted.aborted) break
        // All that are due leave in one sweep; connections for the next ones are made after it.
        const nowMs = clock.monotonicMs()
        for (; next < order.length && dueMs(next) <= nowMs; next++) begin(order[next]!, dueMs(next))
        this.#pool.refill()
      }
      await Promise.all(underWay)
    } finally {
      clearInterval(refreshing)
      halted.removeEventListener('abort', dismiss)
    }
    if (broken !== null) throw (broken as { error: unknown }).error
  }

  close(): void {
    this.#pool.close()
  }

  /** Up to its first request this runs at once, without a turn of the event loop. */
  async #session(phase: Phase, session: number, startMs: number): Promise<void> {
    const { clock, halted } = phase
    const turns = phase.sessions[session]!.requests.length
    let dueMs = startMs
    for (let turn = 0; turn < turns; turn++) {
      if (turn > 0) await restUntil(dueMs, clock, halted)
      if (halted.aborted) return
      const connection = this.#pool.take() ?? (await this.#pool.wait())
      if (connection === null) return
      if (halted.aborted) {
        this.#pool.give(connection)
        return
      }
      const record = await phase.send(connection, session, turn, dueMs)
      if (record === null) return
      if (phase.hung(record)) {
        this.#pool.retire(connection)
        return
      }
      this.#pool.give(connection)
      if (turn + 1 < turns) dueMs = phase.dueAfter(record, session, turn + 1)
    }
  }
}

/** The most of the times that lie within any span of this length. */
function mostWithin(times: Float64Array, spanMs: number): number {
  const sorted = times.toSorted()
  let first = 0
  let most = 0
  for (let last = 0; last < sorted.length; last++) {
    while (sorted[last]! - sorted[first]! >= spanMs) first++
    most = Math.max(most, last - first + 1)
  }
  return most
}
