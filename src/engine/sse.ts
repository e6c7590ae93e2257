import { ByteStore } from './byte-store.ts'

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

/** A native search costs a call, but it also reads what lies beyond the end: from here on a view is cheaper. */
const MAX_OVERREAD_BYTES = 4096

/**
 * Takes the data of one event: bytes `start` to `end` of `bytes`, which may be used again after the call. `offset`: how
 * many bytes of the stream come before the end of its last data line.
 */
export type SseListener = (bytes: Uint8Array, start: number, end: number, type: string, offset: number) => void

/**
 * Asked where an event may begin: takes whole events that it knows without a scan, and returns where the next one
 * begins, `position` where it knows nothing. The stream offset of byte `i` is `base + i`.
 */
export type SseShortcut = (bytes: Uint8Array, position: number, end: number, base: number) => number

/**
 * The scanner for timed reading: an event that lies within one read is handed on where it lies, without a copy or an
 * object. {@link SseParser} is the comfortable form.
 */
export class SseScanner {
  readonly #listener: SseListener
  readonly #maxBytes: number
  readonly #shortcut: SseShortcut | null
  /** The beginning of a line whose end has not come. */
  readonly #line = new ByteStore()
  /** Data lines of the event that are kept already. */
  readonly #data = new ByteStore()
  /** Where the data of the event lies: in the caller's buffer, in the line or in the data that is kept. */
  #source: Uint8Array = this.#data.bytes
  #start = 0
  #end = 0
  #dataLines = 0
  #dataEndOffset = 0
  #type = ''
  #offset = 0
  #afterCarriageReturn = false
  #atStart = true

  constructor(listener: SseListener, maxBytes: number = MAX_EVENT_BYTES, shortcut: SseShortcut | null = null) {
    this.#listener = listener
    this.#maxBytes = maxBytes
    this.#shortcut = shortcut
  }

  /** Bytes are waiting for an end that has not come: the stream was cut inside an event. */
  get pending(): boolean {
    return this.#line.length > 0 || this.#dataLines > 0
  }

  /** Takes bytes `start` to `end` of `bytes`. Throws RangeError for an event beyond the limit. */
  push(bytes: Uint8Array, start: number, end: number): void {
    const base = this.#offset - start
    this.#offset += end - start
    let position = start
    if (position < end && this.#afterCarriageReturn) {
      // The LF of a CRLF ends a line that the CR has ended already, also when the two came in different reads.
      if (bytes[position] === LF) position++
      this.#afterCarriageReturn = false
    }
    // Where the next of each lies; looked for when it is needed and not known.
    let lf = -1
    let cr = -1
    while (position < end) {
      if (this.#shortcut !== null && this.#dataLines === 0 && this.#line.length === 0 && this.#type === '') {
        // A byte order mark is for the scan, and so is every other first line.
        if (!this.#atStart) position = this.#shortcut(bytes, position, end, base)
        if (position === end) break
      }
      if (lf < position) lf = find(bytes, LF, position, end)
      if (cr < position) cr = find(bytes, CR, position, end)
      const lineEnd = Math.min(lf, cr)
      if (lineEnd === end) {
        this.#keepLine(bytes, position, end)
        break
      }
      if (this.#line.length === 0) this.#readLine(bytes, position, lineEnd, base + lineEnd)
      else this.#readCutLine(bytes, position, lineEnd, base + lineEnd)
      position = lineEnd + 1
      if (lineEnd === cr) {
        if (position === end) this.#afterCarriageReturn = true
        else if (bytes[position] === LF) position++
      }
    }
    if (this.#dataLines > 0) this.#own()
  }

  #keepLine(bytes: Uint8Array, start: number, end: number): void {
    // The line may hold the data of the event so far.
    if (this.#dataLines > 0) this.#own()
    this.#limit(this.#line.length + this.#data.length + end - start)
    this.#line.append(bytes, start, end)
  }

  #readCutLine(bytes: Uint8Array, start: number, end: number, endOffset: number): void {
    this.#line.append(bytes, start, end)
    const { length } = this.#line
    this.#line.clear()
    this.#readLine(this.#line.bytes, 0, length, endOffset)
  }

  #readLine(bytes: Uint8Array, from: number, end: number, endOffset: number): void {
    let start = from
    if (this.#atStart) {
      this.#atStart = false
      if (end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf)
        start += 3
    }
    if (start === end) this.#endEvent()
    else if (bytes[start] === COLON) return
    else if (isField(bytes, start, end, DATA)) {
      this.#keepData(bytes, valueStart(bytes, start + DATA.length, end), end)
      this.#dataEndOffset = endOffset
    } else if (isField(bytes, start, end, EVENT))
      this.#type = text(bytes, valueStart(bytes, start + EVENT.length, end), end)
  }

  #keepData(bytes: Uint8Array, start: number, end: number): void {
    if (this.#dataLines++ === 0) {
      this.#limit(end - start)
      this.#source = bytes
      this.#start = start
      this.#end = end
      return
    }
    this.#own()
    this.#limit(this.#data.length + 1 + end - start)
    this.#data.append(NEWLINE, 0, 1)
    this.#data.append(bytes, start, end)
    this.#borrowData()
  }

  /** Copies the data that lies in a buffer that will be used again. */
  #own(): void {
    if (this.#source === this.#data.bytes) return
    this.#data.clear()
    this.#data.append(this.#source, this.#start, this.#end)
    this.#borrowData()
  }

  #borrowData(): void {
    this.#source = this.#data.bytes
    this.#start = 0
    this.#end = this.#data.length
  }

  #endEvent(): void {
    const type = this.#type
    const source = this.#source
    const dataLines = this.#dataLines
    this.#type = ''
    this.#dataLines = 0
    this.#data.clear()
    this.#source = NEWLINE
    if (dataLines > 0) this.#listener(source, this.#start, this.#end, type, this.#dataEndOffset)
  }

  #limit(bytes: number): void {
    if (bytes > this.#maxBytes) throw new RangeError(`an event exceeds ${this.#maxBytes} bytes`)
  }
}

export class SseParser {
  #events: SseEvent[] = []
  readonly #scanner = new SseScanner((bytes, start, end, type) => {
    this.#events.push({ type, data: Uint8Array.prototype.slice.call(bytes, start, end) })
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
const NEWLINE = Uint8Array.of(LF)

/** Where the byte is next, `end` where it is not. */
function find(bytes: Uint8Array, byte: number, start: number, end: number): number {
  if (bytes.length - end > MAX_OVERREAD_BYTES) {
    const index = bytes.subarray(start, end).indexOf(byte)
    return index < 0 ? end : start + index
  }
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

function text(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8')
}
