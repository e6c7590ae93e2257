import { COMPLETION_HOLE, type EventClassifier, TEXT_HOLE, UNKNOWN_COUNT } from './event-classifier.ts'

/**
 * The events of one stream differ in little: the token's text, and the counts where the server tells them with each.
 * This keeps the bytes of one event and knows others that differ in nothing else, so that they need no walk: the same
 * structure around filled strings and whole numbers has the same class. Exact by construction: what is not sure to be
 * the same is not known, and goes the long way.
 */
export class EventTemplate {
  /** What was said of the event it learned, and so of all that match; −1 before the first. */
  classCode = -1
  usage = false
  /** Of the event matched last: `usage.completion_tokens` (−1 for none), and where its data ends. */
  completionTokens = UNKNOWN_COUNT
  dataEnd = 0

  #fixed: Uint8Array = NO_BYTES
  #fixedView: DataView = NO_VIEW
  #length = 0
  #holes: Int32Array = NO_HOLES
  #holesLength = 0
  #seen: Uint8Array | null = null
  #seenView: DataView = NO_VIEW

  /** Takes the event that the classifier saw last for the pattern of the next ones. */
  learn(bytes: Uint8Array, start: number, end: number, classifier: EventClassifier, classCode: number): void {
    this.classCode = -1
    const { holes } = classifier
    if (end - start > MAX_LEARNED_BYTES || holes.length > MAX_HOLES * HOLE_FIELDS) return
    // A line end would make it several lines, and a zero byte may make unequal numbers of eight bytes compare equal.
    for (let position = start; position < end; position++) if (bytes[position]! < SPACE) return
    if (this.#fixed.length < end - start) this.#makeRoom(end - start)
    this.#fixed.set(bytes.subarray(start, end))
    this.#length = end - start
    for (let index = 0; index < holes.length; index += HOLE_FIELDS) {
      this.#holes[index] = holes[index]! - start
      this.#holes[index + 1] = holes[index + 1]! - start
      this.#holes[index + 2] = holes[index + 2]!
    }
    this.#holesLength = holes.length
    this.usage = classifier.usage
    this.classCode = classCode
  }

  /**
   * Where the event that begins at `position` with its `data:` ends, its empty line included; −1 when it is not wholly
   * there, or not like the one that was learned.
   */
  match(bytes: Uint8Array, position: number, end: number): number {
    if (this.classCode < 0) return -1
    if (this.#seen !== bytes) {
      this.#seen = bytes
      this.#seenView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    }
    // The shortest that it can be; every reading below is then within the bytes, or checked.
    if (end - position < DATA_BYTES || !isData(bytes, position)) return -1
    let at = position + DATA_BYTES
    if (bytes[at] === SPACE) at++
    let completionTokens = UNKNOWN_COUNT
    let fixed = 0
    const holes = this.#holes
    for (let index = 0; index < this.#holesLength; index += HOLE_FIELDS) {
      const holeStart = holes[index]!
      if (!this.#equal(bytes, at, end, fixed, holeStart)) return -1
      at += holeStart - fixed
      fixed = holes[index + 1]!
      const kind = holes[index + 2]!
      if (kind === TEXT_HOLE) {
        const textEnd = endOfText(bytes, at, end)
        if (textEnd === at) return -1
        at = textEnd
        continue
      }
      let value = 0
      let digits = 0
      while (at < end) {
        const digit = bytes[at]! - ZERO
        if (digit < 0 || digit > 9) break
        value = 10 * value + digit
        digits++
        at++
      }
      if (digits === 0 || digits > MAX_COUNT_DIGITS) return -1
      if (kind === COMPLETION_HOLE) completionTokens = value
    }
    if (!this.#equal(bytes, at, end, fixed, this.#length)) return -1
    at += this.#length - fixed
    const after = afterEmptyLine(bytes, at, end)
    if (after < 0) return -1
    this.dataEnd = at
    this.completionTokens = completionTokens
    return after
  }

  /**
   * Whether the bytes at `at` are those of the pattern from `from` to `to`. Eight at a time, as floating-point numbers:
   * of all ways that is the fastest on every Node (a native comparison costs more in its call, BigInt allocates before
   * Node 24). Without zero bytes no such number is ±0, and NaN is unequal to itself: at worst an event goes the long way.
   */
  #equal(bytes: Uint8Array, at: number, end: number, from: number, to: number): boolean {
    const length = to - from
    if (at + length > end) return false
    if (length < NUMBER_BYTES) {
      for (let index = 0; index < length; index++) if (bytes[at + index] !== this.#fixed[from + index]) return false
      return true
    }
    const seen = this.#seenView
    const fixed = this.#fixedView
    const last = length - NUMBER_BYTES
    for (let index = 0; index < last; index += NUMBER_BYTES)
      if (seen.getFloat64(at + index, true) !== fixed.getFloat64(from + index, true)) return false
    return seen.getFloat64(at + last, true) === fixed.getFloat64(from + last, true)
  }

  #makeRoom(bytes: number): void {
    this.#fixed = new Uint8Array(Math.max(SMALLEST_BYTES, 2 * bytes))
    this.#fixedView = new DataView(this.#fixed.buffer)
    this.#holes = new Int32Array(MAX_HOLES * HOLE_FIELDS)
  }
}

/** A template is made with every request, and most of its life it is of use; until then it costs next to nothing. */
const NO_BYTES = new Uint8Array(0)
const NO_VIEW = new DataView(NO_BYTES.buffer)
const NO_HOLES = new Int32Array(0)

/** Longer events (alternatives of each token) differ in more than this looks at. */
const MAX_LEARNED_BYTES = 4096
const SMALLEST_BYTES = 512
const MAX_HOLES = 16
const HOLE_FIELDS = 3
const MAX_COUNT_DIGITS = 15
const NUMBER_BYTES = 8
const DATA_BYTES = 5

const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const QUOTE = 0x22
const ZERO = 0x30
const BACKSLASH = 0x5c

/** `data:` */
function isData(bytes: Uint8Array, position: number): boolean {
  return (
    bytes[position] === 0x64 &&
    bytes[position + 1] === 0x61 &&
    bytes[position + 2] === 0x74 &&
    bytes[position + 3] === 0x61 &&
    bytes[position + 4] === 0x3a
  )
}

/** Where the closing quote is; `from` where the string is empty, or where there may be none within its line. */
function endOfText(bytes: Uint8Array, from: number, end: number): number {
  let position = from
  while (position < end) {
    const byte = bytes[position]!
    if (byte === QUOTE) return position
    if (byte < SPACE) return from
    if (byte === BACKSLASH) {
      if (position + 1 >= end || bytes[position + 1]! < SPACE) return from
      position++
    }
    position++
  }
  return from
}

function afterEmptyLine(bytes: Uint8Array, at: number, end: number): number {
  if (at + 1 < end && bytes[at] === LF && bytes[at + 1] === LF) return at + 2
  const carried =
    at + 3 < end && bytes[at] === CR && bytes[at + 1] === LF && bytes[at + 2] === CR && bytes[at + 3] === LF
  return carried ? at + 4 : -1
}
