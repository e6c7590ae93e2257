import type { Plan } from '../plan/schema.ts'
import type { Arm, CheckResult } from '../record/cell-result.ts'
import { armOf } from '../record/cell-result.ts'
import type { Collected, CollectedCell } from '../record/collect.ts'
import { subjectOf } from './correctness-rows.ts'
import { checkParity, renderingDifference, renderingUnproven } from './parity-correctness.ts'
import { parityPairs } from './parity-pairs.ts'
import { gapOf } from './parity-performance.ts'
import { pointKeys, pointName } from './performance-rows.ts'
import type { ParityRow } from './schema.ts'
import { measuredPoints, metricsOf } from './sessions.ts'
import { clip, MAX_SUBJECT_LENGTH } from './wording.ts'

/**
 * Head against head for every pair the plan names. One row in place of the numbers says so where a side did not come
 * back whole, or where nothing proves that both were asked the same. Never part of the outcome.
 */
export function compareParity(plan: Plan, collected: Collected): ParityRow[] {
  const cells = new Map(collected.cells.map((cell) => [cell.cell, cell]))
  return parityPairs(plan).flatMap(({ reference, candidate }) => {
    const [referenceArm, candidateArm] = [wholeHead(cells.get(reference.id)), wholeHead(cells.get(candidate.id))]
    if (typeof referenceArm === 'string' || typeof candidateArm === 'string') {
      const absent = [
        typeof referenceArm === 'string' ? `${reference.id} ${referenceArm}` : '',
        typeof candidateArm === 'string' ? `${candidate.id} ${candidateArm}` : '',
      ]
      return [notCompared(reference.id, candidate.id, absent.filter((each) => each !== '').join(', '))]
    }
    const checks = { reference: checksOf(referenceArm), candidate: checksOf(candidateArm) }
    const pair = { reference: reference.id, candidate: candidate.id }
    const unproven = plan.suites.correctness === null ? null : renderingUnproven(checks.reference, checks.candidate)
    if (unproven !== null) {
      const withoutNumbers = correctnessRows(pair, checks, null).filter((row) => row.correctness === null)
      return [notCompared(pair.reference, pair.candidate, unproven), ...withoutNumbers]
    }
    const rendering = renderingDifference(checks.reference, checks.candidate)
    return [
      ...correctnessRows(pair, checks, rendering),
      ...performanceRows(plan, pair, referenceArm, candidateArm, rendering),
    ]
  })
}

type PairNames = Pick<ParityRow, 'reference' | 'candidate'>

function correctnessRows(
  pair: PairNames,
  checks: { reference: CheckResult[]; candidate: CheckResult[] },
  rendering: string | null,
): ParityRow[] {
  return checks.candidate.flatMap((check): ParityRow[] => {
    const other = checks.reference.find((each) => each.id === check.id)
    if (!other) return []
    const found = checkParity(other, check)
    const numeric = found.correctness !== null
    const judged =
      rendering !== null && numeric
        ? { verdict: 'not-comparable' as const, reason: rendering, correctness: null }
        : found
    return [
      {
        ...pair,
        suite: 'correctness',
        subject: subjectOf(check),
        ...noNumbers,
        primary: true,
        ...judged,
        reason: clip(judged.reason),
      },
    ]
  })
}

function performanceRows(
  plan: Plan,
  pair: PairNames,
  reference: Arm,
  candidate: Arm,
  blocked: string | null,
): ParityRow[] {
  return pointKeys(plan.suites.performance?.scenarios ?? []).flatMap((key) => {
    const referencePoints = measuredPoints(reference, key)
    const candidatePoints = measuredPoints(candidate, key)
    if (referencePoints.length === 0 || candidatePoints.length === 0) return []
    return metricsOf(candidatePoints, referencePoints).map((metric): ParityRow => {
      const found = gapOf(metric, referencePoints, candidatePoints)
      const judged =
        blocked === null ? found : { ...found, gap: null, verdict: 'not-comparable' as const, reason: blocked }
      return {
        ...pair,
        suite: 'performance',
        subject: clip(`${pointName(key)} · ${metric.name}`, MAX_SUBJECT_LENGTH),
        ...judged,
        reason: clip(judged.reason),
        unit: metric.unit,
        direction: metric.direction,
        primary: metric.role === 'judged',
        correctness: null,
      }
    })
  })
}

/** The head's measurements, or why there are none that could stand beside another target's. */
function wholeHead(cell: CollectedCell | undefined): Arm | string {
  if (cell === undefined || cell.state === 'missing') return 'sent no result'
  if (cell.state !== 'received') return 'sent no usable result'
  if (cell.result.end.state !== 'completed') return 'ended early'
  return armOf(cell.result, 'head') ?? 'measured nothing on the head'
}

function notCompared(reference: string, candidate: string, reason: string): ParityRow {
  const verdict = 'not-comparable'
  return {
    ...{ reference, candidate, suite: 'cell', subject: 'result', verdict, reason: clip(reason) },
    ...noNumbers,
    primary: true,
    correctness: null,
  }
}

const noNumbers = { unit: null, direction: null, referenceValue: null, candidateValue: null, gap: null } as const

function checksOf(arm: Arm): CheckResult[] {
  return [...new Map(arm.correctness?.checks.map((check) => [check.id, check])).values()]
}
