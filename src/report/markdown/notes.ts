import type { Comparison } from '../../compare/schema.ts'
import { counted } from '../../compare/wording.ts'
import { JUDGED_VERDICTS } from '../../record/words.ts'
import { code, joinMarkdown, link, type Markdown, md, plain } from '../escape.ts'
import { spoiltWords } from '../measurement-words.ts'
import { type ReportModel, worstFirst } from '../model.ts'
import { morePairsAdvice, pairsOf, repeatCommand } from '../next-steps.ts'
import { blocks, list, NAME_LIMIT } from './blocks.ts'
import type { Detail } from './detail.ts'

/** So many are named at the top, in the shortest version too. */
const SPOILT_CELLS = 3

/** Verdict and action; then what it rests on, in lines whose numbers add up. */
export function headSection(model: ReportModel, detail: Detail): Markdown {
  const { comparison } = model
  const facts = joinMarkdown(
    [
      commits(comparison),
      md`${comparison.received} of ${comparison.planned} cells sent a result`,
      remarkSigns(model, detail),
    ].filter((part) => part.markdown !== ''),
    ' · ',
  )
  const reasons = model.reasons.slice(0, 5).map((reason) => plain(reason, 300))
  return blocks([
    { markdown: `## ${model.headline}` },
    facts,
    md`**${comparison.judged} of ${comparison.verdicts.length} rows judged**: ${census(model)}`,
    reasons.length > 0 ? list(reasons) : null,
    spoiltNote(model),
  ])
}

/** Not a verdict: what was spoilt is open, whatever the tables show of the rest. */
function spoiltNote({ spoilt }: ReportModel): Markdown | null {
  if (spoilt.length === 0) return null
  const lines = spoilt
    .slice(0, SPOILT_CELLS)
    .map(({ id, measurement }) => md`${code(id, NAME_LIMIT)}: ${plain(spoiltWords(measurement!))}`)
  const rest = spoilt.length - lines.length
  return blocks([
    md`**The measuring client spoilt many load points**, which says nothing of the code:`,
    list([...lines, ...(rest > 0 ? [md`${counted(rest, 'more cell')} likewise, in the full report`] : [])]),
  ])
}

/** Judged verdicts first, then what was not judged. */
function census({ counts }: ReportModel): string {
  const said = (judged: boolean) =>
    counts
      .filter(({ group }) => JUDGED_VERDICTS.some((verdict) => verdict === group) === judged)
      .map(({ group, count }) => `${count} ${group === 'reported, not judged' ? 'reported only' : group}`)
      .join(' · ')
  const [judged, other] = [said(true), said(false)]
  return [judged === '' ? 'none' : judged, ...(other === '' ? [] : [`not judged: ${other}`])].join('; ')
}

function commits(comparison: Comparison): Markdown {
  const { headCommit, baseCommit, evidence } = comparison
  const head = headCommit === null ? md`head` : code(headCommit.slice(0, 10))
  const base = baseCommit === null ? md`base` : code(baseCommit.slice(0, 10))
  const pairs = pairsOf(comparison)
  switch (evidence) {
    case 'paired':
      return md`${head} vs ${base}, ${pairs === '' ? 'in pairs' : `${pairs} a cell`} on the same machine`
    case 'stored':
      return md`${head} vs stored results of ${base}[^evidence]`
    case 'mixed':
      return md`${head} vs ${base}, in part stored results[^evidence]`
    case 'none':
      return md`${head}, nothing to compare with`
  }
}

/** `2 remarks` with a footnote for each. */
function remarkSigns({ comparison }: ReportModel, detail: Detail): Markdown {
  const total = comparison.remarks.length
  const signs = Array.from({ length: Math.min(total, detail.remarks) }, (_, index) => `[^${index + 1}]`)
  return { markdown: total === 0 ? '' : `${counted(total, 'remark')}${signs.join(' ')}` }
}

/** The footnotes that the first lines refer to. */
export function footnotes({ comparison }: ReportModel, detail: Detail): Markdown {
  const { evidence, remarks } = comparison
  const weaker = {
    markdown:
      '[^evidence]: A stored baseline is weaker evidence than a pair on one machine: what differs between two days counts as noise, so intervals are wider and small changes stay inconclusive.',
  }
  const shown = remarks.slice(0, detail.remarks)
  const left = remarks.length - shown.length
  return blocks([
    evidence === 'stored' || evidence === 'mixed' ? weaker : null,
    ...shown.map((remark, index) => {
      const more = left > 0 && index === shown.length - 1 ? ` (${counted(left, 'more remark')} in the full report)` : ''
      return joinMarkdown([{ markdown: `[^${index + 1}]:` }, md`${plain(remark, 300)}${more}`], ' ')
    }),
  ])
}

/** How to get from this comment to an answer. */
export function nextSteps(model: ReportModel, reportUrl: string | null): Markdown | null {
  const [worst] = worstFirst([...model.cellRows, ...model.correctnessChanged, ...model.performanceChanged])
  const steps: Markdown[] = []
  const command = worst && worst.row.verdict !== 'improved' ? repeatCommand(model.comparison, worst.row.cell) : null
  if (command !== null) {
    steps.push(
      md`Again here: run the failed jobs of this workflow again; a cell that ran again replaces its earlier result`,
    )
    steps.push(md`Again on a machine of your own, the worst cell, with this run's plan.json: ${code(command)}`)
  }
  if (model.comparison.evidence === 'none') {
    steps.push(
      md`To compare: give the base's code (${code('crosschip run --base-checkout')}) or earlier results (${code('crosschip report --baseline')})`,
    )
  }
  const advice = morePairsAdvice(model.comparison)
  if (advice !== null) steps.push(md`${advice}: raise ${code('sessions:')} in the matrix`)
  if (reportUrl !== null) steps.push(md`Every row: ${link('the full report', reportUrl)}`)
  return steps.length === 0 ? null : blocks([{ markdown: '### What now' }, list(steps)])
}

/** The words of the tables in one line. */
export function legend(): Markdown {
  return {
    markdown:
      '<sub>**regressed**, **improved**: beyond the floor of the metric, and more than chance (false discovery rate 5 %) · **equivalent**: shown to lie within the floor · **inconclusive**: neither is shown · Noise: standard deviation of one pair · ↓ ↑: which way is good · all words: docs/report.md of Crosschip</sub>',
  }
}
