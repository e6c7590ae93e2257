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

/** Rows that the report shows together: by verdict, but secondary metrics have a group of their own. */
export type RowGroup = Verdict | typeof REPORTED
/** Metrics that have their numbers but are not judged, so that few judged ones keep false alarms few. */
export const REPORTED = 'reported, not judged' as const

export function groupOf({ verdict, performance }: VerdictRow): RowGroup {
  return verdict === 'skipped' && performance?.role === 'reported' && performance.effect !== null ? REPORTED : verdict
}

export function verdictWord(verdict: Verdict): string {
  return `${SIGNS[verdict]} ${verdict}`
}

/** The word of a row. */
export function verdictOf(row: VerdictRow): string {
  return groupOf(row) === REPORTED ? 'reported' : verdictWord(row.verdict)
}

/** For an inconclusive row what would end it. */
export function adviceOf(row: VerdictRow): string {
  const more = row.performance?.morePairs ?? null
  return row.verdict === 'inconclusive' && more !== null ? `≈ ${counted(more, 'more pair')}` : ''
}

/** `chat c16 · TPOT p50 (ms) ↓`, or the check's name. The arrow says which way is good. */
export function caseOf(row: VerdictRow): string {
  const { performance } = row
  if (!performance) return row.subject
  const arrow = performance.direction === 'higher-is-better' ? '↑' : '↓'
  const unit = performance.unit === '' || performance.label.includes(performance.unit) ? '' : ` (${performance.unit})`
  return `${performance.scenario} ${performance.load} · ${performance.label}${unit} ${arrow}`
}
