import { counted, pValue } from '../../compare/wording.ts'
import { code, figures, joinMarkdown, type Markdown, md, plain, unbroken } from '../escape.ts'
import type { Located, ReportModel } from '../model.ts'
import { pointsChange, rates } from '../numbers.ts'
import { blocks, folded, leftOut, list, NAME_LIMIT, table, titles, verdictMark } from './blocks.ts'
import type { Detail } from './detail.ts'

const OPEN_REASONS = 10
const OPEN_ROWS = 15
const MAX_FLIPS = 10
const MAX_FLIP_ROWS = 8

/** Checks that do not agree and why, then the table of those that score items, then which items flipped. */
export function correctnessSection(model: ReportModel, detail: Detail): Markdown | null {
  const all = model.correctnessChanged
  const wanted = all.filter(({ row }) => detail.news || row.verdict !== 'improved')
  const changed = wanted.slice(0, detail.alarms)
  const agreeing = detail.quiet ? model.correctnessAgreeing : []
  if (all.length + agreeing.length === 0) return null
  const scored = [...changed.filter(({ row }) => row.correctness !== null), ...agreeing]
  return blocks([
    { markdown: '### Correctness' },
    reasons(changed.filter(({ row }) => !saysOnlyNumbers(row))),
    itemTable(scored),
    leftOut(wanted.length - changed.length, 'more'),
    leftOut(all.length - wanted.length, 'improved'),
    detail.news ? flips(scored) : null,
  ])
}

function reasons(rows: readonly Located[]): Markdown | null {
  if (rows.length === 0) return null
  const lines = rows.map(
    ({ row }) =>
      md`${verdictMark(row)} ${code(row.cell, NAME_LIMIT)} ${plain(row.subject, NAME_LIMIT)}: ${plain(row.reason, 300)}`,
  )
  const folding = lines.slice(OPEN_REASONS)
  return blocks([
    list(lines.slice(0, OPEN_REASONS)),
    folding.length > 0 ? folded(md`${folding.length} more`, list(folding)) : null,
  ])
}

/** The table has the numbers of a row whose reason holds nothing else. */
function saysOnlyNumbers({ reason, correctness }: Located['row']): boolean {
  return correctness?.difference != null && reason.startsWith(`${counted(correctness.worse, 'item')} worse and `)
}

function itemTable(rows: readonly Located[]): Markdown | null {
  if (rows.length === 0) return null
  const head = titles('Cell', 'Check', 'Right, base → head', 'Δ [90 % CI]', 'Worse / better', 'Verdict')
  const lines = rows.map(({ row }, index) => cells(rows[index - 1]?.row.cell ?? null, row))
  const folding = lines.slice(OPEN_ROWS)
  return blocks([
    table(head, lines.slice(0, OPEN_ROWS)),
    folding.length > 0 ? folded(md`${folding.length} more`, table(head, folding)) : null,
  ])
}

function cells(above: string | null, row: Located['row']): Markdown[] {
  const { correctness } = row
  return [
    row.cell === above ? { markdown: '' } : code(row.cell, NAME_LIMIT),
    plain(row.subject, NAME_LIMIT),
    figures(correctness ? rates(correctness) : '–'),
    figures(pointsChange(correctness?.difference ?? null)),
    figures(correctness ? `${correctness.worse} / ${correctness.better}` : '–'),
    verdictMark(row),
  ]
}

/** `&lt; .0001` without a line break after the sign. */
export function smallP(p: number): Markdown {
  return unbroken(pValue(p).replace('<', '&lt;'))
}

function flips(rows: readonly Located[]): Markdown | null {
  const flipped = rows.filter(({ row }) => row.verdict !== 'equivalent' && (row.correctness?.flips.length ?? 0) > 0)
  const folds = flipped.slice(0, MAX_FLIP_ROWS).map(({ row }) => {
    const { flips: all, worse, better, p } = row.correctness!
    const items = all
      .slice(0, MAX_FLIPS)
      .map(({ item, base, head }) => md`${code(item, 60)}: ${code(base, 60)} → ${code(head, 60)}`)
    const rest = worse + better - items.length
    const more = rest > 0 ? [md`and ${rest} more in comparison.json`] : []
    return folded(
      md`Flipped items of <code>${plain(row.cell, NAME_LIMIT)}</code> ${plain(row.subject, NAME_LIMIT)}, base → head (McNemar p ${smallP(p ?? 1)})`,
      list([...items, ...more]),
    )
  })
  return blocks([joinMarkdown(folds, '\n\n'), leftOut(flipped.length - folds.length, 'more flipped')])
}
