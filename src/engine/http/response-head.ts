/** The status line and the header fields of one HTTP/1.x response (RFC 9112 §4 to §6). */

/** How the end of the body is found. */
export type BodyFraming =
  | { kind: 'none' }
  | { kind: 'length'; bytes: number }
  | { kind: 'chunked' }
  | { kind: 'until-close' }

export interface ResponseHead {
  status: number
  reason: string
  /** Lower-case names; repeated fields joined by a comma. */
  headers: ReadonlyMap<string, string>
  framing: BodyFraming
  /** The connection may carry another request afterwards. */
  keepAlive: boolean
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d{2})(?: (.*))?$/
const FIELD_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/**
 * Reads a head given as text up to and including its empty line; a string says what is wrong with it. Answers that begin
 * together often begin alike, and the first stamp of each waits for the heads of those before it: the last one is kept.
 */
export function readHead(text: string): ResponseHead | string {
  if (text !== lastText) {
    lastHead = readNewHead(text)
    lastText = text
  }
  return lastHead
}

let lastText: string | null = null
let lastHead: ResponseHead | string = ''

function readNewHead(text: string): ResponseHead | string {
  let status: RegExpExecArray | null = null
  const headers = new Map<string, string>()
  for (let from = 0; from < text.length; ) {
    const lf = text.indexOf('\n', from)
    const end = lf < 0 ? text.length : lf
    const line = text.slice(from, end > from && text[end - 1] === '\r' ? end - 1 : end)
    from = end + 1
    if (line === '') continue
    if (status === null) {
      status = STATUS_LINE.exec(line)
      if (!status) return notStatus(line)
      continue
    }
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon)).toLowerCase()
    if (!FIELD_NAME.test(name)) return `not a header field: ${JSON.stringify(line.slice(0, 80))}`
    const value = line.slice(colon + 1).trim()
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  if (status === null) return notStatus('')
  const code = Number(status[2])
  const framing = framingOf(code, headers)
  if (typeof framing === 'string') return framing
  const connection = tokens(headers.get('connection'))
  const persistent = status[1] === '1' ? !connection.includes('close') : connection.includes('keep-alive')
  // A message with both framings may be an attack on a proxy; such a connection is not used again (RFC 9112 §6.3).
  const ambiguous = headers.has('transfer-encoding') && headers.has('content-length')
  return {
    status: code,
    reason: status[3] ?? '',
    headers,
    framing,
    keepAlive: persistent && framing.kind !== 'until-close' && !ambiguous,
  }
}

function notStatus(line: string): string {
  return `not an HTTP/1.1 status line: ${JSON.stringify(line.slice(0, 80))}`
}

function framingOf(status: number, headers: ReadonlyMap<string, string>): BodyFraming | string {
  if (status < 200 || status === 204 || status === 304) return { kind: 'none' }
  const encodings = tokens(headers.get('transfer-encoding'))
  if (encodings.length > 0) {
    if (encodings.length === 1 && encodings[0] === 'chunked') return { kind: 'chunked' }
    return `transfer encoding ${encodings.join(', ').slice(0, 80)} is not supported`
  }
  const lengths = new Set(tokens(headers.get('content-length')))
  if (lengths.size === 0) return { kind: 'until-close' }
  const [length] = lengths
  if (lengths.size > 1 || !/^\d{1,15}$/.test(length!)) return 'the content length is not one number'
  return { kind: 'length', bytes: Number(length) }
}

function tokens(value: string | undefined): readonly string[] {
  if (value === undefined) return NONE
  return value
    .toLowerCase()
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '')
}

const NONE: readonly string[] = []
