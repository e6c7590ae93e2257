import type { Arm } from '../record/cell-result.ts'
import { benjaminiHochberg } from '../stats/benjamini-hochberg.ts'
import type { BaseSide } from './base-side.ts'
import { type CheckDraft, draftCheck, lostChecks, worst } from './check-drafts.ts'
import { judgeItems } from './item-verdict.ts'
import type { VerdictRow } from './schema.ts'
import { clip } from './wording.ts'

/** A correctness row before its items are judged among those of all other cells. */
export type CorrectnessDraft =
  | { state: 'settled'; row: VerdictRow }
  | { state: 'checked'; cell: string; draft: CheckDraft }

/** One draft per check, planned or found. `completed`: what is absent then was lost, not cut short. */
export function draftCorrectness(
  cell: string,
  planned: readonly string[],
  head: Arm,
  side: BaseSide,
  completed: boolean,
): CorrectnessDraft[] {
  const checks = [...new Map(head.correctness?.checks.map((check) => [check.id, check])).values()]
  const lost = completed ? lostChecks(planned, checks, side) : []
  return [
    ...checks.map((check): CorrectnessDraft => ({ state: 'checked', cell, draft: draftCheck(check, side, completed) })),
    ...lost.map((check) => settled(cell, subjectOf(check), check.reason)),
  ]
}

/** Judges the items of all cells together: they are their own family of tests. */
export function judgeCorrectness(drafts: readonly CorrectnessDraft[]): VerdictRow[] {
  const withItems = drafts.filter((each) => each.state === 'checked').flatMap(({ draft }) => draft.items ?? [])
  const harm = benjaminiHochberg(withItems.map((items) => items.harmP))
  const better = benjaminiHochberg(withItems.map((items) => items.betterP))
  let next = 0
  return drafts.map((each) => {
    if (each.state === 'settled') return each.row
    const { check, items, settled } = each.draft
    let judged = settled
    if (items) {
      const byItems = judgeItems(items, harm[next]!, better[next]!)
      next++
      judged = settled.verdict === 'equivalent' ? byItems : worst(settled, byItems)
    }
    return {
      cell: each.cell,
      suite: 'correctness',
      subject: subjectOf(check),
      verdict: judged.verdict,
      reason: clip(judged.reason),
      performance: null,
      correctness: items?.evidence ?? null,
    }
  })
}

/** `A1 arithmetic`. */
export function subjectOf(check: { id: string; title: string }): string {
  return clip(`${check.id} ${check.title}`.trim(), 200)
}

function settled(cell: string, subject: string, reason: string): CorrectnessDraft {
  const row = { cell, suite: 'correctness', subject, verdict: 'missing', reason: clip(reason) } as const
  return { state: 'settled', row: { ...row, performance: null, correctness: null } }
}
