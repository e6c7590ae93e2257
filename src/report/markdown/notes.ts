import type { Comparison } from '../../compare/schema.ts'
import { code, link, type Markdown, md, plain } from '../escape.ts'
import { type ReportModel, worstFirst } from '../model.ts'
import { blocks, list } from './blocks.ts'
import type { Detail } from './detail.ts'

/** Verdict and action; then what it rests on, in one line whose numbers add up. */
export function headSection(model: ReportModel): Markdown {
  const { comparison, counts } = model
  const total = comparison.verdicts.length
  const census = counts.map(({ verdict, count }) => `${count} ${verdict}`).join(' · ')
  return blocks([
    { markdown: `## ${model.headline}` },
    md`${commits(comparison)} · ${comparison.received} of ${comparison.planned} cells · ${comparison.judged} of ${total} rows judged${census === '' ? '' : `: ${census}`}`,
  ])
}

function commits({ headCommit, baseCommit, evidence }: Comparison): Markdown {
  const head = headCommit === null ? md`head` : code(headCommit.slice(0, 10))
  const base = baseCommit === null ? md`base` : code(baseCommit.slice(0, 10))
  switch (evidence) {
    case 'paired':
      return md`${head} vs ${base}, measured in pairs`
    case 'stored':
      return md`${head} vs stored results of ${base}[^evidence]`
    case 'mixed':
      return md`${head} vs ${base}, in part stored results[^evidence]`
    case 'none':
      return md`${head}, nothing to compare with`
  }
}

/** The footnote that the first lines refer to. */
export function footnotes({ comparison }: ReportModel): Markdown | null {
  if (comparison.evidence !== 'stored' && comparison.evidence !== 'mixed') return null
  return {
    markdown:
      '[^evidence]: A stored baseline is weaker evidence than a pair on one machine: what differs between two days counts as noise, so intervals are wider and small changes stay inconclusive.',
  }
}

/** Why the outcome is what it is, and what else the reader should know. */
export function remarksSection({ comparison }: ReportModel, detail: Detail): Markdown | null {
  const shown = comparison.remarks.slice(0, detail.remarks)
  if (shown.length === 0) return null
  const rest = comparison.remarks.length - shown.length
  return blocks([
    { markdown: '### Remarks' },
    list([...shown.map((remark) => plain(remark, 300)), ...(rest > 0 ? [md`${rest} more in the full report`] : [])]),
  ])
}

/** How to get from this comment to an answer. */
export function nextSteps(model: ReportModel, reportUrl: string | null): Markdown | null {
  const [worst] = worstFirst([...model.cellRows, ...model.correctnessChanged, ...model.performanceChanged])
  const steps: Markdown[] = []
  if (reportUrl !== null) steps.push(md`Everything: ${link('the full report', reportUrl)}`)
  const alarm = worst && worst.row.verdict !== 'improved' ? worst.row.cell : null
  if (alarm !== null && /^[a-z0-9][a-z0-9._-]*$/.test(alarm)) {
    steps.push(md`Again: run the failed jobs of this workflow again; a cell that ran again replaces its earlier result`)
    steps.push(
      md`Here: ${code(`crosschip run --plan plan.json --cell ${alarm} --base-checkout ../base --out out`)}, then ${code('crosschip report --plan plan.json --results out --out out')}`,
    )
  }
  return steps.length === 0 ? null : blocks([{ markdown: '### What now' }, list(steps)])
}
