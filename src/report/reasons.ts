import type { Located } from './model.ts'
import { caseOf } from './verdict-words.ts'

/** Rows that have nothing but a reason, those of equal reason together. */
export function byReason(rows: readonly Located[]): { reason: string; names: string[] }[] {
  const found = new Map<string, string[]>()
  for (const { row } of rows) {
    // A reason may begin with the name of its own metric.
    const label = row.performance?.label ?? ''
    const own = `${label} has `
    const reason = label !== '' && row.reason.startsWith(own) ? row.reason.slice(own.length) : row.reason
    const names = found.get(reason)
    if (names) names.push(caseOf(row))
    else found.set(reason, [caseOf(row)])
  }
  return [...found].map(([reason, names]) => ({ reason, names }))
}
