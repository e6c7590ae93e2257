/** Numbers that must be equal on both sides, such as prompt tokens per conversation. */
export interface ExactDifference {
  name: string
  base: number
  /** Null where the head no longer has it. */
  head: number | null
}

/** What the base has and the head has not, or not equally. A number that is new on the head is no difference. */
export function exactDifferences(base: Record<string, number>, head: Record<string, number>): ExactDifference[] {
  return Object.keys(base)
    .map((name) => ({ name, base: base[name]!, head: Object.hasOwn(head, name) ? head[name]! : null }))
    .filter((each) => each.base !== each.head)
}

/** `3 numbers differ: greeting 12 → 13, tools 40 → 41, …`. Names the first five. */
export function describeExact(differences: readonly ExactDifference[]): string {
  const named = differences.slice(0, 5).map(({ name, base, head }) => `${name} ${base} → ${head ?? 'gone'}`)
  const rest = differences.length > 5 ? ` and ${differences.length - 5} more` : ''
  const verb = differences.length === 1 ? 'number differs' : 'numbers differ'
  return `${differences.length} ${verb}: ${named.join(', ')}${rest}`
}
