import type { Plan } from '../plan/schema.ts'
import { JUDGED_VERDICTS, type Verdict } from '../record/words.ts'
import { FEWEST_PAIRS } from './performance-drafts.ts'
import { pointKeys, pointName } from './performance-rows.ts'
import type { VerdictRow } from './schema.ts'
import { counted } from './wording.ts'

/** Verdicts that settle their question, whichever way. */
const SETTLED: readonly Verdict[] = ['regressed', 'broken', 'improved', 'equivalent']

const NAMED = 5

/**
 * What the plan asks and the rows do not answer, one sentence a kind. A cell that has a verdict as a whole has said so
 * already. One settled row somewhere says nothing of another cell, suite or load point, so each stands for itself.
 */
export function coverageGaps(rows: readonly VerdictRow[], plan: Pick<Plan, 'cells' | 'suites'>): string[] {
  const byCell = new Map(plan.cells.map(({ id }) => [id, [] as VerdictRow[]]))
  for (const row of rows) byCell.get(row.cell)?.push(row)
  const unjudged: string[] = []
  const unsettled: string[] = []
  const unanswered: string[] = []
  for (const [cell, own] of byCell) {
    if (own.some((row) => row.suite === 'cell')) continue
    for (const suite of ['correctness', 'performance'] as const) {
      if (plan.suites[suite] === null) continue
      const here = own.filter((row) => row.suite === suite)
      if (!here.some(({ verdict }) => JUDGED_VERDICTS.includes(verdict))) unjudged.push(`${cell} ${suite}`)
      else if (!here.some(isSettled)) unsettled.push(`${cell} ${suite}`)
      else unanswered.push(...unansweredOf(here, plan).map((subject) => `${cell} ${subject}`))
    }
  }
  return [
    ...say(unjudged, 'planned suite', 'without a judged row'),
    ...say(unsettled, 'planned suite', 'with nothing settled'),
    ...say(unanswered, 'planned question', 'without enough usable measurements'),
  ]
}

/** Checks that one side did not answer, primary metrics with fewer pairs than a test needs, load points of only such. */
function unansweredOf(rows: readonly VerdictRow[], { suites }: Pick<Plan, 'suites'>): string[] {
  const primary = rows.filter((row) => row.performance?.role === 'judged')
  const points = pointKeys(suites.performance?.scenarios ?? []).flatMap(({ scenario, load }) => {
    const here = primary.filter(({ performance }) => performance!.scenario === scenario && performance!.load === load)
    const empty = here.length > 0 && here.every((row) => !isSettled(row) && hasFewPairs(row))
    return empty ? [{ name: pointName({ scenario, load }), rows: new Set(here) }] : []
  })
  const single = rows.filter((row) => isUnanswered(row) && !points.some((point) => point.rows.has(row)))
  return [...single.map(({ subject }) => subject), ...points.map(({ name }) => name)]
}

function isUnanswered(row: VerdictRow): boolean {
  const { suite, verdict, performance, correctness } = row
  const open = verdict === 'inconclusive' || verdict === 'not-comparable'
  if (suite === 'performance') return open && performance?.role === 'judged' && hasFewPairs(row)
  // Items that were compared and are open have a count: an open check without one was not answered on one side.
  if (verdict === 'inconclusive') return correctness === null
  return verdict === 'not-comparable' && correctness !== null
}

function hasFewPairs({ performance }: VerdictRow): boolean {
  return (performance?.pairs ?? 0) < FEWEST_PAIRS
}

function isSettled({ verdict }: VerdictRow): boolean {
  return SETTLED.includes(verdict)
}

function say(found: readonly string[], what: string, lack: string): string[] {
  if (found.length === 0) return []
  const rest = found.length > NAMED ? ` and ${found.length - NAMED} more` : ''
  return [`${counted(found.length, what)} ${lack}: ${found.slice(0, NAMED).join('; ')}${rest}`]
}
