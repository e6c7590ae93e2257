import { mapBounded } from '../../../bounded.ts'
import { type HttpConnection, ranOutOfTime, type Transport } from '../../../engine/http/connection.ts'
import type { Clock } from '../../../ports.ts'
import { CONNECTING_AT_ONCE } from './load-shape.ts'

export interface PoolOptions {
  transport: Transport
  keepAlive: boolean
  /** Connections that may be open at once. */
  most: number
  /** Connections that should stand by for the next arrivals. */
  spare: number
  connectTimeoutMs: number
  clock: Pick<Clock, 'monotonicMs'>
}

/** A server that closes idle connections is not tempted beyond this share of the time that it kept one. */
const SAFE_IDLE_SHARE = 0.6
/** However short that was: it may have been for another reason. */
const LEAST_IDLE_MS = 1000

/**
 * Connections for requests that come when they want. The one used last is taken first, so that few grow old; some are
 * made ahead of need. Beyond the most that may be open, requests wait in the order in which they came.
 */
export class ConnectionPool {
  readonly #options: PoolOptions
  readonly #idle: { connection: HttpConnection; sinceMs: number }[] = []
  readonly #taken = new Set<HttpConnection>()
  readonly #dialling = new Set<HttpConnection>()
  readonly #waiting: ((connection: HttpConnection | null) => void)[] = []
  #firstWaiting = 0
  #most: number
  #safeIdleMs = Number.POSITIVE_INFINITY
  #closed = false

  constructor(options: PoolOptions) {
    this.#options = options
    this.#most = options.most
  }

  /** Makes so many connections. What fails is left to the requests, which tell. */
  async connect(count: number): Promise<void> {
    const wanted = Math.min(count, this.#most) - this.#idle.length
    let late = false
    await mapBounded(Array.from({ length: Math.max(0, wanted) }), CONNECTING_AT_ONCE, async () => {
      if (late) return
      const reason = await this.#dial()
      // One time limit is enough to know that the server does not accept.
      if (reason !== null && ranOutOfTime(reason)) late = true
    })
  }

  /** A connection at once, connected or not; null when all that may be open are taken. */
  take(): HttpConnection | null {
    let found: HttpConnection | null = null
    while (found === null && this.#idle.length > 0) {
      const { connection } = this.#idle.pop()!
      if (connection.usable) found = connection
    }
    if (found === null && this.#open < this.#most && !this.#closed)
      found = this.#options.transport.open(this.#options.keepAlive)
    if (found !== null) this.#taken.add(found)
    return found
  }

  /** The next connection that becomes free, in turn; null when there will be none. */
  wait(): Promise<HttpConnection | null> {
    if (this.#closed || this.#most === 0) return Promise.resolve(null)
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Gives back what was taken. */
  give(connection: HttpConnection): void {
    this.#taken.delete(connection)
    this.#offer(connection)
  }

  /** Gives back a connection on which the server hung: its place is not filled again. */
  retire(connection: HttpConnection): void {
    this.#taken.delete(connection)
    connection.abort()
    this.#most--
    if (this.#most === 0) this.#dismiss()
  }

  /** Once or twice a second: replaces what the server has closed or is about to. */
  refresh(): void {
    const nowMs = this.#options.clock.monotonicMs()
    const kept = this.#idle.splice(0).filter(({ connection, sinceMs }) => {
      const idleMs = nowMs - sinceMs
      if (!connection.usable) {
        this.#safeIdleMs = Math.min(this.#safeIdleMs, Math.max(LEAST_IDLE_MS, idleMs * SAFE_IDLE_SHARE))
        return false
      }
      if (idleMs <= this.#safeIdleMs) return true
      connection.abort()
      return false
    })
    this.#idle.push(...kept)
    this.refill()
  }

  /** Connects ahead of need, in the background. */
  refill(): void {
    while (!this.#closed && this.#idle.length + this.#dialling.size < this.#options.spare && this.#open < this.#most)
      void this.#dial()
  }

  /** Nobody waits any longer; what is under way goes on. */
  dismiss(): void {
    this.#closed = true
    this.#dismiss()
  }

  /** Idempotent; also ends what is under way. */
  close(): void {
    this.dismiss()
    for (const { connection } of this.#idle) connection.abort()
    for (const connection of [...this.#taken, ...this.#dialling]) connection.abort()
  }

  get #open(): number {
    return this.#idle.length + this.#taken.size + this.#dialling.size
  }

  async #dial(): Promise<string | null> {
    if (this.#closed) return null
    const connection = this.#options.transport.open(this.#options.keepAlive)
    this.#dialling.add(connection)
    const reason = await connection.connect(this.#options.connectTimeoutMs)
    this.#dialling.delete(connection)
    this.#offer(connection)
    return reason
  }

  #offer(connection: HttpConnection): void {
    if (this.#closed) connection.abort()
    else if (this.#firstWaiting < this.#waiting.length) {
      this.#taken.add(connection)
      this.#nextWaiting()(connection)
    } else if (connection.usable) this.#idle.push({ connection, sinceMs: this.#options.clock.monotonicMs() })
  }

  /** Shifting a long queue would move it whole for each request. */
  #nextWaiting(): (connection: HttpConnection | null) => void {
    const next = this.#waiting[this.#firstWaiting]!
    if (++this.#firstWaiting * 2 >= this.#waiting.length) {
      this.#waiting.splice(0, this.#firstWaiting)
      this.#firstWaiting = 0
    }
    return next
  }

  #dismiss(): void {
    for (const resolve of this.#waiting.splice(0).slice(this.#firstWaiting)) resolve(null)
    this.#firstWaiting = 0
  }
}
