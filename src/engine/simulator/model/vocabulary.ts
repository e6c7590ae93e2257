import { SPECIAL_TOKENS } from './special-tokens.ts'
import { CHINESE_CHARACTERS, FOREIGN_WORDS, WORDS } from './words.ts'

/**
 * The fixed vocabulary: special tokens, then the 256 bytes (so that every text can be written), then pieces. It does not
 * depend on any seed: two simulated models read the same prompt as the same tokens.
 */

const FIRST_BYTE = SPECIAL_TOKENS.length
const FIRST_PIECE = FIRST_BYTE + 256

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz'
const SUFFIXES = ['ing', 'tion', 'ed', 'er', 'est', 'ly', 'ment', 'ness', 'able', 'ight', 'ough', 'ers', 'ies', 'ous']
const SPACES = ['  ', '    ', '        ', '\n', '\n\n', '\t', '\r\n']
// No piece but the lone "<" and "</" holds a "<": a longer one would swallow the start of a special token.
const PUNCTUATION = [
  '</',
  '",',
  '":',
  '": ',
  '", "',
  '{"',
  '"}',
  '"]',
  '[]',
  '{}',
  '()',
  '```',
  '...',
  '==',
  '**',
  '=>',
]

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

function* pieces(): Generator<string> {
  for (let code = 0x20; code < 0x7f; code++) yield String.fromCharCode(code)
  yield* SPACES
  yield* PUNCTUATION
  // Numbers are cut into groups of at most three digits, as the V3 and V4 tokenizers do.
  for (let width = 1; width <= 3; width++)
    for (let number = 0; number < 10 ** width; number++) yield String(number).padStart(width, '0')
  for (const first of ALPHABET) {
    yield ` ${first}`
    yield ` ${first.toUpperCase()}`
    for (const second of ALPHABET) yield first + second
  }
  yield* SUFFIXES
  for (const word of WORDS) {
    yield word
    yield ` ${word}`
    yield capitalised(word)
    yield ` ${capitalised(word)}`
  }
  for (const word of FOREIGN_WORDS) {
    yield word
    yield ` ${word}`
  }
  yield* CHINESE_CHARACTERS
}

const PIECES: readonly string[] = [...new Set(pieces())]
const IDS: ReadonlyMap<string, number> = new Map(PIECES.map((piece, index) => [piece, FIRST_PIECE + index]))

export const VOCABULARY_SIZE = FIRST_PIECE + PIECES.length

/** Tokens that can be sampled out of the tail: all pieces; special tokens and lone bytes cannot. */
export const ORDINARY_TOKENS = { first: FIRST_PIECE, count: PIECES.length } as const

export function byteToken(byte: number): number {
  return FIRST_BYTE + byte
}

export function isByteToken(id: number): boolean {
  return id >= FIRST_BYTE && id < FIRST_PIECE
}

/** The text of a token; undefined for a lone byte and for an id outside the vocabulary. */
export function pieceOf(id: number): string | undefined {
  return id < FIRST_BYTE ? SPECIAL_TOKENS[id] : PIECES[id - FIRST_PIECE]
}

const encoder = new TextEncoder()

/** The bytes of a token, empty for an id outside the vocabulary. */
export function bytesOf(id: number): Uint8Array {
  if (isByteToken(id)) return Uint8Array.of(id - FIRST_BYTE)
  return encoder.encode(pieceOf(id) ?? '')
}

function ids(words: Iterable<string>): readonly number[] {
  return [...words].map((word) => IDS.get(word)!)
}

/** What running text is made of. */
export const TEXT_POOLS = {
  opening: ids(WORDS.map(capitalised)),
  openingAfterStop: ids(WORDS.map((word) => ` ${capitalised(word)}`)),
  word: ids(WORDS.map((word) => ` ${word}`)),
  foreign: ids(FOREIGN_WORDS.map((word) => ` ${word}`)),
  stop: ids(['.', '!', '?', ';', ':']),
  comma: ids([',']),
} as const

/** Every text that is one token, for the longest match. */
export function* knownTexts(): Generator<readonly [string, number]> {
  for (const [id, text] of SPECIAL_TOKENS.entries()) yield [text, id]
  yield* IDS
}
