import type { EventClass } from './record.ts'

/**
 * Tells what one streamed chat or completion event carries by walking its bytes once, without building a value: which
 * keys stand where, and whether they hold something. Text inside strings cannot be mistaken for keys. `JSON.parse` costs
 * several times as much, on the thread that stamps.
 *
 * When an event holds several things the class is the first of: error, tool, answer, reasoning, finish, role. `usage` is
 * an event that has nothing else; where the counts come with every event, each still has the class of its choice.
 */
export class EventClassifier {
  /** Of the event classified last: it names a finish reason, holds a usage object, is not one whole JSON object. */
  finish = false
  usage = false
  broken = false
  /** `usage.completion_tokens`, −1 where it is not there or no plain number. */
  completionTokens = UNKNOWN_COUNT
  /**
   * The values that differ from one event of a stream to the next, as `[start, end, kind]` one after the other: filled
   * strings of token text, and the numbers in `usage`. {@link EventTemplate} takes the rest for fixed.
   */
  readonly holes: number[] = []

  classify(bytes: Uint8Array, start: number, end: number): EventClass {
    this.finish = false
    this.usage = false
    this.broken = false
    this.completionTokens = UNKNOWN_COUNT
    this.holes.length = 0
    let position = skipSpace(bytes, start, end)
    if (bytes[position] !== OPEN_BRACE || position >= end) {
      if (matches(bytes, position, end, DONE)) return 'done'
      this.broken = true
      return 'other'
    }
    let error = false
    let tool = false
    let answer = false
    let reasoning = false
    let role = false
    let choice = false
    let depth = 0
    let inChoices = false
    let inDelta = false
    let inUsage = false
    while (position < end) {
      const byte = bytes[position]
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        depth--
        if (depth < DELTA_DEPTH) inDelta = false
        if (depth <= TOP_DEPTH) {
          inChoices = false
          inUsage = false
        }
      } else if (byte === QUOTE) {
        const key = position + 1
        const keyEnd = endOfString(bytes, key, end)
        position = keyEnd + 1
        const colon = skipSpace(bytes, position, end)
        if (byteAt(bytes, colon, end) !== COLON) continue
        position = skipSpace(bytes, colon + 1, end)
        const first = byteAt(bytes, position, end)
        if (depth === TOP_DEPTH) {
          if (isKey(bytes, key, keyEnd, CHOICES)) inChoices = true
          else if (isKey(bytes, key, keyEnd, USAGE)) this.usage = inUsage = first === OPEN_BRACE
          else if (isKey(bytes, key, keyEnd, ERROR)) error = first !== LETTER_N
          else if (isKey(bytes, key, keyEnd, OBJECT)) error ||= matches(bytes, position, end, ERROR_TEXT)
        } else if (depth === CHOICE_DEPTH && inChoices) {
          choice = true
          if (isKey(bytes, key, keyEnd, DELTA)) inDelta = true
          else if (isKey(bytes, key, keyEnd, FINISH_REASON)) this.finish = hasText(bytes, position, end) || this.finish
          else if (isKey(bytes, key, keyEnd, TEXT)) answer = this.#tokenText(bytes, position, end) || answer
        } else if (depth === DELTA_DEPTH && inDelta) {
          if (isKey(bytes, key, keyEnd, CONTENT)) answer = this.#tokenText(bytes, position, end) || answer
          else if (isKey(bytes, key, keyEnd, REASONING) || isKey(bytes, key, keyEnd, REASONING_CONTENT))
            reasoning = this.#tokenText(bytes, position, end) || reasoning
          else if (isKey(bytes, key, keyEnd, TOOL_CALLS)) tool ||= hasEntry(bytes, position, end)
          else if (isKey(bytes, key, keyEnd, ROLE)) role = true
        } else if (inUsage) {
          const completion = depth === USAGE_DEPTH && isKey(bytes, key, keyEnd, COMPLETION_TOKENS)
          this.#usageNumber(bytes, position, end, completion ? COMPLETION_HOLE : NUMBER_HOLE)
        }
        continue
      }
      position++
    }
    this.broken = depth !== 0
    if (error) return 'error'
    if (tool) return 'tool'
    if (answer) return 'answer'
    if (reasoning) return 'reasoning'
    if (this.finish) return 'finish'
    if (role) return 'role'
    return this.usage && !choice ? 'usage' : 'other'
  }

  /** Whether the value is a string with something in it. */
  #tokenText(bytes: Uint8Array, position: number, end: number): boolean {
    if (!hasText(bytes, position, end)) return false
    this.holes.push(position + 1, endOfString(bytes, position + 1, end), TEXT_HOLE)
    return true
  }

  #usageNumber(bytes: Uint8Array, position: number, end: number, kind: number): void {
    const numberEnd = endOfDigits(bytes, position, end)
    if (numberEnd === position) return
    this.holes.push(position, numberEnd, kind)
    if (kind === COMPLETION_HOLE) this.completionTokens = digitsValue(bytes, position, numberEnd)
  }
}

