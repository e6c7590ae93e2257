import type { Dispatcher } from 'undici'
import { type ExchangeError, type ExchangeResult, type ExchangeSink, readingFault } from './exchange.ts'
import { type ResponseHead, readHead } from './response-head.ts'
import { MAX_HEAD_BYTES } from './response-parser.ts'
import { describeSocketError } from './socket-error.ts'

/**
 * The one request that is under way on a connection whose HTTP undici reads. Gives the same ends as `Exchange` does for
 * the plain tier; its owner tells of reads and of faults of the socket, which undici keeps to itself.
 */
export class DispatchExchange implements Dispatcher.DispatchHandler {
  readonly #sink: ExchangeSink
  readonly #now: () => number
  readonly #settle: (result: ExchangeResult, reusable: boolean) => void
  #head: ResponseHead | null = null
  #writtenMs: number | null = null
  #firstByteMs: number | null = null
  #lastReadMs = 0
  #headBytes = 0
  #fault: string | null = null
  #ended = false
  #settled = false

  constructor(sink: ExchangeSink, now: () => number, settle: (result: ExchangeResult, reusable: boolean) => void) {
    this.#sink = sink
    this.#now = now
    this.#settle = settle
  }

  written(): void {
    this.#writtenMs ??= this.#now()
  }

  /** Before undici sees these bytes. */
  read(atMs: number, bytes: number): void {
    if (this.#settled) return
    this.#firstByteMs ??= atMs
    this.#lastReadMs = atMs
    this.#sink.read(atMs)
    if (this.#head !== null) return
    // undici bounds the header fields, but not the reason phrase nor the number of interim responses.
    if (this.#headBytes > MAX_HEAD_BYTES) this.#unreadable(HEAD_TOO_LONG)
    this.#headBytes += bytes
  }

  /** An error of the socket itself, before undici makes of it what it likes. */
  faulted(fault: string): void {
    this.#fault ??= fault
  }

  /** The server has closed its side in order. */
  ended(): void {
    this.#ended = true
  }

  onRequestStart(): void {}

  onResponseStart(
    { rawHeaders }: Dispatcher.DispatchController,
    statusCode: number,
    _headers: unknown,
    statusMessage = '',
  ): void {
    // Interim responses come here too.
    if (this.#settled || statusCode < 200) return
    const head = readHead(headText(statusCode, statusMessage, rawHeaders))
    if (typeof head === 'string') this.#unreadable(head)
    else {
      this.#head = head
      this.#guard(() => this.#sink.head(head))
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#settled) this.#guard(() => this.#sink.body(chunk, 0, chunk.length))
  }

  onResponseEnd(): void {
    // undici takes a reset for the end of a body that ends with the connection.
    if (this.#fault !== null) this.#closed(this.#fault)
    // An answer before the whole request was written leaves the rest of the request in the way of the next one.
    else this.#end(this.#lastReadMs, { state: 'complete' }, this.#head?.keepAlive === true && this.#writtenMs !== null)
  }

  onResponseError(_controller: unknown, error: Error): void {
    const { code, name } = error as NodeJS.ErrnoException
    if (this.#fault !== null) this.#closed(this.#fault)
    // What undici says of a body that ended too early depends on how its end was to be found.
    else if (this.#ended || code === CONNECTION_GONE) this.#closed(null)
    else if (code === 'UND_ERR_HEADERS_OVERFLOW') this.#unreadable(HEAD_TOO_LONG)
    else if (name === 'HTTPParserError') this.#unreadable(/\((.+)\)$/.exec(error.message)?.[1] ?? error.message)
    // undici's word for an answer to nothing that was asked: bytes too many, an upgrade, a 100 that nobody expects.
    else if (/^bad (response|upgrade)$/.test(error.message))
      this.#unreadable('an answer to something that was not asked')
    else if (code === 'UND_ERR_SOCKET') this.#closed(null)
    else this.fail('malformed', describeSocketError(error))
  }

  fail(error: ExchangeError, detail: string): void {
    this.#end(this.#now(), { state: 'failed', error, detail }, false)
  }

  abort(): void {
    this.#end(this.#now(), { state: 'aborted' }, false)
  }

  /** How far it came, for the text of a timeout. */
  get stage(): string {
    if (this.#writtenMs === null) return 'while the request was being written'
    if (this.#firstByteMs === null) return 'with no byte of an answer'
    return this.#head === null ? 'inside the response head' : 'inside the response body'
  }

  #closed(fault: string | null): void {
    if (this.#firstByteMs === null)
      this.fail('reset-before-first-byte', fault ?? 'the server closed the connection without an answer')
    else if (fault !== null) this.fail('reset-after-first-byte', fault)
    else this.fail('truncated', 'the server closed the connection inside the response')
  }

  #unreadable(why: string): void {
    this.fail('malformed', `not a readable HTTP response: ${why}`)
  }

  #guard(take: () => void): void {
    try {
      take()
    } catch (error) {
      const fault = readingFault(error as Error)
      this.fail(fault.error, fault.detail)
    }
  }

  #end(endMs: number, end: ExchangeResult['end'], reusable: boolean): void {
    if (this.#settled) return
    this.#settled = true
    this.#settle({ end, writtenMs: this.#writtenMs, firstByteMs: this.#firstByteMs, endMs }, reusable)
  }
}

const HEAD_TOO_LONG = `a response head exceeds ${MAX_HEAD_BYTES} bytes`

/** The code of the error that stands for a connection that closed before the request was written. */
export const CONNECTION_GONE = 'CONNECTION_GONE'

/** As it came, but for line ends; undici has read it already, so no line can hold another. */
function headText(
  statusCode: number,
  statusMessage: string,
  rawHeaders: Dispatcher.DispatchController['rawHeaders'],
): string {
  // HTTP/1 gives names and values in turn; the other form is that of HTTP/2.
  const fields = Array.isArray(rawHeaders) ? rawHeaders.map(latin1) : []
  const lines = [`HTTP/1.1 ${statusCode} ${statusMessage}`]
  for (let index = 0; index + 1 < fields.length; index += 2) lines.push(`${fields[index]}: ${fields[index + 1]}`)
  return `${lines.join('\n')}\n\n`
}

function latin1(value: string | Buffer): string {
  return typeof value === 'string' ? value : value.toString('latin1')
}
