import type { Check } from './check.ts'

/**
 * The checks with every prerequisite before what rests on it, otherwise as given. A prerequisite that is not among
 * them is ignored (the user left its family out). Throws for a cycle: that is a mistake in the registry.
 */
export function inDependencyOrder(checks: readonly Check[]): Check[] {
  const byId = new Map(checks.map((check) => [check.id, check]))
  const ordered: Check[] = []
  const states = new Map<string, 'open' | 'done'>()
  const visit = (check: Check) => {
    const state = states.get(check.id)
    if (state === 'done') return
    if (state === 'open') throw new Error(`check ${check.id} rests on itself`)
    states.set(check.id, 'open')
    for (const id of check.after) {
      const prerequisite = byId.get(id)
      if (prerequisite) visit(prerequisite)
    }
    states.set(check.id, 'done')
    ordered.push(check)
  }
  for (const check of checks) visit(check)
  return ordered
}
