/**
 * Seeded numbers out of integers: every "random" thing of the simulator is a hash of what it belongs to, so that it is
 * the same whenever and in whatever order it is asked for.
 */

/** Folds `value` into `hash`; both are 32-bit integers. The finaliser is that of MurmurHash3 (public domain). */
export function mix(hash: number, value: number): number {
  let mixed = (Math.imul(hash, 0x9e3779b1) + Math.imul(value ^ 0x5bd1e995, 0x85ebca6b) + 0x7f4a7c15) | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

/** A hash of a text, for naming what a number is for and for keys such as an arithmetic item. */
export function hashText(text: string, seed = 0): number {
  let hash = mix(seed, text.length)
  for (let position = 0; position < text.length; position++) hash = mix(hash, text.charCodeAt(position))
  return hash
}

/** Uniform in (0, 1), never an end. */
export function uniform(hash: number): number {
  return ((mix(hash, 1) >>> 0) + 0.5) / 0x1_0000_0000
}

/** Standard normal, by Box and Muller. */
export function gaussian(hash: number): number {
  return Math.sqrt(-2 * Math.log(uniform(mix(hash, 2)))) * Math.cos(2 * Math.PI * uniform(mix(hash, 3)))
}

/** An integer in [0, below). */
export function below(hash: number, limit: number): number {
  return Math.floor(uniform(hash) * limit)
}
