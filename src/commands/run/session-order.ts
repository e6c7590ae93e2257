import type { Side } from '../../record/words.ts'

/** One server start to be measured. */
export interface PlannedSession {
  pair: number
  side: Side
}

/**
 * The order of all sessions of a cell: base and head back to back in every pair, the order within the pair alternating
 * (ABBA) so that a slow drift of the machine hits both sides alike. The seed decides which side starts.
 * With head alone, one session a pair.
 */
export function sessionOrder(pairs: number, sides: readonly Side[], seed: number): PlannedSession[] {
  return Array.from({ length: pairs }, (_, pair) => {
    const swapped = (pair + seed) % 2 === 1
    const order = swapped ? [...sides].reverse() : sides
    return order.map((side) => ({ pair, side }))
  }).flat()
}
