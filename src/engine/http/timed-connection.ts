import { connect, type Socket } from 'node:net'
import type { Clock } from '../../ports.ts'
import { type HttpConnection, noConnectionWithin, type PreparedRequest } from './connection.ts'
import { Exchange, type ExchangeResult, type ExchangeSink } from './exchange.ts'
import type { RequestTarget } from './request-bytes.ts'
import { describeSocketError } from './socket-error.ts'

/**
 * One kept-alive HTTP/1.1 connection for the timed path, over a plain socket: one request at a time, no retry, no
 * redirect, no decoding. Each read is stamped in the read callback before a byte of it is parsed. The socket is never
 * paused: a client that pushes back slows the server it is meant to measure.
 */

/** A read takes at most this: what libuv would allocate for it. */
const READ_BUFFER_BYTES = 64 * 1024
/**
 * One for all sockets: a read is taken in whole before the next one happens, and who keeps bytes copies them. So a
 * thousand connections need no more memory, and the bytes stay in the cache of the processor.
 */
const readBuffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES)

export class TimedConnection implements HttpConnection {
  readonly #target: RequestTarget
  readonly #clock: Clock
  readonly #reuse: boolean
  #socket: Socket | null = null
  #dialling: Socket | null = null
  #exchange: Exchange | null = null
  #fault: string | null = null

  /** With `reuse` false the connection is given up after each answer, for a server that closes it without saying so. */
  constructor(target: RequestTarget, clock: Clock, reuse: boolean) {
    this.#target = target
    this.#clock = clock
    this.#reuse = reuse
  }

  /** Connected, and the server has not closed it. */
  get usable(): boolean {
    return this.#socket !== null
  }

  /** Resolves with null once connected, else with the reason in words. */
  connect(timeoutMs: number): Promise<string | null> {
    if (this.#socket) return Promise.resolve(null)
    return new Promise((resolve) => {
      const socket = this.#dial()
      this.#dialling = socket
      const settle = (reason: string | null) => {
        clearTimeout(timer)
        this.#dialling = null
        socket.off('error', failed)
        socket.off('close', closed)
        if (reason === null) this.#adopt(socket)
        else {
          socket.on('error', () => {})
          socket.destroy()
        }
        resolve(reason)
      }
      const failed = (error: Error) => settle(describeSocketError(error))
      const closed = () => settle('the connection was closed while connecting')
      const timer = setTimeout(() => settle(noConnectionWithin(timeoutMs)), timeoutMs)
      socket.once('error', failed)
      socket.once('close', closed)
      socket.once('connect', () => settle(null))
    })
  }

  /**
   * Sends one prepared request and hands the response to the sink. Always resolves. The connection must be usable and
   * idle; afterwards it may not be usable any more, as the server wishes.
   */
  exchange({ bytes: request }: PreparedRequest, sink: ExchangeSink, timeoutMs: number): Promise<ExchangeResult> {
    const socket = this.#socket
    if (!socket || this.#exchange) throw new Error('the connection is not open and idle')
    return new Promise((resolve) => {
      const exchange = new Exchange(sink, (result, reusable) => {
        clearTimeout(timer)
        this.#exchange = null
        if (!reusable || !this.#reuse) this.#drop()
        resolve(result)
      })
      this.#exchange = exchange
      const timer = setTimeout(() => {
        const detail = `no whole response within ${Math.round(timeoutMs)} ms: stopped ${exchange.stage}`
        exchange.fail(this.#clock.monotonicMs(), 'timeout', detail)
      }, timeoutMs)
      socket.write(request, () => exchange.written(this.#clock.monotonicMs()))
      // Nearly always the kernel took it all at once; the callback would tell so only a tick later.
      if (socket.writableLength === 0) exchange.written(this.#clock.monotonicMs())
    })
  }

  /** Ends a request that is under way as `aborted`, and the connection, also one that is being made. Idempotent. */
  abort(): void {
    this.#dialling?.destroy()
    this.#exchange?.abort(this.#clock.monotonicMs())
    this.#drop()
  }

  #dial(): Socket {
    const { host, port } = this.#target
    return connect({
      host,
      port,
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (length) => {
          this.#read(this.#clock.monotonicMs(), length)
          return true
        },
      },
    })
  }

  #adopt(socket: Socket): void {
    this.#socket = socket
    this.#fault = null
    socket.on('error', (error) => {
      this.#fault = describeSocketError(error)
    })
    const ended = () => {
      if (this.#socket !== socket) return
      this.#socket = null
      socket.destroy()
      this.#exchange?.closed(this.#clock.monotonicMs(), this.#fault)
    }
    socket.once('end', ended)
    socket.once('close', ended)
  }

  #read(atMs: number, length: number): void {
    // Bytes that nobody asked for would be taken for the next answer.
    if (this.#exchange) this.#exchange.read(atMs, readBuffer, length)
    else this.#drop()
  }

  #drop(): void {
    const socket = this.#socket
    this.#socket = null
    socket?.destroy()
  }
}
