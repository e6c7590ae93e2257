import { longestTokenAt } from './piece-index.ts'
import { isHidden } from './special-tokens.ts'
import { bytesOf, byteToken, isByteToken, pieceOf } from './vocabulary.ts'

/**
 * Text to tokens and back without loss: longest match, bytes for what is in no piece. A special token written in a text
 * becomes that token, as in the engines, which tokenize the rendered prompt as one text.
 */

const encoder = new TextEncoder()
const LONE_SURROGATE = /[\ud800-\udfff]/gu

/** Never fails; a lone surrogate is read as U+FFFD, since it has no UTF-8. */
export function encode(input: string): number[] {
  const text = input.replace(LONE_SURROGATE, '\ufffd')
  const encoded: number[] = []
  let position = 0
  while (position < text.length) {
    const token = longestTokenAt(text, position)
    if (token >= 0) {
      encoded.push(token)
      position += pieceOf(token)!.length
      continue
    }
    const character = String.fromCodePoint(text.codePointAt(position)!)
    for (const byte of encoder.encode(character)) encoded.push(byteToken(byte))
    position += character.length
  }
  return encoded
}

/** Special tokens are written out; an incomplete character becomes U+FFFD. */
export function decode(sequence: readonly number[]): string {
  const detokenizer = new Detokenizer({ showSpecialTokens: true })
  return sequence.map((token) => detokenizer.push(token)).join('') + detokenizer.end()
}

/** What a log probability entry calls a token: its text, U+FFFD for a lone byte beyond ASCII. */
export function nameOf(token: number): string {
  const piece = pieceOf(token)
  if (piece !== undefined) return piece
  const bytes = bytesOf(token)
  return bytes[0]! < 0x80 ? String.fromCharCode(bytes[0]!) : '\ufffd'
}

/** Tokens one at a time to text; a character that is not whole yet is kept back. */
export class Detokenizer {
  readonly #showSpecialTokens: boolean
  // ignoreBOM keeps U+FEFF in the text: without it the decoder would swallow one.
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  #pending = false

  constructor(options: { showSpecialTokens: boolean }) {
    this.#showSpecialTokens = options.showSpecialTokens
  }

  push(token: number): string {
    if (isHidden(token) && !this.#showSpecialTokens) return ''
    if (isByteToken(token)) {
      const text = this.#decoder.decode(bytesOf(token), { stream: true })
      this.#pending = true
      return text
    }
    const flushed = this.end()
    return flushed + (pieceOf(token) ?? '')
  }

  end(): string {
    if (!this.#pending) return ''
    this.#pending = false
    return this.#decoder.decode()
  }
}
