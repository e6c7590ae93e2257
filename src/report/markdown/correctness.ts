import { pValue } from '../../compare/wording.ts'
import { code, figures, joinMarkdown, type Markdown, md, plain } from '../escape.ts'
import type { Located, ReportModel } from '../model.ts'
import { rates } from '../numbers.ts'
import { verdictOf } from '../verdict-words.ts'
import { blocks, folded, leftOut, list, NAME_LIMIT, titles } from './blocks.ts'
import { section } from './changes.ts'
import type { Detail } from './detail.ts'

const MAX_REASONS = 20
const MAX_FLIPS = 10
const MAX_FLIP_ROWS = 8

/** Checks that do not agree, then those that score items; why and which items flipped. */
export function correctnessSection(model: ReportModel, detail: Detail): Markdown | null {
  const alarms = model.correctnessChanged.filter(({ row }) => detail.news || row.verdict !== 'improved')
  const agreeing = detail.quiet ? model.correctnessAgreeing : []
  const hidden = model.correctnessChanged.length - alarms.length
  const shown = [...alarms, ...agreeing]
  if (shown.length + hidden === 0) return null
  const head = titles('Cell', 'Check', 'Right, base → head', 'Worse / better', 'p (McNemar)', 'Verdict')
  return blocks([
    section('### Correctness', head, shown.map(cells), Math.max(detail.alarms, agreeing.length > 0 ? shown.length : 0)),
    reasons(alarms.slice(0, Math.min(detail.alarms, MAX_REASONS))),
    leftOut(hidden, 'improved'),
    detail.news ? flips(shown) : null,
  ])
}

function cells({ row }: Located): Markdown[] {
  const { correctness } = row
  return [
    code(row.cell, NAME_LIMIT),
    plain(row.subject, NAME_LIMIT),
    figures(correctness ? rates(correctness) : '–'),
    figures(correctness ? `${correctness.worse} / ${correctness.better}` : '–'),
    plain(correctness && correctness.p !== null ? pValue(correctness.p) : '–'),
    plain(verdictOf(row)),
  ]
}

function reasons(rows: readonly Located[]): Markdown | null {
  if (rows.length === 0) return null
  return list(
    rows.map(
      ({ row }) => md`${code(row.cell, NAME_LIMIT)} ${plain(row.subject, NAME_LIMIT)}: ${plain(row.reason, 300)}`,
    ),
  )
}

function flips(rows: readonly Located[]): Markdown | null {
  const flipped = rows.filter(({ row }) => row.verdict !== 'equivalent' && (row.correctness?.flips.length ?? 0) > 0)
  const folds = flipped.slice(0, MAX_FLIP_ROWS).map(({ row }) => {
    const { flips: all, worse, better } = row.correctness!
    const items = all
      .slice(0, MAX_FLIPS)
      .map(({ item, base, head }) => md`${code(item, 60)}: ${code(base, 60)} → ${code(head, 60)}`)
    const rest = worse + better - items.length
    const more = rest > 0 ? [md`and ${rest} more in comparison.json`] : []
    return folded(
      md`Flipped items of <code>${plain(row.cell, NAME_LIMIT)}</code> ${plain(row.subject, NAME_LIMIT)}`,
      list([...items, ...more]),
    )
  })
  const rest = flipped.length - folds.length
  return blocks([joinMarkdown(folds, '\n\n'), leftOut(rest, 'more flipped')])
}
