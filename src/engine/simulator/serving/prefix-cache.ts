import { mix } from '../model/hash.ts'

/** Tokens are cached in whole blocks, as vLLM does it. */
export const BLOCK_TOKENS = 64
const MAX_BLOCKS = 50_000

/** Remembers which blocks of prompts were seen; a block counts only with all blocks before it. */
export class PrefixCache {
  /** Chain hash of each known block, least recently used first. */
  readonly #blocks = new Set<number>()

  /** The number of leading tokens that were known, and remembers this prompt. At least one token is always computed. */
  take(prompt: readonly number[]): number {
    let chain = 0
    let known = true
    let cached = 0
    for (let index = 0; index < prompt.length; index++) {
      chain = mix(chain, prompt[index]!)
      if ((index + 1) % BLOCK_TOKENS !== 0) continue
      known = known && this.#blocks.delete(chain)
      this.#blocks.delete(chain)
      this.#blocks.add(chain)
      if (known && index + 1 < prompt.length) cached = index + 1
    }
    for (const oldest of this.#blocks) {
      if (this.#blocks.size <= MAX_BLOCKS) break
      this.#blocks.delete(oldest)
    }
    return cached
  }

  /** Share of the room that is taken. */
  get use(): number {
    return this.#blocks.size / MAX_BLOCKS
  }

  get size(): number {
    return this.#blocks.size
  }
}
