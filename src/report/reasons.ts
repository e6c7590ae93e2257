import type { Located } from './model.ts'
import { caseOf } from './verdict-words.ts'

/** Rows that have nothing but a reason, those of equal reason together. */
export function byReason(rows: readonly Located[]): { reason: string; names: string[] }[] {
  const found = new Map<string, string[]>()
  for (const { row } of rows) {
    // A reason may begin with the name of its own metric.
    const label = row.performance?.label ?? ''
    const reason = label !== '' && row.reason.startsWith(`${label} `) ? row.reason.slice(label.length + 1) : row.reason
    const names = found.get(reason)
    if (names) names.push(caseOf(row))
    else found.set(reason, [caseOf(row)])
  }
  return [...found].map(([reason, names]) => ({ reason, names }))
}
