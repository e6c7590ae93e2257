import type { Socket } from 'node:net'
import type { Client } from 'undici'
import type { Clock } from '../../ports.ts'
import { type HttpConnection, noConnectionWithin, type PreparedRequest } from './connection.ts'
import { CONNECTION_GONE, DispatchExchange } from './dispatch-exchange.ts'
import type { ExchangeResult, ExchangeSink } from './exchange.ts'
import { MAX_HEAD_BYTES } from './response-parser.ts'
import type { Dialling, Route, Undici } from './route.ts'
import { describeSocketError } from './socket-error.ts'
import { onWritten } from './written-stamps.ts'

/** The longest that a timer of Node takes, some 24 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * One connection of the timed path for TLS and proxies, on undici: one `Client` for one socket, which is made before
 * the request so that connecting is never part of an answer, and which undici cannot replace by another on its own.
 * Each read is stamped in the `data` event, which comes before undici parses a byte of it.
 */
export class DispatchConnection implements HttpConnection {
  readonly #undici: Undici
  readonly #route: Route
  readonly #clock: Clock
  readonly #reuse: boolean
  #socket: Socket | null = null
  #client: Client | null = null
  #cancelDialling: (() => void) | null = null
  #exchange: DispatchExchange | null = null

  constructor(undici: Undici, route: Route, clock: Clock, reuse: boolean) {
    this.#undici = undici
    this.#route = route
    this.#clock = clock
    this.#reuse = reuse
  }

  get usable(): boolean {
    return this.#socket !== null && !this.#socket.destroyed
  }

  connect(timeoutMs: number): Promise<string | null> {
    if (this.usable) return Promise.resolve(null)
    this.#drop()
    return new Promise((resolve) => {
      let dialling: Dialling | null = this.#route.dial()
      const settle = (reason: string | null) => {
        if (dialling === null) return
        clearTimeout(timer)
        if (reason !== null) dialling.cancel()
        dialling = null
        this.#cancelDialling = null
        resolve(reason)
      }
      this.#cancelDialling = () => settle('the connection was closed while connecting')
      const timer = setTimeout(() => settle(noConnectionWithin(timeoutMs)), timeoutMs)
      dialling.socket.then(
        (socket) => {
          if (dialling === null) {
            socket.on('error', () => {}).destroy()
            return
          }
          this.#adopt(socket)
          settle(null)
        },
        (error: Error) => settle(describeSocketError(error)),
      )
    })
  }

  exchange(request: PreparedRequest, sink: ExchangeSink, timeoutMs: number): Promise<ExchangeResult> {
    const client = this.#client
    if (!client || this.#exchange) throw new Error('the connection is not open and idle')
    return new Promise((resolve) => {
      const exchange = new DispatchExchange(
        sink,
        () => this.#clock.monotonicMs(),
        (result, reusable) => {
          clearTimeout(timer)
          this.#exchange = null
          if (!reusable || !this.#reuse) this.#drop()
          resolve(result)
        },
      )
      this.#exchange = exchange
      const timer = setTimeout(() => {
        const detail = `no whole response within ${Math.round(timeoutMs)} ms: stopped ${exchange.stage}`
        exchange.fail('timeout', detail)
      }, timeoutMs)
      client.dispatch(
        {
          method: 'POST',
          path: this.#route.pathPrefix + request.path,
          headers: { ...this.#route.headers, ...request.headers, 'content-type': 'application/json' },
          body: request.body,
        },
        exchange,
      )
    })
  }

  abort(): void {
    this.#cancelDialling?.()
    this.#exchange?.abort()
    this.#drop()
  }

  #adopt(socket: Socket): void {
    this.#socket = socket
    let offered = false
    this.#client = new this.#undici.Client(this.#route.origin, {
      connect: (_options, callback) => {
        const open = !offered && this.#socket === socket && !socket.destroyed
        offered = true
        // Not at once: undici forgets the request that waits when the answer comes inside the question.
        queueMicrotask(() => {
          if (open) callback(null, socket)
          else callback(Object.assign(new Error('the connection is closed'), { code: CONNECTION_GONE }), null)
        })
      },
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: LONGEST_TIMER_MS,
      keepAliveMaxTimeout: LONGEST_TIMER_MS,
      keepAliveTimeoutThreshold: 0,
      maxHeaderSize: MAX_HEAD_BYTES,
      allowH2: false,
    })
    onWritten(socket, () => this.#exchange?.written())
    // With a `readable` listener `data` only tells of what somebody reads (Node, "Readable streams"). Until undici does:
    socket.on('readable', () => {
      if (!offered && socket.readableLength > 0) this.#drop()
    })
    socket.on('data', (bytes: Buffer) => {
      if (this.#socket !== socket) return
      // Bytes that nobody asked for would be taken for the next answer.
      if (this.#exchange) this.#exchange.read(this.#clock.monotonicMs(), bytes.length)
      else this.#drop()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (this.#socket === socket && !isOfHttp(error)) this.#exchange?.faulted(describeSocketError(error))
    })
    const over = () => {
      if (this.#socket === socket && this.#exchange === null) this.#drop()
    }
    socket.once('end', () => {
      // Before undici's own listener, which then ends the exchange.
      if (this.#socket === socket) this.#exchange?.ended()
      over()
    })
    socket.once('close', over)
  }

  #drop(): void {
    const [socket, client] = [this.#socket, this.#client]
    this.#socket = null
    this.#client = null
    socket?.destroy()
    void client?.destroy()
  }
}

/** undici destroys a socket with its own error when what came is not HTTP as it should be. */
function isOfHttp({ code, name }: NodeJS.ErrnoException): boolean {
  return name === 'HTTPParserError' || code?.startsWith('UND_ERR_') === true
}
