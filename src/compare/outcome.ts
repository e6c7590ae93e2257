import type { Plan } from '../plan/schema.ts'
import { JUDGED_VERDICTS, type Outcome, VERDICTS, type Verdict } from '../record/words.ts'
import { coverageGaps } from './coverage.ts'
import type { VerdictRow } from './schema.ts'
import { clip, counted } from './wording.ts'

export interface OutcomeWithReasons {
  outcome: Outcome
  reasons: string[]
  judged: number
}

const NAMED_ROWS = 5

/**
 * `fail` if any verdict is among those the plan fails on; else `incomplete` if a cell or row is absent, or a planned
 * suite of a cell, a check or a load point has nothing that was judged or came to a conclusion; else `pass`. Zero judged
 * is never `pass`.
 */
export function outcomeOf(
  rows: readonly VerdictRow[],
  plan: Pick<Plan, 'cells' | 'suites' | 'compare'>,
): OutcomeWithReasons {
  const { failOn } = plan.compare
  const judged = rows.filter((row) => JUDGED_VERDICTS.includes(row.verdict)).length
  const failing = VERDICTS.filter((verdict) => failOn.includes(verdict)).flatMap((verdict) => name(rows, verdict))
  const incomplete = (['infrastructure', 'missing'] as const)
    .filter((verdict) => !failOn.includes(verdict))
    .flatMap((verdict) => name(rows, verdict))
  if (judged === 0) incomplete.push('nothing was judged: no row had both sides')
  else incomplete.push(...coverageGaps(rows, plan))
  const reasons = [...failing, ...incomplete].map((reason) => clip(reason))
  if (failing.length > 0) return { outcome: 'fail', reasons, judged }
  if (incomplete.length > 0) return { outcome: 'incomplete', reasons, judged }
  return { outcome: 'pass', reasons: [], judged }
}

/** How often each verdict occurs, zeros included. */
export function censusOf(rows: readonly VerdictRow[]): Record<Verdict, number> {
  const census = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>
  for (const { verdict } of rows) census[verdict] += 1
  return census
}

function name(rows: readonly VerdictRow[], verdict: Verdict): string[] {
  const found = rows.filter((row) => row.verdict === verdict)
  if (found.length === 0) return []
  const named = found
    .slice(0, NAMED_ROWS)
    .map((row) => `${row.cell} ${row.suite === 'cell' ? 'as a whole' : row.subject}`)
  const rest = found.length > NAMED_ROWS ? ` and ${found.length - NAMED_ROWS} more` : ''
  return [`${counted(found.length, 'row')} ${verdict}: ${named.join('; ')}${rest}`]
}
