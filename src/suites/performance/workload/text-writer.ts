import { FILLER_WORD, promptWords, SALT_WORDS } from './prompt-words.ts'
import type { TokenCounter, TokenRuler } from './token-ruler.ts'
import { rememberedCosts, type WordCostMemory, type WordCosts } from './word-costs.ts'

/** A text of words with one space between two of them. */
export interface Passage {
  words: readonly string[]
  text: string
  /** By the ruler: counted, or reckoned where nothing counts. */
  tokens: number
}

export interface PassageOrder {
  /** Fixes the words, together with `index`. */
  seed: number
  index: number
  /** Of the whole passage, the head included. */
  tokens: number
  /** What the passage begins with, to the byte. */
  head?: Passage
  /** Begins (after its head) with words that no other passage of the seed has, so that no prefix cache can serve more. */
  salted: boolean
}

/** Rounds of adding and removing words until the count is right; two are enough for words of one token. */
const MAX_ROUNDS = 8
/**
 * A local tokenizer counts some 400,000 tokens a second. While every whole text so far had the tokens that its words
 * have one by one, the sum is trusted beyond this many.
 */
const COUNTED_WHOLE_TOKENS = 4_000_000

/** Writes texts of an exact number of tokens, as exact as the ruler. The same order gives the same bytes. */
export class TextWriter {
  readonly ruler: TokenRuler
  readonly #costs: WordCosts | null
  readonly #trustedAfter: number
  readonly #firstCosts = new Map<string, number>()
  #additive = true
  #countedWhole = 0
  /** Passages that came out longer than ordered, since salt and head need more. */
  lengthened = 0
  /** Passages that could not be made exact although the ruler counts. */
  inexact = 0

  private constructor(ruler: TokenRuler, costs: WordCosts | null, countedWhole: number) {
    this.ruler = ruler
    this.#costs = costs
    this.#trustedAfter = countedWhole
  }

  /**
   * `countedWhole`: tokens of texts that are counted whole before the sum of their words is trusted. `memory`: of earlier
   * writers for the same engine.
   */
  static async create(
    ruler: TokenRuler,
    countedWhole = COUNTED_WHOLE_TOKENS,
    memory: WordCostMemory = { costs: null },
  ): Promise<TextWriter> {
    const costs = ruler.count === null ? null : await rememberedCosts(ruler.count, memory)
    return new TextWriter(ruler, costs, countedWhole)
  }

  async write(order: PassageOrder): Promise<Passage> {
    const { head, tokens } = order
    const keep = (head?.words.length ?? 0) + (order.salted ? SALT_WORDS : 1)
    const { count, perWord } = this.ruler
    if (count === null) return this.#unmeasured(order, keep)
    const words = await this.#reckoned(order, keep)
    if (words !== null && this.#isTrusted()) return { words, text: words.join(' '), tokens }
    const fitted = await fitWords(words ?? this.#unmeasured(order, keep).words, keep, tokens, perWord, count)
    this.#countedWhole += fitted.tokens
    if (words !== null && fitted.rounds > 1) this.#additive = false
    if (fitted.tokens > tokens && fitted.words.length === keep) this.lengthened++
    else if (fitted.tokens !== tokens) this.inexact++
    return { words: fitted.words, text: fitted.text, tokens: fitted.tokens }
  }

  /**
   * A part of a text, for the head of others: its words are reckoned one by one, and counted only with the whole that is
   * built on it. `opens`: it stands at the beginning of the text rather than after a space.
   */
  async part({
    seed,
    index,
    tokens,
    opens,
  }: Omit<PassageOrder, 'salted' | 'head'> & { opens: boolean }): Promise<Passage> {
    const order = { seed, index, tokens, salted: false }
    const words = await this.#reckoned(order, 1, opens)
    return words === null ? this.#unmeasured(order, 1) : { words, text: words.join(' '), tokens }
  }

  /** Counting at the server is its own work, not ours: there every text is counted whole. */
  #isTrusted(): boolean {
    return this.ruler.source === 'tokenizer-file' && this.#additive && this.#countedWhole > this.#trustedAfter
  }

  /** Words whose costs add up to the order; null where that leaves no room for the salt, or costs are not known. */
  async #reckoned(
    { seed, index, tokens, head, salted }: PassageOrder,
    keep: number,
    opens = head === undefined,
  ): Promise<string[] | null> {
    const costs = this.#costs
    if (costs === null) return null
    let left = tokens - (head?.tokens ?? 0)
    const words = head ? [...head.words] : []
    // What is shorter than a salt and needs none is filler: another word may be too long for it.
    const drawn = salted || left > SALT_WORDS ? promptWords(seed, index, Math.max(left, SALT_WORDS)) : []
    for (const word of drawn) {
      const cost = opens && words.length === 0 ? await this.#firstCost(word) : costs.get(word)!
      if (cost > left) break
      left -= cost
      words.push(word)
    }
    if (salted && words.length < keep) return null
    const filler = costs.get(FILLER_WORD)!
    for (; left >= filler || words.length < keep; left -= filler) words.push(FILLER_WORD)
    return words
  }

  /** At the start of a text a word has no space before it, and may be other tokens. */
  async #firstCost(word: string): Promise<number> {
    if (this.ruler.source !== 'tokenizer-file') return this.#costs!.get(word)!
    const known = this.#firstCosts.get(word) ?? (await this.ruler.count!(word)) ?? 1
    this.#firstCosts.set(word, known)
    return known
  }

  #unmeasured({ seed, index, tokens, head }: PassageOrder, keep: number): Passage {
    const { perWord } = this.ruler
    const headTokens = head?.tokens ?? 0
    const room = Math.round((tokens - headTokens) / perWord)
    const own = promptWords(seed, index, Math.max(room, SALT_WORDS))
    const least = keep - (head?.words.length ?? 0)
    own.length = Math.min(own.length, Math.max(least, room))
    if (room < least && this.ruler.count === null) this.lengthened++
    const words = head ? [...head.words, ...own] : own
    return { words, text: words.join(' '), tokens: Math.max(1, Math.round(headTokens + own.length * perWord)) }
  }
}

/**
 * Adds and removes words at the end until the text has `target` tokens, or as close as it gets. The first `keep` words
 * stay. Each round counts the whole text once.
 */
export async function fitWords(
  words: readonly string[],
  keep: number,
  target: number,
  perWord: number,
  count: TokenCounter,
): Promise<Passage & { rounds: number }> {
  const fitted = [...words]
  let text = fitted.join(' ')
  let tokens = target
  for (let rounds = 1; ; rounds++) {
    const counted = await count(text)
    if (counted === null) return { words: fitted, text, tokens: Math.round(fitted.length * perWord), rounds }
    tokens = counted
    const surplus = tokens - target
    if (surplus === 0 || rounds === MAX_ROUNDS || (surplus > 0 && fitted.length <= keep))
      return { words: fitted, text, tokens, rounds }
    if (surplus < 0) for (let missing = surplus; missing < 0; missing++) fitted.push(FILLER_WORD)
    // One word less may be several tokens less, which fillers make up in the next round.
    else fitted.length = Math.max(keep, fitted.length - Math.max(1, Math.floor(surplus / Math.max(1, perWord))))
    text = fitted.join(' ')
  }
}
