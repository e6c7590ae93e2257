import { knownTexts } from './vocabulary.ts'

/**
 * The longest known text at a place, by a trie whose edges lie in one open-addressed table of integers: a server that is
 * started many times must build it in a few milliseconds and little memory, and long prompts must not hold up others.
 */

/** Edges are about half of it. */
const TABLE_BITS = 16
const TABLE_MASK = (1 << TABLE_BITS) - 1
/** More than the different characters of the vocabulary. */
const CHARACTER_BITS = 10

const edges = new Int32Array(1 << TABLE_BITS).fill(-1)
const targets = new Int32Array(1 << TABLE_BITS)
const tokenAtNode: number[] = [-1]
const characters = new Map<number, number>()

for (const [text, token] of knownTexts()) {
  let node = 0
  for (let position = 0; position < text.length; position++) {
    const code = text.charCodeAt(position)
    if (!characters.has(code)) characters.set(code, characters.size)
    const edge = (node << CHARACTER_BITS) | characters.get(code)!
    const slot = slotOf(edge)
    if (edges[slot] !== edge) {
      edges[slot] = edge
      targets[slot] = tokenAtNode.length
      tokenAtNode.push(-1)
    }
    node = targets[slot]!
  }
  tokenAtNode[node] = token
}
if (characters.size > 1 << CHARACTER_BITS || tokenAtNode.length > TABLE_MASK)
  throw new RangeError('the vocabulary has outgrown its index')

/** Where the edge is, or the free slot where it would be. */
function slotOf(edge: number): number {
  let slot = Math.imul(edge, 0x9e3779b1) >>> (32 - TABLE_BITS)
  while (edges[slot] !== -1 && edges[slot] !== edge) slot = (slot + 1) & TABLE_MASK
  return slot
}

/** The token of the longest known text that begins at `start`, -1 when there is none. */
export function longestTokenAt(text: string, start: number): number {
  let node = 0
  let token = -1
  for (let position = start; position < text.length; position++) {
    const character = characters.get(text.charCodeAt(position))
    if (character === undefined) break
    const edge = (node << CHARACTER_BITS) | character
    const slot = slotOf(edge)
    if (edges[slot] !== edge) break
    node = targets[slot]!
    if (tokenAtNode[node]! >= 0) token = tokenAtNode[node]!
  }
  return token
}
