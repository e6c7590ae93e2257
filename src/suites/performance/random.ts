/** A bijection of 32-bit integers that leaves no visible order (the finalizer of MurmurHash3, public domain). */
export function mix32(value: number): number {
  let mixed = value >>> 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** One seed out of several parts, the same on every machine. */
export function seedOf(...parts: readonly (string | number)[]): number {
  let seed = 0
  for (const part of parts) {
    for (const character of String(part)) seed = mix32(seed ^ character.codePointAt(0)!)
    seed = mix32(seed + 0x9e3779b9)
  }
  return seed
}

/** Integers below `limit` in a fixed order: a Weyl sequence through {@link mix32}. Good enough to pick words. */
export function seededPicker(seed: number): (limit: number) => number {
  let state = seed >>> 0
  return (limit) => {
    state = (state + 0x9e3779b9) >>> 0
    return Math.floor((mix32(state) / 2 ** 32) * limit)
  }
}
