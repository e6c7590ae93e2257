import { EVENT_CLASSES, type EventClass } from './record.ts'

/** One streamed event, as it is read back from the log. */
export interface TimedEvent {
  /** Taken in the read callback, before parsing: all events of one read share it. Milliseconds since the origin. */
  atMs: number
  /** Which read of the answer delivered it, from 0; equal ids were coalesced. */
  read: number
  /** Bytes of the body before the end of the event. */
  offset: number
  class: EventClass
  /** Tokens in this event where the server tells (continuous usage, token ids), else null. */
  tokens: number | null
}

/** The columns, for handing a log to another thread without copying it. */
export interface EventColumns {
  length: number
  reads: number
  readAtMs: Float64Array<ArrayBuffer>
  read: Uint32Array<ArrayBuffer>
  offset: Float64Array<ArrayBuffer>
  class: Uint8Array<ArrayBuffer>
  tokens: Int32Array<ArrayBuffer>
}

const UNKNOWN_TOKENS = -1
const SMALLEST_CAPACITY = 16

/** Class codes as the log stores them. */
export const CLASS_CODES: Readonly<Record<EventClass, number>> = Object.fromEntries(
  EVENT_CLASSES.map((name, code) => [name, code]),
) as Record<EventClass, number>

/**
 * The events of one answer in columns: some 17 bytes an event and 8 a read, and nothing for the collector to walk while
 * the clock runs. Iterating gives objects; the accessors give none.
 */
export class EventLog implements Iterable<TimedEvent> {
  #length = 0
  #reads = 0
  #readAtMs: Float64Array<ArrayBuffer>
  #read: Uint32Array<ArrayBuffer>
  #offset: Float64Array<ArrayBuffer>
  #class: Uint8Array<ArrayBuffer>
  #tokens: Int32Array<ArrayBuffer>

  /** `capacity`: events expected; it grows by doubling beyond. */
  constructor(capacity: number = SMALLEST_CAPACITY) {
    const size = Math.max(SMALLEST_CAPACITY, capacity)
    this.#readAtMs = new Float64Array(size)
    this.#read = new Uint32Array(size)
    this.#offset = new Float64Array(size)
    this.#class = new Uint8Array(size)
    this.#tokens = new Int32Array(size)
  }

  get length(): number {
    return this.#length
  }

  /** Reads noted so far, with or without events. */
  get reads(): number {
    return this.#reads
  }

  /** A read has come; events appended until the next one belong to it. */
  startRead(atMs: number): void {
    if (this.#reads === this.#readAtMs.length) this.#readAtMs = grown(this.#readAtMs, Float64Array)
    this.#readAtMs[this.#reads++] = atMs
  }

  append(classCode: number, offset: number, tokens: number | null = null): void {
    const index = this.#length
    if (index === this.#read.length) {
      this.#read = grown(this.#read, Uint32Array)
      this.#offset = grown(this.#offset, Float64Array)
      this.#class = grown(this.#class, Uint8Array)
      this.#tokens = grown(this.#tokens, Int32Array)
    }
    this.#read[index] = this.#reads - 1
    this.#offset[index] = offset
    this.#class[index] = classCode
    this.#tokens[index] = tokens ?? UNKNOWN_TOKENS
    this.#length = index + 1
  }

  atMs(index: number): number {
    return this.#readAtMs[this.#read[index]!]!
  }

  read(index: number): number {
    return this.#read[index]!
  }

  offset(index: number): number {
    return this.#offset[index]!
  }

  classAt(index: number): EventClass {
    return EVENT_CLASSES[this.#class[index]!]!
  }

  tokens(index: number): number | null {
    const tokens = this.#tokens[index]!
    return tokens === UNKNOWN_TOKENS ? null : tokens
  }

  readAtMs(read: number): number {
    return this.#readAtMs[read]!
  }

  *[Symbol.iterator](): Iterator<TimedEvent> {
    for (let index = 0; index < this.#length; index++)
      yield {
        atMs: this.atMs(index),
        read: this.read(index),
        offset: this.offset(index),
        class: this.classAt(index),
        tokens: this.tokens(index),
      }
  }

  /** Trimmed to what is used; the log may be used on. */
  columns(): EventColumns {
    return {
      length: this.#length,
      reads: this.#reads,
      readAtMs: this.#readAtMs.slice(0, this.#reads),
      read: this.#read.slice(0, this.#length),
      offset: this.#offset.slice(0, this.#length),
      class: this.#class.slice(0, this.#length),
      tokens: this.#tokens.slice(0, this.#length),
    }
  }

  static fromColumns(columns: EventColumns): EventLog {
    const log = new EventLog(0)
    log.#length = columns.length
    log.#reads = columns.reads
    log.#readAtMs = columns.readAtMs
    log.#read = columns.read
    log.#offset = columns.offset
    log.#class = columns.class
    log.#tokens = columns.tokens
    return log
  }

  /** From events in their order; reads are numbered as they come. */
  static of(events: Iterable<Partial<TimedEvent> & Pick<TimedEvent, 'atMs' | 'read' | 'class'>>): EventLog {
    const log = new EventLog()
    for (const event of events) {
      while (log.#reads <= event.read) log.startRead(event.atMs)
      log.append(CLASS_CODES[event.class], event.offset ?? 0, event.tokens ?? null)
    }
    return log
  }
}

function grown<Column extends Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer>>(
  column: Column,
  Type: new (length: number) => Column,
): Column {
  const larger = new Type(2 * Math.max(column.length, SMALLEST_CAPACITY))
  larger.set(column)
  return larger
}
