import type { EventClass } from './record.ts'

/**
 * Tells what one streamed chat or completion event carries by walking its bytes once, without building a value: which
 * keys stand where, and whether they hold something. Text inside strings cannot be mistaken for keys. `JSON.parse` costs
 * several times as much, on the thread that stamps.
 *
 * When an event holds several things the class is the first of: error, tool, answer, reasoning, finish, usage, role.
 */
export class EventClassifier {
  /** Of the event classified last: it names a finish reason, holds a usage object, is not one whole JSON object. */
  finish = false
  usage = false
  broken = false

  classify(bytes: Uint8Array, start: number, end: number): EventClass {
    this.finish = false
    this.usage = false
    this.broken = false
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
    let depth = 0
    let inChoices = false
    let inDelta = false
    while (position < end) {
      const byte = bytes[position]
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        depth--
        if (depth < DELTA_DEPTH) inDelta = false
        if (depth <= TOP_DEPTH) inChoices = false
      } else if (byte === QUOTE) {
        const key = position + 1
        const keyEnd = endOfString(bytes, key, end)
        position = keyEnd + 1
        const colon = skipSpace(bytes, position, end)
        if (bytes[colon] !== COLON || colon >= end) continue
        position = skipSpace(bytes, colon + 1, end)
        if (depth === TOP_DEPTH) {
          if (isKey(bytes, key, keyEnd, CHOICES)) inChoices = true
          else if (isKey(bytes, key, keyEnd, USAGE)) this.usage = bytes[position] === OPEN_BRACE
          else if (isKey(bytes, key, keyEnd, ERROR)) error = bytes[position] !== LETTER_N
          else if (isKey(bytes, key, keyEnd, OBJECT)) error ||= matches(bytes, position, end, ERROR_TEXT)
        } else if (depth === CHOICE_DEPTH && inChoices) {
          if (isKey(bytes, key, keyEnd, DELTA)) inDelta = true
          else if (isKey(bytes, key, keyEnd, FINISH_REASON)) this.finish ||= hasText(bytes, position)
          else if (isKey(bytes, key, keyEnd, TEXT)) answer ||= hasText(bytes, position)
        } else if (depth === DELTA_DEPTH && inDelta) {
          if (isKey(bytes, key, keyEnd, CONTENT)) answer ||= hasText(bytes, position)
          else if (isKey(bytes, key, keyEnd, REASONING) || isKey(bytes, key, keyEnd, REASONING_CONTENT))
            reasoning ||= hasText(bytes, position)
          else if (isKey(bytes, key, keyEnd, TOOL_CALLS)) tool ||= hasEntry(bytes, position, end)
          else if (isKey(bytes, key, keyEnd, ROLE)) role = true
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
    if (this.usage) return 'usage'
    return role ? 'role' : 'other'
  }
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
/** The first letter of `null`, the only JSON value that begins so. */
const LETTER_N = 0x6e

/** Nesting of `{choices: [{delta: {…}}]}`. */
const TOP_DEPTH = 1
const CHOICE_DEPTH = 3
const DELTA_DEPTH = 4

const DONE = Buffer.from('[DONE]')
const ERROR_TEXT = Buffer.from('"error"')
const CHOICES = Buffer.from('choices')
const USAGE = Buffer.from('usage')
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

function hasText(bytes: Uint8Array, position: number): boolean {
  return bytes[position] === QUOTE && bytes[position + 1] !== QUOTE
}

function hasEntry(bytes: Uint8Array, position: number, end: number): boolean {
  return bytes[position] === OPEN_BRACKET && bytes[skipSpace(bytes, position + 1, end)] !== CLOSE_BRACKET
}
