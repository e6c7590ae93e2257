import { type ResponseHead, readHead } from './response-head.ts'

/**
 * An HTTP/1.1 response out of bytes, whatever the reads were cut into (RFC 9112 §6 and §7): interim 1xx responses,
 * content-length, chunked with extensions and trailers, and bodies that end with the connection. Pure: it owns no socket
 * and no clock. Body bytes are handed on in place, so a handler that keeps them must copy.
 */

export interface ResponseHandler {
  head(head: ResponseHead): void
  /** Body bytes `start` to `end` of `bytes`, which belongs to the caller and is used again after the call. */
  body(bytes: Buffer, start: number, end: number): void
}

/** The bytes are not an HTTP/1.1 response, or exceed a limit. The connection is of no more use. */
export class HttpSyntaxError extends Error {
  override readonly name = 'HttpSyntaxError'
}

/** Of one head with all interim heads before it, and of trailers. Common servers refuse more than 8 to 64 KiB. */
export const MAX_HEAD_BYTES = 64 * 1024
/** Of one chunk extension. */
const MAX_EXTENSION_BYTES = 16 * 1024
/** 13 hexadecimal digits keep a chunk size within exact integers. */
const MAX_SIZE_DIGITS = 13

const LF = 0x0a
const CR = 0x0d
const SEMICOLON = 0x3b
const SPACE = 0x20
const TAB = 0x09

const IN_HEAD = 0
const IN_SIZE = 1
const IN_EXTENSION = 2
const IN_CHUNK = 3
const AFTER_CHUNK = 4
const IN_TRAILERS = 5
const IN_FIXED = 6
const UNTIL_CLOSE = 7
const COMPLETE = 8

export class ResponseParser {
  readonly #handler: ResponseHandler
  #state = IN_HEAD
  #head: Uint8Array[] = []
  #headBytes = 0
  #lineBytes = 0
  #remaining = 0
  #digits = 0

  constructor(handler: ResponseHandler) {
    this.#handler = handler
  }

  /** The whole response has been seen. */
  get complete(): boolean {
    return this.#state === COMPLETE
  }

