import type { VerdictRow } from '../compare/schema.ts'
import { counted } from '../compare/wording.ts'
import type { Verdict } from '../record/words.ts'

/** A sign beside the word, never instead of it. */
const SIGNS: Record<Verdict, string> = {
  regressed: '❌',
  broken: '💥',
  missing: '❔',
  infrastructure: '🔌',
  'not-comparable': '🚫',
  inconclusive: '🤷',
  improved: '✅',
  new: '🆕',
  equivalent: '🟰',
  skipped: '⏭️',
}

export function verdictWord(verdict: Verdict): string {
  return `${SIGNS[verdict]} ${verdict}`
}

/** The word, and for an inconclusive row what would end it. */
export function verdictOf(row: VerdictRow): string {
  const more = row.performance?.morePairs ?? null
  const advice = row.verdict === 'inconclusive' && more !== null ? ` (≈ ${counted(more, 'more pair')})` : ''
  return `${verdictWord(row.verdict)}${advice}`
}

/** `chat c16 · TPOT p50 (ms) ↓`, or the check's name. The arrow says which way is good. */
export function caseOf(row: VerdictRow): string {
  const { performance } = row
  if (!performance) return row.subject
  const arrow = performance.direction === 'higher-is-better' ? '↑' : '↓'
  const unit = performance.unit === '' || performance.label.includes(performance.unit) ? '' : ` (${performance.unit})`
  return `${performance.scenario} c${performance.concurrency} · ${performance.label}${unit} ${arrow}`
}
