import type { VerdictRow } from '../../compare/schema.ts'
import { pValue } from '../../compare/wording.ts'
import type { Verdict } from '../../record/words.ts'
import { code, figures, joinMarkdown, type Markdown, md, plain } from '../escape.ts'
import type { Located, ReportModel, TargetBlock } from '../model.ts'
import { beforeAfter, change, noise, pointsChange, rates } from '../numbers.ts'
import { caseOf, verdictOf } from '../verdict-words.ts'
import { blocks, folded, leftOut, NAME_LIMIT, table, titles } from './blocks.ts'
import type { Detail } from './detail.ts'

const MAX_NAMES = 30

/** Everything that is not a change, one folded block per target with its counts in the line that shows. */
export function detailsSection(model: ReportModel, detail: Detail): Markdown | null {
  return blocks(model.targets.map((target) => targetDetails(target, detail)))
}

function targetDetails(block: TargetBlock, detail: Detail): Markdown {
  const counts = block.groups.map(({ verdict, rows }) => `${rows.length} ${verdict}`).join(', ')
  const summary = md`<code>${plain(block.target, NAME_LIMIT)}</code>: ${counts}`
  const content = blocks(block.groups.map(({ verdict, rows }) => groupDetails(verdict, rows, detail)))
  return folded(summary, content)
}

function groupDetails(verdict: Verdict, rows: readonly Located[], detail: Detail): Markdown | null {
  switch (depthOf(verdict, detail)) {
    case 'rows':
      return blocks([md`**${rows.length} ${verdict}**`, rowTable(rows)])
    case 'names':
      return nameLine(verdict, rows)
    case 'count':
      return leftOut(rows.length, verdict)
  }
}

function depthOf(verdict: Verdict, detail: Detail): Detail['inconclusive'] {
  switch (verdict) {
    case 'equivalent':
    case 'skipped':
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

function rowTable(rows: readonly Located[]): Markdown {
  const head = titles('Cell', 'Case', 'Base → head', 'Δ [95 % CI]', 'Noise · pairs · p', 'Verdict')
  return table(
    head,
    rows.map(({ row }) => {
      const numbers = numbersOf(row)
      return [
        code(row.cell, NAME_LIMIT),
        plain(caseOf(row), NAME_LIMIT),
        ...(numbers ?? [NONE, NONE, NONE]),
        plain(numbers ? verdictOf(row) : `${verdictOf(row)}: ${row.reason}`, 300),
      ]
    }),
  )
}

const NONE = figures('–')

/** Values, change and what it rests on; null where a row has none and its reason must speak. */
function numbersOf({ performance, correctness }: VerdictRow): Markdown[] | null {
  if (correctness?.difference) {
    const tested = `– · ${correctness.paired} items · ${pValue(correctness.p ?? 1)}`
    return [figures(rates(correctness)), figures(pointsChange(correctness.difference)), plain(tested)]
  }
  if (!performance?.effect) return null
  const { base, head, effect, pairs, adjustedP, p } = performance
  const tested = `${noise(performance.noise)} · ${pairs} · ${pValue(adjustedP ?? p ?? 1)}`
  return [figures(beforeAfter(base, head)), figures(change(effect)), figures(tested)]
}

function nameLine(verdict: Verdict, rows: readonly Located[]): Markdown {
  const named = rows.slice(0, MAX_NAMES).map(({ row }) => md`${code(row.cell, 60)} ${plain(caseOf(row), 60)}`)
  const rest = rows.length - named.length
  return md`**${rows.length} ${verdict}**: ${joinMarkdown(named, ', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}