  /** Takes the first `length` bytes of `bytes`. Throws {@link HttpSyntaxError}, and whatever the handler throws. */
  push(bytes: Buffer, length: number = bytes.length): void {
    let position = 0
    while (position < length) {
      switch (this.#state) {
        case IN_HEAD:
          position = this.#readHead(bytes, position, length)
          break
        case IN_SIZE:
          position = this.#readSize(bytes, position, length)
          break
        case IN_EXTENSION:
          if (bytes[position++] === LF) this.#endSize()
          else if (++this.#lineBytes > MAX_EXTENSION_BYTES)
            throw new HttpSyntaxError(`a chunk extension exceeds ${MAX_EXTENSION_BYTES} bytes`)
          break
        case IN_CHUNK:
          position = this.#readChunk(bytes, position, length)
          break
        case IN_FIXED: {
          const start = position
          position = Math.min(length, start + this.#remaining)
          this.#remaining -= position - start
          if (this.#remaining === 0) this.#state = COMPLETE
          this.#handler.body(bytes, start, position)
          break
        }
        case AFTER_CHUNK:
          if (bytes[position] === LF) this.#startSize()
          else if (bytes[position] !== CR) throw new HttpSyntaxError('a chunk does not end where its size says')
          position++
          break
        case IN_TRAILERS:
          this.#readTrailer(bytes[position++]!)
          break
        case UNTIL_CLOSE:
          this.#handler.body(bytes, position, length)
          position = length
          break
        default:
          throw new HttpSyntaxError('bytes after the end of the response')
      }
    }
  }

  /** The connection was closed by the server. True when that ends the response as it should. */
  close(): boolean {
    if (this.#state === UNTIL_CLOSE) this.#state = COMPLETE
    return this.#state === COMPLETE
  }

  #readHead(bytes: Buffer, from: number, length: number): number {
    for (let position = from; position < length; position++) {
      const byte = bytes[position]
      if (byte === LF) {
        const blank = this.#lineBytes === 0
        this.#lineBytes = 0
        if (!blank) continue
        this.#countHead(position + 1 - from)
        // Nearly always the head came whole.
        if (this.#head.length === 0) this.#endHead(bytes.toString('latin1', from, position + 1))
        else {
          this.#keepHead(bytes, from, position + 1)
          this.#endHead(Buffer.concat(this.#head).toString('latin1'))
          this.#head = []
        }
        return position + 1
      }
      if (byte !== CR) this.#lineBytes++
    }
    this.#countHead(length - from)
    this.#keepHead(bytes, from, length)
    return length
  }

  #countHead(bytes: number): void {
    this.#headBytes += bytes
    if (this.#headBytes > MAX_HEAD_BYTES) throw new HttpSyntaxError(`the response head exceeds ${MAX_HEAD_BYTES} bytes`)
  }

  #keepHead(bytes: Buffer, start: number, end: number): void {
    this.#head.push(Uint8Array.prototype.slice.call(bytes, start, end))
  }

  #endHead(text: string): void {
    if (text.trim() === '') return // Empty lines before the status line are to be ignored (RFC 9112 §2.2).
    const head = readHead(text)
    if (typeof head === 'string') throw new HttpSyntaxError(head)
    if (head.status < 200) {
      if (head.status === 101) throw new HttpSyntaxError('the server switches protocols unasked')
      return
    }
    this.#headBytes = 0
    switch (head.framing.kind) {
      case 'none':
        this.#state = COMPLETE
        break
      case 'length':
        this.#remaining = head.framing.bytes
        this.#state = this.#remaining === 0 ? COMPLETE : IN_FIXED
        break
      case 'chunked':
        this.#startSize()
        break
      case 'until-close':
        this.#state = UNTIL_CLOSE
    }
    this.#handler.head(head)
  }

  #startSize(): void {
    this.#state = IN_SIZE
    this.#remaining = 0
    this.#digits = 0
    this.#lineBytes = 0
  }

  #readSize(bytes: Buffer, from: number, length: number): number {
    let position = from
    let size = this.#remaining
    let digits = this.#digits
    let digit = 0
    while (position < length) {
      digit = HEXADECIMAL[bytes[position]!]!
      if (digit < 0) break
      if (++digits > MAX_SIZE_DIGITS) throw new HttpSyntaxError('a chunk size has too many digits')
      size = size * 16 + digit
      position++
    }
    this.#remaining = size
    this.#digits = digits
    if (position === length) return length
    if (digits === 0) throw new HttpSyntaxError('a chunk has no size')
    const byte = bytes[position++]
    if (byte === LF) this.#endSize()
    else if (byte === CR && position < length && bytes[position] === LF) {
      this.#endSize()
      position++
    } else if (byte === SEMICOLON || byte === SPACE || byte === TAB || byte === CR) this.#state = IN_EXTENSION
    else throw new HttpSyntaxError('a chunk size is not a hexadecimal number')
    return position
  }

  #readChunk(bytes: Buffer, start: number, length: number): number {
    const end = start + this.#remaining
    if (end > length) {
      this.#remaining = end - length
      this.#handler.body(bytes, start, length)
      return length
    }
    // Nearly always the line end came with the chunk.
    const whole = end + 1 < length && bytes[end] === CR && bytes[end + 1] === LF
    if (whole) this.#startSize()
    else this.#state = AFTER_CHUNK
    this.#handler.body(bytes, start, end)
    return whole ? end + 2 : end
  }

  #endSize(): void {
    this.#lineBytes = 0
    this.#state = this.#remaining === 0 ? IN_TRAILERS : IN_CHUNK
  }

  #readTrailer(byte: number): void {
    if (++this.#headBytes > MAX_HEAD_BYTES) throw new HttpSyntaxError(`the trailers exceed ${MAX_HEAD_BYTES} bytes`)
    if (byte === CR) return
    if (byte !== LF) this.#lineBytes++
    else if (this.#lineBytes === 0) this.#state = COMPLETE
    else this.#lineBytes = 0
  }
}

/** The value of each byte as a hexadecimal digit, −1 where it is none. */
const HEXADECIMAL = Int8Array.from({ length: 256 }, (_, byte) =>
  '0123456789abcdef'.indexOf(String.fromCharCode(byte).toLowerCase()),
)
