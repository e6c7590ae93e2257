import { code, figures, joinMarkdown, type Markdown, md, plain, unbroken } from '../escape.ts'
import { type Located, type ReportModel, splitByCell } from '../model.ts'
import { beforeAfter, change, noise } from '../numbers.ts'
import { caseOf, verdictWord } from '../verdict-words.ts'
import { blocks, folded, leftOut, list, NAME_LIMIT, table, titles, verdictMark } from './blocks.ts'
import type { Detail } from './detail.ts'

/** Rows of a section that stand open; the others fold. */
const OPEN_ROWS = 15

/** Cells that did not come back whole, and why. */
export function cellsSection(model: ReportModel, detail: Detail): Markdown | null {
  const all = model.cellRows
  if (all.length === 0) return null
  const lines = all
    .slice(0, detail.alarms)
    .map(
      ({ row }) => md`${unbroken(verdictWord(row.verdict))} ${code(row.cell, NAME_LIMIT)}: ${plain(row.reason, 300)}`,
    )
  return blocks([
    { markdown: '### Cells without a whole result' },
    lines.length > 0 ? list(lines.slice(0, OPEN_ROWS)) : null,
    lines.length > OPEN_ROWS ? folded(md`${lines.length - OPEN_ROWS} more`, list(lines.slice(OPEN_ROWS))) : null,
    leftOut(all.length - lines.length, 'more'),
  ])
}

/** What got slower, faster or lost: a table for every cell, the worst first. */
export function performanceSection(model: ReportModel, detail: Detail): Markdown | null {
  const all = model.performanceChanged
  if (all.length === 0) return null
  const wanted = detail.news ? all : all.filter(({ row }) => row.verdict !== 'improved')
  const shown = wanted.slice(0, detail.alarms)
  const [open, folding] = [shown.slice(0, OPEN_ROWS), shown.slice(OPEN_ROWS)]
  return blocks([
    { markdown: '### Before → after' },
    cellTables(open),
    folding.length > 0 ? folded(md`${folding.length} more`, cellTables(folding)) : null,
    leftOut(wanted.length - shown.length, 'more'),
    leftOut(all.length - wanted.length, 'improved'),
  ])
}

function cellTables(rows: readonly Located[]): Markdown {
  const head = titles('Case · metric', 'Base → head', 'Δ [95 % CI]', 'Noise', 'Pairs', 'Verdict')
  const parts = splitByCell(rows).map((part) =>
    blocks([md`**${code(part[0]!.cell.id, NAME_LIMIT)}**`, table(head, part.map(performanceCells))]),
  )
  return joinMarkdown(parts, '\n\n')
}

function performanceCells({ row }: Located): Markdown[] {
  const { performance } = row
  return [
    plain(caseOf(row), NAME_LIMIT),
    figures(performance ? beforeAfter(performance.base, performance.head) : '–'),
    figures(change(performance?.effect ?? null)),
    figures(noise(performance?.noise ?? null)),
    figures(performance?.effect ? `${performance.pairs}` : '–'),
    performance?.effect ? verdictMark(row) : md`${verdictMark(row)}: ${plain(row.reason, 300)}`,
  ]
}
