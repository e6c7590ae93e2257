import { code, figures, type Markdown, md, plain } from '../escape.ts'
import type { Located, ReportModel } from '../model.ts'
import { beforeAfter, change, noise } from '../numbers.ts'
import { caseOf, verdictOf, verdictWord } from '../verdict-words.ts'
import { blocks, folded, leftOut, NAME_LIMIT, table, titles } from './blocks.ts'
import type { Detail } from './detail.ts'

/** Rows of a table that stand open; the others fold. */
export const OPEN_ROWS = 15

/** Cells that did not come back whole. */
export function cellsSection(model: ReportModel, detail: Detail): Markdown | null {
  if (model.cellRows.length === 0) return null
  const head = titles('Cell', 'Target', 'Verdict', 'What happened')
  const rows = model.cellRows.map(({ row, cell }) => [
    code(row.cell, NAME_LIMIT),
    plain(cell.target, NAME_LIMIT),
    plain(verdictWord(row.verdict)),
    plain(row.reason, 300),
  ])
  return section('### Cells without a whole result', head, rows, detail.alarms)
}

/** What got slower, faster or lost, worst first. */
export function performanceSection(model: ReportModel, detail: Detail): Markdown | null {
  const all = model.performanceChanged
  const shown = detail.news ? all : all.filter(({ row }) => row.verdict !== 'improved')
  if (all.length === 0) return null
  const head = titles('Cell', 'Case · metric', 'Base → head', 'Δ [95 % CI]', 'Noise', 'Verdict')
  const rows = shown.map(performanceCells)
  return blocks([
    section('### Before → after', head, rows, detail.alarms),
    leftOut(all.length - shown.length, 'improved'),
  ])
}

export function performanceCells({ row }: Located): Markdown[] {
  const { performance } = row
  return [
    code(row.cell, NAME_LIMIT),
    plain(caseOf(row), NAME_LIMIT),
    figures(performance ? beforeAfter(performance.base, performance.head) : '–'),
    figures(change(performance?.effect ?? null)),
    figures(noise(performance?.noise ?? null)),
    plain(performance?.effect ? verdictOf(row) : `${verdictOf(row)}: ${row.reason}`, 300),
  ]
}

/** A table whose first rows stand open, whose next fold, and whose rest is counted. */
export function section(title: string, head: Markdown[], rows: Markdown[][], limit: number): Markdown | null {
  if (rows.length === 0) return null
  const shown = rows.slice(0, limit)
  const folding = shown.slice(OPEN_ROWS)
  return blocks([
    { markdown: title },
    shown.length > 0 ? table(head, shown.slice(0, OPEN_ROWS)) : null,
    folding.length > 0 ? folded(md`${folding.length} more`, table(head, folding)) : null,
    leftOut(rows.length - shown.length, 'more'),
  ])
}
