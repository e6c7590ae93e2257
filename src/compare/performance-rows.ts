import { loadName } from '../plan/load.ts'
import type { Scenario } from '../plan/schema.ts'
import type { Arm } from '../record/cell-result.ts'
import type { BaseSide } from './base-side.ts'
import { draftPerformance } from './performance-drafts.ts'
import { estimateCell, type PerformanceDraft } from './performance-estimates.ts'
import { judgePerformance } from './performance-verdict.ts'
import type { VerdictRow } from './schema.ts'
import { type MeasuredPoint, measuredPoints, metricsOf, type PointKey } from './sessions.ts'
import { clip, MAX_SUBJECT_LENGTH } from './wording.ts'

/** A performance row before it is judged among all others of the report. */
export interface PerformanceRowDraft {
  cell: string
  subject: string
  draft: PerformanceDraft | { state: 'missing'; reason: string }
}

/** Every load point of the plan. `completed`: a point that is absent then was lost, not cut short. */
export function draftCellPerformance(
  cell: string,
  scenarios: readonly Scenario[],
  head: Arm,
  side: BaseSide,
  completed: boolean,
): PerformanceRowDraft[] {
  const missing: PerformanceRowDraft[] = []
  const measured = pointKeys(scenarios).flatMap((key) => {
    const headPoints = measuredPoints(head, key)
    const basePoints = measuredPoints(side.arm, key)
    const lost = completed ? lostReason(headPoints) : null
    if (lost !== null) missing.push({ cell, subject: pointName(key), draft: { state: 'missing', reason: lost } })
    if (headPoints.length === 0) return []
    return metricsOf(headPoints, basePoints).map((metric) => ({
      subject: clip(`${pointName(key)} · ${metric.name}`, MAX_SUBJECT_LENGTH),
      draft: draftPerformance(key, metric, headPoints, basePoints, side),
    }))
  })
  const estimated = estimateCell(measured.map(({ draft }) => draft))
  return [...missing, ...measured.map(({ subject }, index) => ({ cell, subject, draft: estimated[index]! }))]
}

/** Why a planned load point has nothing to judge; null where it has. */
function lostReason(head: MeasuredPoint[]): string | null {
  if (head.length === 0) return 'planned, but no session of the head measured this load point'
  if (metricsOf(head).some((metric) => metric.role === 'judged')) return null
  return 'planned, but no session of the head has a primary metric at this load point'
}

/** Judges the rows of all cells together. */
export function judgePerformanceRows(drafts: readonly PerformanceRowDraft[]): VerdictRow[] {
  const judged = judgePerformance(drafts.map(({ draft }) => draft).filter((draft) => draft.state !== 'missing'))
  let next = 0
  return drafts.map(({ cell, subject, draft }) => {
    const common = { cell, suite: 'performance', subject, correctness: null } as const
    if (draft.state === 'missing') return { ...common, verdict: 'missing', reason: draft.reason, performance: null }
    const { verdict, reason, evidence } = judged[next++]!
    return { ...common, verdict, reason: clip(reason), performance: evidence }
  })
}

/** Every load point of the scenarios, in the plan's order. */
export function pointKeys(scenarios: readonly Scenario[]): PointKey[] {
  return scenarios.flatMap(({ name, arrivals }) =>
    arrivals.map((arrival) => ({ scenario: name, load: loadName(arrival) })),
  )
}

/** `chat c16`, `chat 4 req/s`. */
export function pointName(key: PointKey): string {
  return `${key.scenario} ${key.load}`
}
