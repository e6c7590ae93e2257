import { quote } from './wording.ts'

/** Longer names are compared by their first characters only: a bound on work for hostile input. */
const MAX_COMPARED_LENGTH = 64

/**
 * Edit distance with transpositions of neighbours (optimal string alignment, the restricted Damerau-Levenshtein
 * distance): what a slip of the fingers costs.
 */
export function editDistance(left: string, right: string): number {
  const a = left.slice(0, MAX_COMPARED_LENGTH)
  const b = right.slice(0, MAX_COMPARED_LENGTH)
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const change = a[row - 1] === b[column - 1] ? 0 : 1
      let best = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + change)
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        best = Math.min(best, beforeLast[column - 2]! + 1)
      current.push(best)
    }
    beforeLast = last
    last = current
  }
  return last[b.length]!
}

/** The known name that `name` was likely meant to be, or null when none is near (a third of its length, at least 2). */
export function nearest(name: string, known: Iterable<string>): string | null {
  const limit = Math.max(2, Math.floor(name.length / 3))
  let best: string | null = null
  let bestDistance = limit + 1
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** The mend for an unknown name: the nearest known one, else the known ones if they are few. */
export function nameHint(name: string, known: readonly string[]): string | undefined {
  const near = nearest(name, known)
  if (near !== null) return `did you mean ${quote(near)}?`
  if (known.length === 0) return undefined
  const shown = known
    .slice(0, 12)
    .map((each) => (/^[\w.@/{}-]+$/.test(each) ? each : quote(each)))
    .join(', ')
  return `known: ${shown}${known.length > 12 ? `, and ${known.length - 12} more` : ''}`
}
