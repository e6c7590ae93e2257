import type { Plan } from '../plan/schema.ts'
import { armOf } from '../record/cell-result.ts'
import type { Collected, CollectedCell } from '../record/collect.ts'
import { VERDICTS } from '../record/words.ts'
import { type BaseSide, baseSideOf } from './base-side.ts'
import { cellVerdict, describeCell } from './cell-verdict.ts'
import { type CorrectnessDraft, draftCorrectness, judgeCorrectness } from './correctness-rows.ts'
import { censusOf, outcomeOf } from './outcome.ts'
import { compareParity } from './parity.ts'
import { draftCellPerformance, judgePerformanceRows, type PerformanceRowDraft } from './performance-rows.ts'
import { COMPARISON_SCHEMA, type Comparison, type VerdictRow } from './schema.ts'
import { clip, counted } from './wording.ts'

export interface CompareInput {
  plan: Plan
  collected: Collected
  /** Earlier results of the same cells, for those that have no base side of their own. */
  baseline: Collected | null
  headCommit: string | null
  baseCommit: string | null
  toolVersion: string
}

const MAX_ROWS = 200_000
const MAX_PARITY_ROWS = 100_000
const MAX_REMARKS = 200

/** Every planned cell, check and load point gets exactly one verdict, whatever came back. */
export function compareResults(input: CompareInput): Comparison {
  const { plan, collected, baseline } = input
  const stored = new Map(baseline?.cells.map((cell) => [cell.cell, cell]))
  const cells = collected.cells.map((cell) => draftCell(plan, cell, stored.get(cell.cell), input.baseCommit))

  const all = [
    ...cells.flatMap((cell) => cell.row ?? []),
    ...judgeCorrectness(cells.flatMap((cell) => cell.correctness)),
    ...judgePerformanceRows(cells.flatMap((cell) => cell.performance)),
  ]
  const verdicts = worstFirst(all).slice(0, MAX_ROWS)
  const { outcome, reasons, judged } = outcomeOf(verdicts, plan)
  const parity = compareParity(plan, collected)

  const remarks = [
    ...plan.remarks,
    ...cutRemark('verdict', all.length, MAX_ROWS),
    ...cutRemark('parity', parity.length, MAX_PARITY_ROWS),
    ...cells.flatMap((cell) => cell.side?.remark ?? []),
    ...collected.cells.flatMap((cell) =>
      cell.state === 'received' ? cell.result.remarks.map((remark) => `${cell.cell}: ${remark}`) : [],
    ),
    ...collected.remarks,
    ...(baseline?.remarks.map((remark) => `baseline: ${remark}`) ?? []),
  ]
  return {
    schema: COMPARISON_SCHEMA,
    toolVersion: input.toolVersion,
    planId: plan.planId,
    outcome,
    reasons: reasons.slice(0, 100),
    headCommit: input.headCommit,
    baseCommit: input.baseCommit,
    evidence: evidenceOf(cells.flatMap((cell) => cell.side ?? [])),
    planned: plan.cells.length,
    received: collected.cells.filter((cell) => cell.state === 'received').length,
    judged,
    census: censusOf(verdicts),
    cells: plan.cells.map((planned, index) => describeCell(planned, collected.cells[index]!)),
    verdicts,
    parity: parity.slice(0, MAX_PARITY_ROWS),
    remarks: remarks.slice(0, MAX_REMARKS).map((remark) => clip(remark)),
  }
}

interface CellDraft {
  side: BaseSide | null
  row: VerdictRow | null
  correctness: CorrectnessDraft[]
  performance: PerformanceRowDraft[]
}

function draftCell(
  plan: Plan,
  cell: CollectedCell,
  stored: CollectedCell | undefined,
  baseCommit: string | null,
): CellDraft {
  const row = cellVerdict(cell)
  const head = cell.state === 'received' ? armOf(cell.result, 'head') : undefined
  if (cell.state !== 'received' || !head) return { side: null, row, correctness: [], performance: [] }
  const side = baseSideOf(cell.result, stored, baseCommit)
  const completed = cell.result.end.state === 'completed'
  const { correctness, performance } = plan.suites
  return {
    side,
    row,
    correctness: correctness === null ? [] : draftCorrectness(cell.cell, correctness.checks, head, side, completed),
    performance: draftCellPerformance(cell.cell, performance?.scenarios ?? [], head, side, completed),
  }
}

function evidenceOf(sides: readonly BaseSide[]): Comparison['evidence'] {
  const kinds = new Set(sides.map((side) => side.evidence).filter((kind) => kind !== 'none'))
  if (kinds.size === 2) return 'mixed'
  return [...kinds][0] ?? 'none'
}

/** By gravity of the verdict; the plan's order within it, so that equal inputs give equal documents. */
function worstFirst(rows: readonly VerdictRow[]): VerdictRow[] {
  return rows
    .map((row, index) => ({ row, index, gravity: VERDICTS.indexOf(row.verdict) }))
    .sort((left, right) => left.gravity - right.gravity || left.index - right.index)
    .map(({ row }) => row)
}

function cutRemark(kind: string, found: number, limit: number): string[] {
  return found > limit ? [`${counted(found - limit, `${kind} row`)} beyond the limit of ${limit} were left out`] : []
}
