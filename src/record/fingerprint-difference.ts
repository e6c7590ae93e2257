import type { Fingerprint } from './cell-result.ts'

/** One field that is not equal on both sides; null where a side does not have it. */
export interface FieldDifference {
  part: 'workload' | 'environment'
  field: string
  base: string | null
  head: string | null
}

/** Every field that two fingerprints do not share, workload first. Empty: the results may be compared. */
export function fingerprintDifference(base: Fingerprint, head: Fingerprint): FieldDifference[] {
  return (['workload', 'environment'] as const).flatMap((part) => {
    const fields = new Set([...Object.keys(base[part]), ...Object.keys(head[part])])
    return [...fields].sort().flatMap((field) => {
      const difference = { part, field, base: fieldValue(base[part], field), head: fieldValue(head[part], field) }
      return difference.base === difference.head ? [] : [difference]
    })
  })
}

/** `workload model (a → b), environment driver (none → 570.1) and 3 more`. */
export function describeDifference(differences: readonly FieldDifference[], shown = 3): string {
  const named = differences
    .slice(0, shown)
    .map(({ part, field, base, head }) => `${part} ${field} (${clip(base ?? 'none')} → ${clip(head ?? 'none')})`)
  const rest = differences.length - named.length
  return rest > 0 ? `${named.join(', ')} and ${rest} more` : named.join(', ')
}

function fieldValue(fields: Record<string, string>, field: string): string | null {
  return Object.hasOwn(fields, field) ? fields[field]! : null
}

function clip(value: string): string {
  return value.length <= 80 ? value : `${value.slice(0, 79)}…`
}
