/** The words in which the form of a file is spoken of. */

const KINDS: Record<string, string> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
}

/** A kind of value as zod names it. */
export function kindOfValue(expected: string): string {
  return KINDS[expected] ?? expected
}

/** What stands in the file, short and on one line. */
export function describe(value: unknown): string {
  if (value === null || value === '') return 'empty'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return 'a map'
  return typeof value === 'string' ? quote(value) : String(value)
}

const MAX_QUOTED_LENGTH = 60

/** Text from a file in quotes, cut, with control characters written out: it must not break the line or the terminal. */
export function quote(text: string): string {
  const cut = text.length > MAX_QUOTED_LENGTH ? `${text.slice(0, MAX_QUOTED_LENGTH - 3)}...` : text
  return oneLine(JSON.stringify(cut))
}

/** Control characters, and those that turn the direction of text, written out. */
export function oneLine(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for
    /[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

export function oneOf(allowed: readonly string[]): string {
  return allowed.length === 1 ? `${allowed[0]}` : `one of ${allowed.join(', ')}`
}

/** A limit that was missed, as zod reports it. */
export interface Bound {
  origin: string
  inclusive?: boolean | undefined
  side: 'least' | 'most'
  limit: number | bigint
}

export function missedBound({ origin, inclusive, side, limit }: Bound, given: unknown): string {
  const size = Array.isArray(given) || typeof given === 'string' ? given.length : undefined
  if (size !== undefined && (origin === 'array' || origin === 'string')) {
    const units = origin === 'array' ? ['entry', 'entries'] : ['character', 'characters']
    const unit = Number(limit) === 1 ? units[0] : units[1]
    return `must have at ${side} ${limit} ${unit}, ${size === 0 ? 'is empty' : `has ${size}`}`
  }
  const beyond = side === 'least' ? 'more' : 'less'
  return `must be ${inclusive === false ? `${beyond} than` : `at ${side}`} ${limit}, is ${describe(given)}`
}
