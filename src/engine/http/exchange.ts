import type { ResponseHead } from './response-head.ts'
import { HttpSyntaxError, type ResponseHandler, ResponseParser } from './response-parser.ts'

/** Why an exchange did not end with a whole response. */
export type ExchangeError =
  | 'connect'
  | 'timeout'
  | 'reset-before-first-byte'
  | 'reset-after-first-byte'
  | 'truncated'
  | 'malformed'
  /** The sink refused the rest, to bound the memory. */
  | 'too-long'

export type ExchangeEnd =
  | { state: 'complete' }
  | { state: 'failed'; error: ExchangeError; detail: string }
  /** Stopped from our side. */
  | { state: 'aborted' }

/** What one request and its response took, on the clock of the connection. */
export interface ExchangeResult {
  end: ExchangeEnd
  /** When the last byte of the request was handed to the socket; null if that never happened. */
  writtenMs: number | null
  /** Stamp of the first read. */
  firstByteMs: number | null
  /** Stamp of the read that completed the response, or of the failure. */
  endMs: number
}

/**
 * Sees a response as it comes in. It may throw to refuse the rest: the exchange then ends as `too-long` for a
 * RangeError, else as `malformed`.
 */
export interface ExchangeSink extends ResponseHandler {
  /** Before a byte of this read is parsed; everything until the next call came with it. */
  read(atMs: number): void
}

/** The state of the one request that is under way on a connection. Owns no socket; told what happens on it. */
export class Exchange implements ResponseHandler {
  readonly #sink: ExchangeSink
  readonly #parser = new ResponseParser(this)
  readonly #settle: (result: ExchangeResult, reusable: boolean) => void
  #head: ResponseHead | null = null
  #writtenMs: number | null = null
  #firstByteMs: number | null = null
  #settled = false

  constructor(sink: ExchangeSink, settle: (result: ExchangeResult, reusable: boolean) => void) {
    this.#sink = sink
    this.#settle = settle
  }

  written(atMs: number): void {
    this.#writtenMs ??= atMs
  }

  read(atMs: number, bytes: Buffer, length: number): void {
    if (this.#settled) return
    this.#firstByteMs ??= atMs
    try {
      this.#sink.read(atMs)
      this.#parser.push(bytes, length)
    } catch (error) {
      const fault = readingFault(error as Error)
      this.fail(atMs, fault.error, fault.detail)
      return
    }
    if (this.#parser.complete) this.#complete(atMs)
  }

  /** The server closed its side, in order (`fault` null) or not. */
  closed(atMs: number, fault: string | null): void {
    if (this.#settled) return
    if (this.#firstByteMs === null)
      this.fail(atMs, 'reset-before-first-byte', fault ?? 'the server closed the connection without an answer')
    else if (fault !== null) this.fail(atMs, 'reset-after-first-byte', fault)
    else if (this.#parser.close()) this.#complete(atMs)
    else this.fail(atMs, 'truncated', 'the server closed the connection inside the response')
  }

  fail(atMs: number, error: ExchangeError, detail: string): void {
    this.#end(atMs, { state: 'failed', error, detail }, false)
  }

  abort(atMs: number): void {
    this.#end(atMs, { state: 'aborted' }, false)
  }

  /** How far it came, for the text of a timeout. */
  get stage(): string {
    if (this.#writtenMs === null) return 'while the request was being written'
    if (this.#firstByteMs === null) return 'with no byte of an answer'
    return this.#head === null ? 'inside the response head' : 'inside the response body'
  }

  head(head: ResponseHead): void {
    this.#head = head
    this.#sink.head(head)
  }

  body(bytes: Buffer, start: number, end: number): void {
    this.#sink.body(bytes, start, end)
  }

  #complete(atMs: number): void {
    // An answer before the whole request was written leaves the rest of the request in the way of the next one.
    this.#end(atMs, { state: 'complete' }, this.#head?.keepAlive === true && this.#writtenMs !== null)
  }

  #end(endMs: number, end: ExchangeEnd, reusable: boolean): void {
    if (this.#settled) return
    this.#settled = true
    this.#settle({ end, writtenMs: this.#writtenMs, firstByteMs: this.#firstByteMs, endMs }, reusable)
  }
}

/** What a throw of the parser or of the sink makes of the exchange. */
export function readingFault(error: Error): { error: ExchangeError; detail: string } {
  if (error instanceof HttpSyntaxError)
    return { error: 'malformed', detail: `not a readable HTTP response: ${error.message}` }
  return { error: error instanceof RangeError ? 'too-long' : 'malformed', detail: error.message }
}
