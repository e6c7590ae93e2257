/**
 * Server-sent events out of bytes, whatever the reads were cut into (WHATWG HTML, "Server-sent events", §9.2.6):
 * LF, CR and CRLF line ends, comments, `data:` with and without the space, several data lines an event, a byte order
 * mark. Works on bytes, since a read may end inside a UTF-8 character. Fields other than `data` and `event` are dropped.
 */

const LF = 0x0a
const CR = 0x0d
const COLON = 0x3a
const SPACE = 0x20

export interface SseEvent {
  /** The `event:` field, empty for the default. */
  type: string
  /** The joined `data:` lines, still bytes. */
  data: Uint8Array
}

/** An event or a line longer than this is an attack or a fault, not an answer. */
export const MAX_EVENT_BYTES = 16 * 1024 * 1024

/** Takes the data of one event: bytes `start` to `end` of `bytes`, which may be used again after the call. */
export type SseListener = (bytes: Uint8Array, start: number, end: number, type: string) => void

/**
 * The scanner for timed reading: an event that lies within one read is handed on where it lies, without a copy or an
 * object. {@link SseParser} is the comfortable form.
 */
export class SseScanner {
  readonly #listener: SseListener
  readonly #maxBytes: number
  /** The beginning of a line whose end has not come. */
  #line: Uint8Array[] = []
  #lineBytes = 0
  /** Data lines of the event that are kept already; the newest may still lie in the caller's buffer. */
  #lines: Uint8Array[] = []
  #keptBytes = 0
  #borrowed = false
  #start = 0
  #end = 0
  #type = ''
  #afterCarriageReturn = false
  #atStart = true

  constructor(listener: SseListener, maxBytes: number = MAX_EVENT_BYTES) {
    this.#listener = listener
    this.#maxBytes = maxBytes
  }

  /** Bytes are waiting for an end that has not come: the stream was cut inside an event. */
  get pending(): boolean {
    return this.#lineBytes > 0 || this.#lines.length > 0
  }

  /** Takes bytes `start` to `end` of `bytes`. Throws RangeError for an event beyond the limit. */
  push(bytes: Uint8Array, start: number, end: number): void {
    let position = start
    if (position < end && this.#afterCarriageReturn) {
      // The LF of a CRLF ends a line that the CR has ended already, also when the two came in different reads.
      if (bytes[position] === LF) position++
      this.#afterCarriageReturn = false
    }
    let lf = find(bytes, LF, position, end)
    let cr = find(bytes, CR, position, end)
    while (position < end) {
      const lineEnd = Math.min(lf, cr)
      if (lineEnd === end) break
      if (this.#lineBytes === 0) this.#readLine(bytes, position, lineEnd)
      else this.#readCutLine(bytes, position, lineEnd)
      position = lineEnd + 1
      if (lineEnd === cr) {
        if (position === end) this.#afterCarriageReturn = true
        else if (bytes[position] === LF) position++
        cr = find(bytes, CR, position, end)
      }
      if (lf < position) lf = find(bytes, LF, position, end)
    }
    if (position < end) this.#keepLine(bytes, position, end)
    if (this.#borrowed) this.#own(bytes)
  }

  #keepLine(bytes: Uint8Array, start: number, end: number): void {
    this.#lineBytes += end - start
    this.#limit(this.#lineBytes + this.#keptBytes)
    this.#line.push(copy(bytes, start, end))
  }

  #readCutLine(bytes: Uint8Array, start: number, end: number): void {
    this.#line.push(bytes.subarray(start, end))
    const line = Buffer.concat(this.#line)
    this.#line = []
    this.#lineBytes = 0
    this.#readLine(line, 0, line.length)
    if (this.#borrowed) this.#own(line)
  }

  #readLine(bytes: Uint8Array, from: number, end: number): void {
    let start = from
    if (this.#atStart) {
      this.#atStart = false
      if (end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf)
        start += 3
    }
    if (start === end) this.#endEvent(bytes)
    else if (bytes[start] === COLON) return
    else if (isField(bytes, start, end, DATA)) this.#keepData(bytes, valueStart(bytes, start + DATA.length, end), end)
    else if (isField(bytes, start, end, EVENT))
      this.#type = text(bytes, valueStart(bytes, start + EVENT.length, end), end)
  }

  #keepData(bytes: Uint8Array, start: number, end: number): void {
    this.#limit(this.#keptBytes + end - start)
    if (this.#borrowed) this.#own(bytes)
    if (this.#lines.length === 0) this.#lines.push(bytes)
    else this.#lines.push(copy(bytes, start, end))
    this.#borrowed = this.#lines.length === 1
    this.#keptBytes += end - start + 1
    this.#start = start
    this.#end = end
  }

  /** Copies the data line that lies in the caller's buffer, before that is used again. */
  #own(bytes: Uint8Array): void {
    this.#lines[0] = copy(bytes, this.#start, this.#end)
    this.#end -= this.#start
    this.#start = 0
    this.#borrowed = false
  }

  #endEvent(bytes: Uint8Array): void {
    const type = this.#type
    const lines = this.#lines
    const borrowed = this.#borrowed
    this.#type = ''
    this.#borrowed = false
    this.#keptBytes = 0
    if (lines.length === 0) return
    this.#lines = []
    if (borrowed) this.#listener(bytes, this.#start, this.#end, type)
    else {
      const data = lines.length === 1 ? lines[0]! : joinLines(lines)
      this.#listener(data, 0, data.length, type)
    }
  }

  #limit(bytes: number): void {
    if (bytes > this.#maxBytes) throw new RangeError(`an event exceeds ${this.#maxBytes} bytes`)
  }
}

export class SseParser {
  #events: SseEvent[] = []
  readonly #scanner = new SseScanner((bytes, start, end, type) => {
    this.#events.push({ type, data: copy(bytes, start, end) })
  })

  /** Takes the next bytes and returns the events that they complete. Throws RangeError beyond {@link MAX_EVENT_BYTES}. */
  push(chunk: Uint8Array): SseEvent[] {
    this.#events = []
    this.#scanner.push(chunk, 0, chunk.length)
    return this.#events
  }

  /** True when bytes are waiting for an end that has not come: the stream was cut inside an event. */
  get pending(): boolean {
    return this.#scanner.pending
  }
}

const DATA = Buffer.from('data')
const EVENT = Buffer.from('event')

/** Where the byte is next, `end` where it is not. */
function find(bytes: Uint8Array, byte: number, start: number, end: number): number {
  const position = bytes.indexOf(byte, start)
  return position < 0 || position > end ? end : position
}

/** The line's field name is exactly `name`: it ends there, or a colon follows. */
function isField(bytes: Uint8Array, start: number, end: number, name: Uint8Array): boolean {
  const after = start + name.length
  if (after > end || (after < end && bytes[after] !== COLON)) return false
  for (let index = 0; index < name.length; index++) if (bytes[start + index] !== name[index]) return false
  return true
}

function valueStart(bytes: Uint8Array, afterName: number, end: number): number {
  if (afterName === end) return end
  return afterName + 1 < end && bytes[afterName + 1] === SPACE ? afterName + 2 : afterName + 1
}

function joinLines(lines: Uint8Array[]): Uint8Array {
  const newline = Uint8Array.of(LF)
  return Buffer.concat(lines.flatMap((line, index) => (index === 0 ? [line] : [newline, line])))
}

/** Never a view: `Buffer.slice` would be one. */
function copy(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes, start, end)
}

function text(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8')
}
