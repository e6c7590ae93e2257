import { isHidden } from './special-tokens.ts'
import { bytesOf, byteToken, isByteToken, knownTexts, pieceOf } from './vocabulary.ts'

/**
 * Text to tokens and back without loss: longest match, bytes for what is in no piece. A special token written in a text
 * becomes that token, as in the engines, which tokenize the rendered prompt as one text.
 */

/** A trie in one map: node * MAX_CHARACTERS + character index to the next node. */
const MAX_CHARACTERS = 1024
const characterIndex = new Map<number, number>()
const nextNode = new Map<number, number>()
const tokenAtNode: number[] = [-1]

for (const [text, id] of knownTexts()) {
  let node = 0
  for (let position = 0; position < text.length; position++) {
    const code = text.charCodeAt(position)
    let index = characterIndex.get(code)
    if (index === undefined) {
      index = characterIndex.size
      characterIndex.set(code, index)
    }
    const edge = node * MAX_CHARACTERS + index
    let next = nextNode.get(edge)
    if (next === undefined) {
      next = tokenAtNode.length
      tokenAtNode.push(-1)
      nextNode.set(edge, next)
    }
    node = next
  }
  tokenAtNode[node] = id
}

const encoder = new TextEncoder()
const LONE_SURROGATE = /[\ud800-\udfff]/gu

/** Never fails; a lone surrogate is read as U+FFFD, since it has no UTF-8. */
export function encode(input: string): number[] {
  const text = input.replace(LONE_SURROGATE, '\ufffd')
  const tokens: number[] = []
  let position = 0
  while (position < text.length) {
    let node = 0
    let token = -1
    let end = position
    for (let cursor = position; cursor < text.length; cursor++) {
      const index = characterIndex.get(text.charCodeAt(cursor))
      const next = index === undefined ? undefined : nextNode.get(node * MAX_CHARACTERS + index)
      if (next === undefined) break
      node = next
      if (tokenAtNode[node]! >= 0) {
        token = tokenAtNode[node]!
        end = cursor + 1
      }
    }
    if (token >= 0) {
      tokens.push(token)
      position = end
      continue
    }
    const character = String.fromCodePoint(text.codePointAt(position)!)
    for (const byte of encoder.encode(character)) tokens.push(byteToken(byte))
    position += character.length
  }
  return tokens
}

/** Special tokens are written out; an incomplete character becomes U+FFFD. */
export function decode(tokens: readonly number[]): string {
  const detokenizer = new Detokenizer({ showSpecialTokens: true })
  return tokens.map((token) => detokenizer.push(token)).join('') + detokenizer.end()
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
