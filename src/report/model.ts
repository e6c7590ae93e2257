import type { ComparedCell, Comparison, VerdictRow } from '../compare/schema.ts'
import { VERDICTS, type Verdict } from '../record/words.ts'
import { headlineOf, isAlarm } from './headline.ts'
import { spoiltCells } from './measurement-words.ts'
import { harmOf } from './numbers.ts'
import { type ParityBlock, parityBlocks } from './parity-blocks.ts'
import { groupOf, REPORTED, type RowGroup } from './verdict-words.ts'

/** What a report says, before it is said in Markdown, HTML or a terminal: ordered, grouped and counted. */
export interface ReportModel {
  comparison: Comparison
  headline: string
  /** By verdict; what is only reported is counted apart from what was skipped. Adds up to all rows. */
  counts: { group: RowGroup; count: number }[]
  /** Verdicts on whole cells, worst first. */
  cellRows: Located[]
  /** Load points and metrics that changed or are absent: cell by cell, worst first. */
  performanceChanged: Located[]
  /** Checks that do not simply agree, likewise, and those that score items and agree. */
  correctnessChanged: Located[]
  correctnessAgreeing: Located[]
  parity: ParityBlock[]
  /** Why the outcome is not `pass`, where no row tells. */
  reasons: string[]
  /** Cells of which the measuring client voided many load points: said before any table, and no verdict. */
  spoilt: ComparedCell[]
  /** What is not among the changes, and how each cell was measured. */
  rest: CellBlock[]
}

/** A row with the cell it belongs to. */
export interface Located {
  row: VerdictRow
  cell: ComparedCell
}

export interface CellBlock {
  cell: ComparedCell
  /** Empty for a cell of which only the measurement is to be told. */
  groups: { group: RowGroup; rows: Located[] }[]
}

/** Verdicts that the tables of changes show row by row. */
const CHANGED: readonly Verdict[] = ['regressed', 'broken', 'missing', 'infrastructure', 'improved']

/** Throws where the census does not add up: a headline that contradicts its table is worse than no report. */
export function buildModel(comparison: Comparison): ReportModel {
  const counts = countRows(comparison)
  const cells = new Map(comparison.cells.map((cell) => [cell.id, cell]))
  const located = comparison.verdicts.map((row): Located => {
    const cell = cells.get(row.cell)
    if (!cell) throw new Error(`the comparison has a verdict on ${row.cell}, which is not among its cells`)
    return { row, cell }
  })
  const of = (suite: VerdictRow['suite']) => located.filter(({ row }) => row.suite === suite)
  const performance = of('performance')
  const correctness = of('correctness')
  const isChanged = ({ row }: Located) => CHANGED.includes(row.verdict)
  const unchanged = [...correctness, ...performance].filter((each) => !isChanged(each))
  return {
    comparison,
    headline: headlineOf(comparison),
    counts,
    cellRows: worstFirst(of('cell')),
    performanceChanged: byCell(worstFirst(performance.filter(isChanged))),
    correctnessChanged: byCell(worstFirst(correctness.filter(isChanged))),
    correctnessAgreeing: correctness.filter((each) => !isChanged(each) && each.row.correctness !== null),
    parity: parityBlocks(comparison, cells),
    reasons: comparison.verdicts.some((row) => isAlarm(row.verdict)) ? [] : comparison.reasons,
    spoilt: spoiltCells(comparison.cells),
    rest: restByCell(unchanged, comparison.cells),
  }
}

/** By gravity of the verdict, then by size of the harm. */
export function worstFirst(rows: readonly Located[]): Located[] {
  const key = ({ row }: Located) => ({ gravity: VERDICTS.indexOf(row.verdict), harm: harmOf(row.performance) })
  return rows
    .map((each) => ({ each, ...key(each) }))
    .sort((left, right) => left.gravity - right.gravity || right.harm - left.harm)
    .map(({ each }) => each)
}

/** Rows of one cell together, cells in the order of their first row. */
function byCell(rows: readonly Located[]): Located[] {
  return splitByCell(rows).flat()
}

export function splitByCell(rows: readonly Located[]): Located[][] {
  const parts = new Map<string, Located[]>()
  for (const each of rows) {
    const part = parts.get(each.cell.id)
    if (part) part.push(each)
    else parts.set(each.cell.id, [each])
  }
  return [...parts.values()]
}

function countRows(comparison: Comparison): ReportModel['counts'] {
  const found = new Map<Verdict, number>()
  for (const { verdict } of comparison.verdicts) found.set(verdict, (found.get(verdict) ?? 0) + 1)
  for (const verdict of VERDICTS) {
    const [said, is] = [comparison.census[verdict] ?? 0, found.get(verdict) ?? 0]
    if (said !== is) throw new Error(`the census does not add up: it says ${said} ${verdict}, the rows say ${is}`)
  }
  const reported = comparison.verdicts.filter((row) => groupOf(row) === REPORTED).length
  found.set('skipped', (found.get('skipped') ?? 0) - reported)
  const counts = VERDICTS.map((verdict) => ({ group: verdict as RowGroup, count: found.get(verdict) ?? 0 }))
  return [...counts, { group: REPORTED, count: reported }].filter(({ count }) => count > 0)
}

function restByCell(rows: readonly Located[], cells: readonly ComparedCell[]): CellBlock[] {
  const parts = new Map(splitByCell(rows).map((part) => [part[0]!.cell.id, part]))
  return cells.flatMap((cell): CellBlock[] => {
    const part = parts.get(cell.id) ?? []
    if (part.length === 0 && cell.measurement === null) return []
    const groups = new Map<RowGroup, Located[]>()
    for (const each of part) groups.set(groupOf(each.row), [...(groups.get(groupOf(each.row)) ?? []), each])
    const ordered = [...VERDICTS.filter((verdict) => verdict !== 'skipped'), REPORTED, 'skipped' as const]
    return [
      {
        cell,
        groups: ordered.flatMap((group) => {
          const found = groups.get(group)
          return found ? [{ group, rows: found }] : []
        }),
      },
    ]
  })
}
