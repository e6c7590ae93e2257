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
/** Of one event: as many as the column holds. */
export const MAX_TOKENS = 2 ** 31 - 1
const SMALLEST_CAPACITY = 16
/** Events and reads are kept in blocks of this size: to grow never copies more than one, which takes microseconds. */
const BLOCK_BITS = 14
export const BLOCK_EVENTS = 1 << BLOCK_BITS
const BYTES_AN_EVENT = 17
const WITHIN_BLOCK = BLOCK_EVENTS - 1

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
  #blocks: Block[]
  #readBlocks: Float64Array<ArrayBuffer>[]
  /** The last of each, and the index beyond it. */
  #block: Block
  #blockEnd: number
  #readBlock: Float64Array<ArrayBuffer>
  #readBlockEnd: number

  /** `capacity`: events expected; room for at most one block of them is made at once. */
  constructor(capacity: number = SMALLEST_CAPACITY) {
    const size = Math.min(Math.max(SMALLEST_CAPACITY, capacity), BLOCK_EVENTS)
    this.#block = Block.empty(size)
    this.#blocks = [this.#block]
    this.#blockEnd = size
    this.#readBlock = new Float64Array(size)
    this.#readBlocks = [this.#readBlock]
    this.#readBlockEnd = size
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
    if (this.#reads === this.#readBlockEnd) this.#growReads()
    this.#readBlock[this.#reads++ & WITHIN_BLOCK] = atMs
  }

  append(classCode: number, offset: number, tokens: number | null = null): void {
    if (this.#length === this.#blockEnd) this.#grow()
    const block = this.#block
    const index = this.#length++ & WITHIN_BLOCK
    block.read[index] = this.#reads - 1
    block.offset[index] = offset
    block.class[index] = classCode
    block.tokens[index] = tokens ?? UNKNOWN_TOKENS
  }

  atMs(index: number): number {
    return this.readAtMs(this.read(index))
  }

  read(index: number): number {
    return this.#blocks[index >> BLOCK_BITS]!.read[index & WITHIN_BLOCK]!
  }

  offset(index: number): number {
    return this.#blocks[index >> BLOCK_BITS]!.offset[index & WITHIN_BLOCK]!
  }

  classAt(index: number): EventClass {
    return EVENT_CLASSES[this.#blocks[index >> BLOCK_BITS]!.class[index & WITHIN_BLOCK]!]!
  }

  tokens(index: number): number | null {
    const tokens = this.#blocks[index >> BLOCK_BITS]!.tokens[index & WITHIN_BLOCK]!
    return tokens === UNKNOWN_TOKENS ? null : tokens
  }

  readAtMs(read: number): number {
    return this.#readBlocks[read >> BLOCK_BITS]![read & WITHIN_BLOCK]!
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

  /** Copies, trimmed to what is used; the log may be used on. */
  columns(): EventColumns {
    const columns: EventColumns = {
      length: this.#length,
      reads: this.#reads,
      readAtMs: new Float64Array(this.#reads),
      read: new Uint32Array(this.#length),
      offset: new Float64Array(this.#length),
      class: new Uint8Array(this.#length),
      tokens: new Int32Array(this.#length),
    }
    for (const [number, block] of this.#blocks.entries()) {
      const from = number * BLOCK_EVENTS
      const used = Math.min(this.#length - from, BLOCK_EVENTS)
      columns.read.set(block.read.subarray(0, used), from)
      columns.offset.set(block.offset.subarray(0, used), from)
      columns.class.set(block.class.subarray(0, used), from)
      columns.tokens.set(block.tokens.subarray(0, used), from)
    }
    for (const [number, block] of this.#readBlocks.entries()) {
      const from = number * BLOCK_EVENTS
      columns.readAtMs.set(block.subarray(0, Math.min(this.#reads - from, BLOCK_EVENTS)), from)
    }
    return columns
  }

  /** Takes the columns over without a copy. */
  static fromColumns(columns: EventColumns): EventLog {
    const log = new EventLog(0)
    if (columns.length > 0) log.#blocks = []
    for (let from = 0; from < columns.length; from += BLOCK_EVENTS) log.#blocks.push(Block.view(columns, from))
    if (columns.reads > 0) log.#readBlocks = []
    for (let from = 0; from < columns.reads; from += BLOCK_EVENTS)
      log.#readBlocks.push(columns.readAtMs.subarray(from, Math.min(columns.reads, from + BLOCK_EVENTS)))
    log.#length = columns.length
    log.#reads = columns.reads
    log.#useLast()
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

  #grow(): void {
    const last = this.#block
    if (last.size < BLOCK_EVENTS) this.#blocks[this.#blocks.length - 1] = last.grown()
    else this.#blocks.push(Block.empty(BLOCK_EVENTS))
    this.#useLast()
  }

  #growReads(): void {
    const last = this.#readBlock
    if (last.length < BLOCK_EVENTS) {
      const larger = new Float64Array(grownSize(last.length))
      larger.set(last)
      this.#readBlocks[this.#readBlocks.length - 1] = larger
    } else this.#readBlocks.push(new Float64Array(BLOCK_EVENTS))
    this.#useLast()
  }

  #useLast(): void {
    this.#block = this.#blocks.at(-1)!
    this.#blockEnd = (this.#blocks.length - 1) * BLOCK_EVENTS + this.#block.size
    this.#readBlock = this.#readBlocks.at(-1)!
    this.#readBlockEnd = (this.#readBlocks.length - 1) * BLOCK_EVENTS + this.#readBlock.length
  }
}

class Block {
  readonly size: number
  readonly read: Uint32Array<ArrayBuffer>
  readonly offset: Float64Array<ArrayBuffer>
  readonly class: Uint8Array<ArrayBuffer>
  readonly tokens: Int32Array<ArrayBuffer>

  constructor({ read, offset, class: codes, tokens }: Pick<EventColumns, 'read' | 'offset' | 'class' | 'tokens'>) {
    this.size = read.length
    this.read = read
    this.offset = offset
    this.class = codes
    this.tokens = tokens
  }

  /** All columns in one piece of memory: to ask for it costs more than all that is done with it. */
  static empty(size: number): Block {
    const memory = new ArrayBuffer(size * BYTES_AN_EVENT)
    return new Block({
      offset: new Float64Array(memory, 0, size),
      read: new Uint32Array(memory, size * 8, size),
      tokens: new Int32Array(memory, size * 12, size),
      class: new Uint8Array(memory, size * 16, size),
    })
  }

  /** The block of the columns that begins at event `from`. */
  static view(columns: EventColumns, from: number): Block {
    const end = Math.min(columns.length, from + BLOCK_EVENTS)
    return new Block({
      read: columns.read.subarray(from, end),
      offset: columns.offset.subarray(from, end),
      class: columns.class.subarray(from, end),
      tokens: columns.tokens.subarray(from, end),
    })
  }

  grown(): Block {
    const larger = Block.empty(grownSize(this.size))
    larger.read.set(this.read)
    larger.offset.set(this.offset)
    larger.class.set(this.class)
    larger.tokens.set(this.tokens)
    return larger
  }
}

function grownSize(size: number): number {
  return Math.min(BLOCK_EVENTS, 2 * Math.max(size, SMALLEST_CAPACITY))
}
