import type { Arm, CellResult } from '../record/cell-result.ts'
import { armOf } from '../record/cell-result.ts'
import type { CollectedCell } from '../record/collect.ts'
import { describeDifference, fingerprintDifference } from '../record/fingerprint-difference.ts'

/** What a cell's head is compared with. */
export interface BaseSide {
  arm: Arm | null
  /** `paired`: the same job on the same machine; `stored`: an earlier result, weaker. */
  evidence: 'paired' | 'stored' | 'none'
  /** Why the two may not be compared, naming the fields; null where they may. */
  incomparable: string | null
  remark: string | null
}

/** The base arm of the same result if it was measured, else the head arm of the stored baseline, else nothing. */
export function baseSideOf(result: CellResult, stored: CollectedCell | undefined, baseCommit: string | null): BaseSide {
  const head = armOf(result, 'head')
  const paired = armOf(result, 'base')
  if (paired) return { arm: paired, evidence: 'paired', incomparable: incomparability(paired, head), remark: null }
  if (stored?.state !== 'received') return nothing(stored ? describeUnusable(stored) : null)
  if (stored.result.end.state !== 'completed') {
    return nothing(`${result.cell}: the stored baseline did not complete (${stored.result.end.state}) and was not used`)
  }
  const arm = armOf(stored.result, 'head')
  if (!arm) return nothing(`${result.cell}: the stored baseline holds no measurement and was not used`)
  return {
    arm,
    evidence: 'stored',
    incomparable: incomparability(arm, head),
    remark: substitution(result.cell, arm.commit, baseCommit),
  }
}

function incomparability(base: Arm, head: Arm | undefined): string | null {
  if (!head) return null
  const differences = fingerprintDifference(base.fingerprint, head.fingerprint)
  return differences.length === 0 ? null : describeDifference(differences)
}

function substitution(cell: string, used: string | null, wanted: string | null): string | null {
  if (used === wanted) return null
  const wish = wanted === null ? 'no base commit was named' : `the base is ${wanted.slice(0, 10)}`
  return `${cell}: ${wish}, the stored result of ${used?.slice(0, 10) ?? 'an unknown commit'} was used`
}

function describeUnusable(stored: CollectedCell): string | null {
  if (stored.state === 'received' || stored.state === 'missing') return null
  return `${stored.cell}: the stored baseline is ${stored.state} and was not used: ${stored.message}`
}

function nothing(remark: string | null): BaseSide {
  return { arm: null, evidence: 'none', incomparable: null, remark }
}
