/**
 * Seeded numbers for everything that is generated: the same seed and labels give the same numbers on every machine, and
 * two streams with different labels are independent, so that adding a check never changes what another one asks.
 */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform integer in [low, high], both included. */
  integer(low: number, high: number): number
  pick<T>(choices: readonly T[]): T
}

/** A stream for `seed` and `labels` (mulberry32, seeded by {@link seedOf}). */
export function seededRandom(seed: number, ...labels: (string | number)[]): Random {
  let state = seedOf(seed, ...labels)
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const integer = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  return { next, integer, pick: (choices) => choices[integer(0, choices.length - 1)]! }
}

/** One 32-bit seed out of several parts (FNV-1a over their text). */
export function seedOf(...parts: readonly (string | number)[]): number {
  let value = 0x811c9dc5
  for (const byte of Buffer.from(parts.join('\u0000'))) value = Math.imul(value ^ byte, 0x01000193) >>> 0
  return value
}

/** A bijection of 32-bit integers that leaves no visible order (the finalizer of MurmurHash3, public domain). */
export function mix32(value: number): number {
  let mixed = value >>> 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
