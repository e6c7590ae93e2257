import { ConfigurationError } from '../../../record/problem.ts'

/** The text of one JSON value of a file, and the line on which it begins, counted from 1. */
export interface FileRecord {
  line: number
  text: string
}

/** A conversation of 1 M tokens is some 5 MB. */
export const MAX_RECORD_BYTES = 64 * 1024 * 1024

const [NEWLINE, RETURN, TAB, SPACE] = [0x0a, 0x0d, 0x09, 0x20]
const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c]
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d]

/**
 * Cuts a file that arrives in parts into its records without holding it: the objects of one JSON array, or one JSON value
 * a line. Which of the two is told by the first byte. Only the cuts are found here; the text of a record is not checked.
 */
export class RecordSplitter {
  readonly #file: string
  #layout: 'unknown' | 'lines' | 'array' | 'ended' = 'unknown'
  #line = 1
  /** Of the record that is under way. */
  #recordLine = 1
  #parts: Buffer[] = []
  #bytes = 0
  #depth = 0
  #inString = false
  #escaped = false
  #first = true

  constructor(file: string) {
    this.#file = file
  }

  push(part: Uint8Array): FileRecord[] {
    let bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength)
    if (this.#first && bytes.length >= 3 && bytes.readUIntBE(0, 3) === 0xefbbbf) bytes = bytes.subarray(3)
    if (bytes.length > 0) this.#first = false
    if (this.#layout === 'unknown') {
      const start = bytes.findIndex((byte) => !isSpace(byte))
      for (const byte of start === -1 ? bytes : bytes.subarray(0, start)) if (byte === NEWLINE) this.#line++
      if (start === -1) return []
      this.#layout = bytes[start] === OPEN_BRACKET ? 'array' : 'lines'
      this.#recordLine = this.#line
      bytes = bytes.subarray(this.#layout === 'array' ? start + 1 : start)
    }
    return this.#layout === 'lines' ? this.#pushLines(bytes) : this.#pushArray(bytes)
  }

  /** The last record, when no newline ended it. */
  end(): FileRecord[] {
    if (this.#layout === 'array') throw this.#wrong('the array is not closed', 'is the file whole?')
    return this.#layout === 'lines' ? this.#take() : []
  }

  #pushLines(bytes: Buffer): FileRecord[] {
    const records: FileRecord[] = []
    let start = 0
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      this.#keep(bytes.subarray(start, end))
      records.push(...this.#take())
      this.#recordLine = ++this.#line
      start = end + 1
    }
    this.#keep(bytes.subarray(start))
    return records
  }

  #pushArray(bytes: Buffer): FileRecord[] {
    const records: FileRecord[] = []
    let start = 0
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index]!
      if (byte === NEWLINE) this.#line++
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false
        else if (byte === BACKSLASH) this.#escaped = true
        else if (byte === QUOTE) this.#inString = false
      } else if (this.#depth === 0) {
        if (isSpace(byte) || (byte === COMMA && this.#layout === 'array')) continue
        if (byte === CLOSE_BRACKET && this.#layout === 'array') this.#layout = 'ended'
        else if (byte !== OPEN_BRACE || this.#layout === 'ended') throw this.#wrong('an object was expected', SHAPE)
        else {
          this.#recordLine = this.#line
          this.#depth = 1
          start = index
        }
      } else if (byte === QUOTE) this.#inString = true
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#depth++
      else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --this.#depth === 0) {
        this.#keep(bytes.subarray(start, index + 1))
        records.push(...this.#take())
      }
    }
    if (this.#depth > 0) this.#keep(bytes.subarray(start))
    return records
  }

  #keep(part: Buffer): void {
    this.#bytes += part.length
    if (this.#bytes > MAX_RECORD_BYTES)
      throw this.#wrong(`a record exceeds ${MAX_RECORD_BYTES} bytes`, SHAPE, this.#recordLine)
    // A part may be memory that the reader fills again.
    if (part.length > 0) this.#parts.push(Buffer.from(part))
  }

  #take(): FileRecord[] {
    const text = Buffer.concat(this.#parts).toString('utf8').trim()
    this.#parts = []
    this.#bytes = 0
    return text === '' ? [] : [{ line: this.#recordLine, text }]
  }

  #wrong(message: string, hint: string, line = this.#line): ConfigurationError {
    return new ConfigurationError([{ file: this.#file, line, field: '', message, hint }])
  }
}

const SHAPE = 'give a JSON array of objects, or one JSON object a line'

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === NEWLINE || byte === RETURN || byte === TAB
}
