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

/** Reads a head given as text up to and including its empty line; a string says what is wrong with it. */
export function readHead(text: string): ResponseHead | string {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
  const filled = lines.filter((line) => line !== '')
  const status = STATUS_LINE.exec(filled[0] ?? '')
  if (!status) return `not an HTTP/1.1 status line: ${JSON.stringify((filled[0] ?? '').slice(0, 80))}`
  const headers = new Map<string, string>()
  for (const line of filled.slice(1)) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon)).toLowerCase()
    if (!FIELD_NAME.test(name)) return `not a header field: ${JSON.stringify(line.slice(0, 80))}`
    const value = line.slice(colon + 1).trim()
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : `${before}, ${value}`)
  }
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

function tokens(value: string | undefined): string[] {
  if (value === undefined) return []
  return value
    .toLowerCase()
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '')
}
