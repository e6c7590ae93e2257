/**
 * Reads the Prometheus text exposition format 0.0.4 and the lines of OpenMetrics 1.0 that engines write
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). Never throws: what it cannot read it counts.
 */

export interface Sample {
  /** As on the wire: with `_total`, `_bucket`, `_sum`, `_count`. */
  name: string
  labels: ReadonlyMap<string, string>
  /** May be ±Infinity or NaN. */
  value: number
  /** As written: milliseconds in Prometheus' own format, seconds in OpenMetrics. */
  timestamp: number | null
}

export interface Exposition {
  samples: Sample[]
  /** Declared type by family name: `counter`, `gauge`, `histogram`, … */
  types: ReadonlyMap<string, string>
  /** Lines that are no sample, no comment and not empty. */
  unreadable: number
  /** The text was longer than the limits; the rest was not read. */
  cut: boolean
}

export interface ExpositionLimits {
  characters: number
  samples: number
}

/** A vLLM with 16 engines writes some 2 MB. */
const DEFAULT_LIMITS: ExpositionLimits = { characters: 16 * 1024 * 1024, samples: 200_000 }
const MAX_LABELS = 64

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const LABEL_START = /[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"/y
const LABEL_TEXT = /[^"\\]*(?:\\[\s\S][^"\\]*)*/y
const LABEL_END = /"[ \t]*(,)?[ \t]*(\})?/y
const EMPTY_LABELS = /[ \t]*\}/y
const SPACE = /[ \t]*/y
/** An exemplar of OpenMetrics (`# {…} 1 2`) may follow. */
const VALUE_AND_TIME = /([^\s#]+)(?:[ \t]+([^\s#]+))?[ \t]*(?:#.*)?$/y
const TYPE = /^#[ \t]+TYPE[ \t]+([a-zA-Z_:][a-zA-Z0-9_:]*)[ \t]+(\w+)[ \t]*$/
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

export function parsePrometheusText(text: string, limits: Partial<ExpositionLimits> = {}): Exposition {
  const { characters, samples: maxSamples } = { ...DEFAULT_LIMITS, ...limits }
  const samples: Sample[] = []
  const types = new Map<string, string>()
  let unreadable = 0
  let cut = text.length > characters
  const end = Math.min(text.length, characters)
  for (let start = 0; start < end; ) {
    const newline = text.indexOf('\n', start)
    // A line that the limit cuts in two would be read as another number.
    if (newline < 0 ? cut : newline >= end) break
    const line = text.slice(start, newline < 0 ? end : newline).trim()
    start = newline < 0 ? end : newline + 1
    if (line === '# EOF') break
    if (line === '') continue
    if (line.startsWith('#')) {
      const type = TYPE.exec(line)
      if (type) types.set(type[1]!, type[2]!)
      continue
    }
    if (samples.length >= maxSamples) {
      cut = true
      break
    }
    const sample = sampleOf(line)
    if (sample) samples.push(sample)
    else unreadable++
  }
  return { samples, types, unreadable, cut }
}

function sampleOf(line: string): Sample | null {
  const name = at(NAME, line, 0)
  if (!name) return null
  let position = skip(line, NAME.lastIndex)
  let labels: ReadonlyMap<string, string> = NO_LABELS
  if (line[position] === '{') {
    const read = labelsAt(line, position + 1)
    if (!read) return null
    labels = read.labels
    position = read.end
  } else if (position === NAME.lastIndex) return null
  position = skip(line, position)
  const rest = at(VALUE_AND_TIME, line, position)
  if (!rest) return null
  const value = numberOf(rest[1]!)
  const timestamp = rest[2] === undefined ? null : numberOf(rest[2])
  if (value === null || (rest[2] !== undefined && timestamp === null)) return null
  return { name: name[0], labels, value, timestamp }
}

const NO_LABELS: ReadonlyMap<string, string> = new Map()

/** Labels from after the opening brace to after the closing one; null where they are not well formed. */
function labelsAt(line: string, start: number): { labels: Map<string, string>; end: number } | null {
  const labels = new Map<string, string>()
  let position = start
  for (let count = 0; count <= MAX_LABELS; count++) {
    if (at(EMPTY_LABELS, line, position)) return { labels, end: EMPTY_LABELS.lastIndex }
    const label = at(LABEL_START, line, position)
    if (!label) return null
    const text = at(LABEL_TEXT, line, LABEL_START.lastIndex)!
    const closing = at(LABEL_END, line, LABEL_TEXT.lastIndex)
    if (!closing || labels.has(label[1]!)) return null
    labels.set(label[1]!, unescaped(text[0]))
    position = LABEL_END.lastIndex
    if (closing[2] !== undefined) return { labels, end: position }
    if (closing[1] === undefined) return null
  }
  return null
}

function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\(.)/g, (whole, escaped) => {
    if (escaped === 'n') return '\n'
    return escaped === '\\' || escaped === '"' ? escaped : whole
  })
}

function numberOf(text: string): number | null {
  if (NUMBER.test(text)) return Number(text)
  switch (text.toLowerCase()) {
    case 'nan':
      return Number.NaN
    case 'inf':
    case '+inf':
      return Number.POSITIVE_INFINITY
    case '-inf':
      return Number.NEGATIVE_INFINITY
    default:
      return null
  }
}

function at(pattern: RegExp, line: string, position: number): RegExpExecArray | null {
  pattern.lastIndex = position
  return pattern.exec(line)
}

function skip(line: string, position: number): number {
  at(SPACE, line, position)
  return SPACE.lastIndex
}