/** Kinds of {@link EventClassifier.holes}. */
export const TEXT_HOLE = 0
export const NUMBER_HOLE = 1
export const COMPLETION_HOLE = 2

export const UNKNOWN_COUNT = -1
/** As many decimal digits are always exact. */
const MAX_COUNT_DIGITS = 15

/** Beyond the digits of a whole number that begins at `position`; `position` where there is none, or one of another form. */
export function endOfDigits(bytes: Uint8Array, position: number, end: number): number {
  let digitsEnd = position
  while (digitsEnd < end && isDigit(bytes[digitsEnd]!)) digitsEnd++
  if (digitsEnd - position > MAX_COUNT_DIGITS) return position
  const next = byteAt(bytes, digitsEnd, end)
  return next === COMMA || next === CLOSE_BRACE || next <= SPACE ? digitsEnd : position
}

export function digitsValue(bytes: Uint8Array, start: number, end: number): number {
  let value = 0
  for (let position = start; position < end; position++) value = 10 * value + bytes[position]! - ZERO
  return value
}

/** Classes that stand for generated tokens. */
export function carriesTokens(eventClass: EventClass): boolean {
  return eventClass === 'answer' || eventClass === 'reasoning' || eventClass === 'tool'
}

const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const QUOTE = 0x22
const COLON = 0x3a
const BACKSLASH = 0x5c
const COMMA = 0x2c
const SPACE = 0x20
const ZERO = 0x30
const NINE = 0x39
/** The first letter of `null`, the only JSON value that begins so. */
const LETTER_N = 0x6e

/** Nesting of `{choices: [{delta: {…}}], usage: {…}}`. */
const TOP_DEPTH = 1
const USAGE_DEPTH = 2
const CHOICE_DEPTH = 3
const DELTA_DEPTH = 4

const DONE = Buffer.from('[DONE]')
const ERROR_TEXT = Buffer.from('"error"')
const CHOICES = Buffer.from('choices')
const USAGE = Buffer.from('usage')
const COMPLETION_TOKENS = Buffer.from('completion_tokens')
const ERROR = Buffer.from('error')
const OBJECT = Buffer.from('object')
const DELTA = Buffer.from('delta')
const FINISH_REASON = Buffer.from('finish_reason')
const TEXT = Buffer.from('text')
const CONTENT = Buffer.from('content')
const REASONING = Buffer.from('reasoning')
const REASONING_CONTENT = Buffer.from('reasoning_content')
const TOOL_CALLS = Buffer.from('tool_calls')
const ROLE = Buffer.from('role')

function skipSpace(bytes: Uint8Array, from: number, end: number): number {
  let position = from
  while (position < end && bytes[position]! <= 0x20) position++
  return position
}

/** The position of the closing quote, `end` where there is none. */
function endOfString(bytes: Uint8Array, from: number, end: number): number {
  let position = from
  while (position < end && bytes[position] !== QUOTE) position += bytes[position] === BACKSLASH ? 2 : 1
  return Math.min(position, end)
}

function isKey(bytes: Uint8Array, start: number, end: number, name: Uint8Array): boolean {
  return end - start === name.length && matches(bytes, start, end, name)
}

function matches(bytes: Uint8Array, start: number, end: number, name: Uint8Array): boolean {
  if (end - start < name.length) return false
  for (let index = 0; index < name.length; index++) if (bytes[start + index] !== name[index]) return false
  return true
}

function hasText(bytes: Uint8Array, position: number, end: number): boolean {
  return byteAt(bytes, position, end) === QUOTE && position + 1 < end && bytes[position + 1] !== QUOTE
}

function hasEntry(bytes: Uint8Array, position: number, end: number): boolean {
  if (byteAt(bytes, position, end) !== OPEN_BRACKET) return false
  return byteAt(bytes, skipSpace(bytes, position + 1, end), end) !== CLOSE_BRACKET
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE
}

/** −1 beyond the end, where other bytes may lie. */
function byteAt(bytes: Uint8Array, position: number, end: number): number {
  return position < end ? bytes[position]! : -1
}
