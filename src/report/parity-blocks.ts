import type { ComparedCell, Comparison, ParityRow } from '../compare/schema.ts'
import { harmSign } from '../compare/wording.ts'
import { caseOf } from './verdict-words.ts'

/** Two cells side by side, the candidate read against the reference. */
export interface ParityBlock {
  /** `Ascend vs Nvidia`, candidate first. */
  title: string
  reference: ComparedCell
  candidate: ComparedCell
  /** Model, and variant if there is one. */
  model: string
  /** What could not be compared at all, one sentence each. */
  absent: string[]
  /** Items answered, checks that only one of the two passes, and the primary metrics. */
  main: ParityRow[]
  /** The other metrics that have a number. */
  others: ParityRow[]
  /** Checks that both pass, and rows without any number. */
  quiet: ParityRow[]
  /** How the candidate's own rows are called, by subject. */
  labels: ReadonlyMap<string, string>
}

export function parityBlocks(comparison: Comparison, cells: ReadonlyMap<string, ComparedCell>): ParityBlock[] {
  const pairs = new Map<string, ParityRow[]>()
  for (const row of comparison.parity) {
    const key = JSON.stringify([row.reference, row.candidate])
    const rows = pairs.get(key)
    if (rows) rows.push(row)
    else pairs.set(key, [row])
  }
  const labels = labelsByCell(comparison)
  return [...pairs.values()].map((rows) => {
    const [first] = rows as [ParityRow]
    const [reference, candidate] = [cells.get(first.reference), cells.get(first.candidate)]
    if (!reference || !candidate) throw new Error(`parity of ${first.reference} and ${first.candidate}: no such cell`)
    return {
      title: titleOf(reference, candidate),
      reference,
      candidate,
      model: [candidate.model, candidate.variant ?? ''].join(' ').trim(),
      labels: labels.get(candidate.id) ?? new Map<string, string>(),
      ...sortRows(rows),
    }
  })
}

/** In words what a row says of the candidate: a gap is information, so no verdict. */
export function readingOf(row: ParityRow): string {
  if (row.verdict === 'equivalent') return 'alike'
  if (row.correctness) {
    if (row.verdict === 'regressed') return 'fewer right'
    if (row.verdict === 'improved') return 'more right'
    return row.verdict === 'inconclusive' ? 'unclear' : row.reason
  }
  if (row.gap && row.direction) {
    if (row.verdict === 'inconclusive') return 'unclear'
    return row.gap.relative * harmSign(row.direction) > 0 ? 'slower' : 'faster'
  }
  return row.reason
}

function sortRows(rows: readonly ParityRow[]): Pick<ParityBlock, 'absent' | 'main' | 'others' | 'quiet'> {
  const absent = rows.filter((row) => row.suite === 'cell').map((row) => `not compared, ${row.reason}`)
  const found: Pick<ParityBlock, 'main' | 'others' | 'quiet'> = { main: [], others: [], quiet: [] }
  for (const suite of ['correctness', 'performance'] as const) {
    const own = rows.filter((row) => row.suite === suite)
    // A suite that compared nothing is one fact, not one for every row.
    if (own.length > 0 && !own.some(isCompared)) {
      absent.push(`${suite} not compared, ${own[0]!.reason}`)
      continue
    }
    for (const row of own) found[placeOf(row)].push(row)
  }
  // Answers scored item by item come before checks that pass or fail.
  const items = found.main.filter((row) => row.correctness !== null)
  return { absent, ...found, main: [...items, ...found.main.filter((row) => row.correctness === null)] }
}

function isCompared(row: ParityRow): boolean {
  if (row.gap !== null || row.correctness !== null) return true
  return row.verdict === 'equivalent' || row.verdict === 'broken' || row.verdict === 'improved'
}

function placeOf(row: ParityRow): 'main' | 'others' | 'quiet' {
  if (row.suite === 'performance') {
    if (row.gap === null) return 'quiet'
    return row.primary ? 'main' : 'others'
  }
  return row.correctness !== null || row.verdict !== 'equivalent' ? 'main' : 'quiet'
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
