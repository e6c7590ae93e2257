import type { ComparedCell, Comparison, ParityRow, VerdictRow } from '../compare/schema.ts'
import { counted } from '../compare/wording.ts'
import { VERDICTS, type Verdict } from '../record/words.ts'
import { harmOf } from './numbers.ts'
import { caseOf } from './verdict-words.ts'

/** What a report says, before it is said in Markdown, HTML or a terminal: ordered, grouped and counted. */
export interface ReportModel {
  comparison: Comparison
  headline: string
  /** One sentence each. */
  counts: { verdict: Verdict; count: number }[]
  /** Verdicts on whole cells, worst first. */
  cellRows: Located[]
  /** Load points and metrics that changed or are absent, worst first. */
  performanceChanged: Located[]
  /** Checks that do not simply agree, worst first, and those that score items and agree. */
  correctnessChanged: Located[]
  correctnessAgreeing: Located[]
  parity: ParityBlock[]
  targets: TargetBlock[]
}

/** A row with the cell it belongs to. */
export interface Located {
  row: VerdictRow
  cell: ComparedCell
}

/** What is not in the tables of changes, by target and verdict. */
export interface TargetBlock {
  target: string
  groups: { verdict: Verdict; rows: Located[] }[]
}

export interface ParityBlock {
  /** `Ascend vs Nvidia`, candidate first. */
  title: string
  reference: ComparedCell
  candidate: ComparedCell
  rows: ParityRow[]
  /** How the candidate's own rows are called, by subject. */
  labels: ReadonlyMap<string, string>
}

/** Verdicts that the tables of changes show row by row. */
const CHANGED: readonly Verdict[] = ['regressed', 'broken', 'missing', 'infrastructure', 'improved']

/** Throws where the census does not add up: a headline that contradicts its table is worse than no report. */
export function buildModel(comparison: Comparison): ReportModel {
  const counts = countVerdicts(comparison)
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
  const agreeing = (each: Located) => !isChanged(each) && each.row.correctness !== null
  const rest = [...correctness.filter((each) => !isChanged(each)), ...performance.filter((each) => !isChanged(each))]
  return {
    comparison,
    headline: headlineOf(comparison, counts),
    counts,
    cellRows: of('cell'),
    performanceChanged: worstFirst(performance.filter(isChanged)),
    correctnessChanged: worstFirst(correctness.filter(isChanged)),
    correctnessAgreeing: correctness.filter(agreeing),
    parity: parityBlocks(comparison, cells),
    targets: targetBlocks(rest),
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

function countVerdicts(comparison: Comparison): ReportModel['counts'] {
  const found = new Map<Verdict, number>()
  for (const { verdict } of comparison.verdicts) found.set(verdict, (found.get(verdict) ?? 0) + 1)
  for (const verdict of VERDICTS) {
    const [said, is] = [comparison.census[verdict] ?? 0, found.get(verdict) ?? 0]
    if (said !== is) throw new Error(`the census does not add up: it says ${said} ${verdict}, the rows say ${is}`)
  }
  return VERDICTS.map((verdict) => ({ verdict, count: found.get(verdict) ?? 0 })).filter(({ count }) => count > 0)
}

const ALARMS: readonly Verdict[] = ['regressed', 'broken', 'missing', 'infrastructure']

/** At most 120 characters: the verdict and what the reader must do. Plain text, as mails and phones show it. */
function headlineOf(comparison: Comparison, counts: ReportModel['counts']): string {
  const alarms = counts.filter(({ verdict }) => ALARMS.includes(verdict))
  const said = alarms.map(({ verdict, count }) => `${count} ${verdict}`).join(', ')
  const where = new Set(comparison.verdicts.filter((row) => ALARMS.includes(row.verdict)).map((row) => row.cell)).size
  const on = `on ${where} of ${counted(comparison.planned, 'cell')}`
  switch (comparison.outcome) {
    case 'fail':
      return alarms.length > 0
        ? `❌ Fail: ${said} ${on} – please read`
        : '❌ Fail by the rules of this plan – please read'
    case 'incomplete':
      return alarms.length > 0
        ? `⚠️ Incomplete: ${said} ${on} – please run again`
        : '⚠️ Incomplete: nothing could be decided – please read'
    case 'pass':
      return alarms.length > 0
        ? `✅ Pass, although ${said} ${on} (not gated) – please read`
        : `✅ Pass: nothing regressed in ${counted(comparison.judged, 'judged row')} – no action needed`
  }
}

function targetBlocks(rows: readonly Located[]): TargetBlock[] {
  const byTarget = new Map<string, Map<Verdict, Located[]>>()
  for (const each of rows) {
    const groups = byTarget.get(each.cell.target) ?? new Map<Verdict, Located[]>()
    byTarget.set(each.cell.target, groups)
    const group = groups.get(each.row.verdict) ?? []
    groups.set(each.row.verdict, group)
    group.push(each)
  }
  return [...byTarget].map(([target, groups]) => ({
    target,
    groups: VERDICTS.flatMap((verdict) => {
      const found = groups.get(verdict)
      return found ? [{ verdict, rows: found }] : []
    }),
  }))
}

function parityBlocks(comparison: Comparison, cells: Map<string, ComparedCell>): ParityBlock[] {
  const blocks = new Map<string, ParityBlock>()
  const labels = labelsByCell(comparison)
  for (const row of comparison.parity) {
    const [reference, candidate] = [cells.get(row.reference), cells.get(row.candidate)]
    if (!reference || !candidate) throw new Error(`parity of ${row.reference} and ${row.candidate}: no such cell`)
    const key = JSON.stringify([row.reference, row.candidate])
    const block: ParityBlock = blocks.get(key) ?? {
      title: titleOf(reference, candidate),
      reference,
      candidate,
      rows: [],
      labels: labels.get(row.candidate) ?? new Map(),
    }
    blocks.set(key, block)
    block.rows.push(row)
  }
  return [...blocks.values()]
}

function labelsByCell(comparison: Comparison): Map<string, Map<string, string>> {
  const labels = new Map<string, Map<string, string>>()
  for (const row of comparison.verdicts) {
    const own = labels.get(row.cell) ?? new Map<string, string>()
    labels.set(row.cell, own)
    own.set(row.subject, caseOf(row))
  }
  return labels
}

function titleOf(reference: ComparedCell, candidate: ComparedCell): string {
  if (reference.vendor === candidate.vendor) return `${candidate.target} vs ${reference.target}`
  return `${capital(candidate.vendor)} vs ${capital(reference.vendor)}`
}

function capital(word: string): string {
  return `${word[0]!.toUpperCase()}${word.slice(1)}`
}
