import type { ComparedCell, VerdictRow } from '../../compare/schema.ts'
import { counted } from '../../compare/wording.ts'
import { figures, joinMarkdown, type Markdown, md, plain } from '../escape.ts'
import { isFaulty, measurementWords } from '../measurement-words.ts'
import type { CellBlock, Located, ReportModel } from '../model.ts'
import { beforeAfter, change, noise, pointsChange, rates } from '../numbers.ts'
import { byReason } from '../reasons.ts'
import { caseOf, REPORTED, type RowGroup } from '../verdict-words.ts'
import { blocks, folded, list, NAME_LIMIT, table, titles, verdictMark } from './blocks.ts'
import { smallP } from './correctness.ts'
import type { Detail } from './detail.ts'

const MAX_NAMES = 30

/** How each cell was measured and everything that is not a change: one folded block per cell, its counts in the line that shows. */
export function detailsSection(model: ReportModel, detail: Detail): Markdown | null {
  const dropped = new Map<RowGroup, number>()
  let unmentioned = 0
  const folds = model.rest.map((block) => {
    const measured = isTold(block.cell, detail)
    if (!measured && block.cell.measurement !== null) unmentioned++
    const shown = block.groups.filter(({ group }) => depthOf(group, detail) !== 'count')
    for (const { group, rows } of block.groups) {
      if (depthOf(group, detail) === 'count') dropped.set(group, (dropped.get(group) ?? 0) + rows.length)
    }
    return shown.length === 0 && !measured ? null : cellDetails({ ...block, groups: shown }, measured, detail)
  })
  const counts = [...dropped].map(([group, count]) => `${count} ${group}`).join(', ')
  return blocks([
    ...folds,
    counts === '' ? null : md`${counts} rows in the full report.`,
    unmentioned === 0
      ? null
      : md`How ${counted(unmentioned, 'cell')} ${unmentioned === 1 ? 'was' : 'were'} measured: in the full report.`,
  ])
}

function isTold({ measurement }: ComparedCell, { clients }: Detail): boolean {
  if (measurement === null || clients === 'none') return false
  return clients === 'all' || isFaulty(measurement)
}

function cellDetails({ cell, groups }: CellBlock, measured: boolean, detail: Detail): Markdown {
  const counts = groups.map(({ group, rows }) => `${rows.length} ${group}`).join(' · ')
  const client = measured && cell.measurement ? md`Client: ${plain(measurementWords(cell.measurement))}` : null
  const content = groups.map(({ group, rows }) =>
    depthOf(group, detail) === 'names' ? nameLine(group, rows) : groupDetails(group, rows),
  )
  return folded(
    md`<code>${plain(cell.id, NAME_LIMIT)}</code>: ${counts === '' ? 'how it was measured' : counts}`,
    blocks([client, ...content]),
  )
}

function depthOf(group: RowGroup, detail: Detail): Detail['inconclusive'] {
  switch (group) {
    case 'equivalent':
    case 'skipped':
    case REPORTED:
      return detail.quiet ? 'rows' : 'count'
    case 'inconclusive':
      return detail.inconclusive
    case 'new':
    case 'not-comparable':
    case 'improved':
      return detail.news ? 'rows' : 'count'
    case 'regressed':
    case 'broken':
    case 'missing':
    case 'infrastructure':
      return 'rows'
  }
}

/** Rows with numbers in a table; of the others those that say the same in one line. */
function groupDetails(group: RowGroup, rows: readonly Located[]): Markdown {
  const numbered = rows.filter(({ row }) => numbersOf(row) !== null)
  const worded = rows.filter(({ row }) => numbersOf(row) === null)
  const head = titles('Case', 'Base → head', 'Δ [CI]', 'Noise', 'Pairs · p', 'Verdict')
  const lines = byReason(worded).map(
    ({ reason, names }) =>
      md`${joinMarkdown(
        names.map((name) => plain(name, NAME_LIMIT)),
        ', ',
      )}: ${plain(reason, 300)}`,
  )
  return blocks([
    md`**${rows.length} ${group}**`,
    lines.length > 0 ? list(lines) : null,
    numbered.length > 0
      ? table(
          head,
          numbered.map(({ row }) => [plain(caseOf(row), NAME_LIMIT), ...numbersOf(row)!, verdictMark(row)]),
        )
      : null,
  ])
}

/** Values, change and what it rests on; null where a row has none and its reason must speak. */
function numbersOf({ performance, correctness }: VerdictRow): Markdown[] | null {
  const none = figures('–')
  if (correctness?.difference) {
    const tested = md`${correctness.paired} items · ${smallP(correctness.p ?? 1)}`
    return [figures(rates(correctness)), figures(pointsChange(correctness.difference)), none, tested]
  }
  if (!performance || (performance.base === null && performance.head === null)) return null
  const { base, head, effect, pairs, adjustedP, p } = performance
  const values = figures(beforeAfter(base, head))
  if (effect === null) return [values, none, none, none]
  const tested = md`${pairs} · ${smallP(adjustedP ?? p ?? 1)}`
  return [values, figures(change(effect)), figures(noise(performance.noise)), tested]
}

function nameLine(group: RowGroup, rows: readonly Located[]): Markdown {
  const named = rows.slice(0, MAX_NAMES).map(({ row }) => plain(caseOf(row), 60))
  const rest = rows.length - named.length
  return md`**${rows.length} ${group}**: ${joinMarkdown(named, ', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}
