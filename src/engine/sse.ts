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

export class SseParser {
  #line: Uint8Array[] = []
  #lineBytes = 0
  #data: Uint8Array[] = []
  #dataBytes = 0
  #type = ''
  #sawCarriageReturn = false
  #atStart = true

  /** Takes the next bytes and returns the events that they complete. Throws RangeError beyond {@link MAX_EVENT_BYTES}. */
  push(chunk: Uint8Array): SseEvent[] {
    const events: SseEvent[] = []
    let start = 0
    for (let position = 0; position < chunk.length; position++) {
      const byte = chunk[position]
      if (byte !== LF && byte !== CR) {
        this.#sawCarriageReturn = false
        continue
      }
      // The LF of a CRLF ends a line that the CR has ended already, also when the two came in different reads.
      const secondHalf = byte === LF && this.#sawCarriageReturn && position === start && this.#lineBytes === 0
      this.#sawCarriageReturn = byte === CR
      if (!secondHalf) {
        this.#keep(chunk.subarray(start, position))
        this.#endLine(events)
      }
      start = position + 1
    }
    // A copy: the caller may reuse its read buffer (and Buffer.slice would not copy).
    if (start < chunk.length) this.#keep(new Uint8Array(chunk.subarray(start)))
    return events
  }

  /** True when bytes are waiting for an end that has not come: the stream was cut inside an event. */
  get pending(): boolean {
    return this.#lineBytes > 0 || this.#data.length > 0
  }

  #keep(part: Uint8Array): void {
    this.#lineBytes += part.length
    if (this.#lineBytes + this.#dataBytes > MAX_EVENT_BYTES)
      throw new RangeError(`an event exceeds ${MAX_EVENT_BYTES} bytes`)
    if (part.length > 0) this.#line.push(part)
  }

  #endLine(events: SseEvent[]): void {
    let line = this.#line.length === 1 ? this.#line[0]! : Buffer.concat(this.#line)
    this.#line = []
    this.#lineBytes = 0
    if (this.#atStart) {
      this.#atStart = false
      if (line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf) line = line.subarray(3)
    }
    if (line.length === 0) {
      this.#endEvent(events)
      return
    }
    const colon = line.indexOf(COLON)
    if (colon === 0) return
    const name = text(colon < 0 ? line : line.subarray(0, colon))
    let value = colon < 0 ? new Uint8Array(0) : line.subarray(colon + 1)
    if (value[0] === SPACE) value = value.subarray(1)
    if (name === 'data') {
      this.#data.push(new Uint8Array(value))
      this.#dataBytes += value.length + 1
    } else if (name === 'event') this.#type = text(value)
  }

  #endEvent(events: SseEvent[]): void {
    if (this.#data.length > 0) {
      const data = this.#data.length === 1 ? this.#data[0]! : joinLines(this.#data)
      events.push({ type: this.#type, data })
    }
    this.#data = []
    this.#dataBytes = 0
    this.#type = ''
  }
}

function joinLines(lines: Uint8Array[]): Uint8Array {
  const newline = Uint8Array.of(LF)
  return Buffer.concat(lines.flatMap((line, index) => (index === 0 ? [line] : [newline, line])))
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
