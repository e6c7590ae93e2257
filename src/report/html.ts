import type { Comparison } from '../compare/schema.ts'
import { type Html, html } from './escape.ts'
import { buildModel, type Located, type ReportModel, type TargetBlock } from './model.ts'
import { STYLE } from './page/style.ts'
import { cellTable, correctnessTable, parityTable, performanceTable } from './page/tables.ts'
import { verdictWord } from './verdict-words.ts'

/** The whole report as one page: every row, no script, nothing fetched. */
export function renderHtml(comparison: Comparison): string {
  const model = buildModel(comparison)
  const style: Html = { html: `<style>${STYLE}</style>` }
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${model.headline}</title>
${style}
</head>
<body>
${head(model)}
${block('Cells without a whole result', model.cellRows, cellTable)}
${block('Before → after', model.performanceChanged, performanceTable)}
${block('Correctness', [...model.correctnessChanged, ...model.correctnessAgreeing], correctnessTable)}
${model.parity.map(
  (pair) => html`<h2>${pair.title}: ${pair.candidate.model}</h2>
<p class="soft">Both on the head, same items, same load. A gap is information, not a regression.</p>${parityTable(pair)}`,
)}
${model.targets.length > 0 ? html`<h2>Everything else</h2>${model.targets.map(targetDetails)}` : html``}
${remarks(comparison)}
</body>
</html>
`
  return page.html
}

function head({ comparison, headline, counts }: ReportModel): Html {
  const commits = [comparison.headCommit, comparison.baseCommit].map((commit) => commit?.slice(0, 10) ?? 'unnamed')
  return html`<h1>${headline}</h1>
<p class="soft">Head <code>${commits[0]!}</code>, base <code>${commits[1]!}</code> (evidence: ${comparison.evidence}) · ${comparison.received} of ${comparison.planned} cells · ${comparison.judged} of ${comparison.verdicts.length} rows judged · plan <code>${comparison.planId.slice(0, 12)}</code> · crosschip ${comparison.toolVersion}</p>
<ul class="counts">${counts.map(({ verdict, count }) => html`<li class="${verdict}">${count} ${verdictWord(verdict)}</li>`)}</ul>
${list(comparison.reasons)}`
}

function block(title: string, rows: readonly Located[], render: (rows: readonly Located[]) => Html): Html {
  return rows.length === 0 ? html`` : html`<h2>${title}</h2>${render(rows)}`
}

function targetDetails({ target, groups }: TargetBlock): Html {
  const counts = groups.map(({ verdict, rows }) => `${rows.length} ${verdict}`).join(', ')
  const tables = groups.map(({ rows }) => {
    const performance = rows.filter(({ row }) => row.suite === 'performance')
    const correctness = rows.filter(({ row }) => row.suite === 'correctness')
    return html`${correctness.length > 0 ? correctnessTable(correctness) : html``}${performance.length > 0 ? performanceTable(performance) : html``}`
  })
  return html`<details><summary><code>${target}</code>: ${counts}</summary>${tables}</details>`
}

function remarks(comparison: Comparison): Html {
  return comparison.remarks.length === 0 ? html`` : html`<h2>Remarks</h2>${list(comparison.remarks)}`
}

function list(lines: readonly string[]): Html {
  return lines.length === 0 ? html`` : html`<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`
}
