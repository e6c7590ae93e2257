import type { LoadReport } from '../../record/load-report.ts'
import { brief } from './amounts.ts'

/** What a request must keep to be good: `TTFT ≤ 2,000 ms, TPOT ≤ 80 ms`; null where nothing was declared. */
export function sloWords(slo: LoadReport['slo']): string | null {
  if (slo === null) return null
  const bounds = [
    ['TTFT', slo.ttftMs],
    ['TPOT', slo.tpotMs],
    ['E2EL', slo.e2elMs],
  ] as const
  return bounds.flatMap(([name, most]) => (most === null ? [] : [`${name} ≤ ${brief(most)} ms`])).join(', ')
}
