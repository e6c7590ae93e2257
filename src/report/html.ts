import type { Comparison } from '../compare/schema.ts'
import { type Html, html } from './escape.ts'
import { measurementWords, spoiltWords } from './measurement-words.ts'
import { buildModel, type CellBlock, type Located, type ReportModel, splitByCell } from './model.ts'
import { morePairsAdvice, pairsOf, repeatCommand } from './next-steps.ts'
import { STYLE } from './page/style.ts'
import { cellName, cellTable, correctnessTable, parityTable, performanceTable } from './page/tables.ts'
import type { ParityBlock } from './parity-blocks.ts'
import { REPORTED, verdictWord } from './verdict-words.ts'

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
${cellByCell('Before → after', model.performanceChanged, performanceTable)}
${cellByCell('Correctness', [...model.correctnessChanged, ...model.correctnessAgreeing], correctnessTable)}
${model.parity.map(pair)}
${model.rest.length > 0 ? html`<h2>Everything else</h2>${model.rest.map(restOfCell)}` : html``}
${nextSteps(model)}
${remarks(comparison)}
<p class="soft">The shaded band of a bar is the floor: the smallest change that counts. Noise is the standard deviation of one pair. The arrow says which way is good. Intervals are 95 % for metrics, 90 % for answers. All words: docs/report.md of Crosschip.</p>
</body>
</html>
`
  return page.html
}

function head({ comparison, headline, counts, reasons, spoilt }: ReportModel): Html {
  const [base, ours] = [comparison.baseCommit, comparison.headCommit].map(
    (commit) => commit?.slice(0, 10) ?? 'not named',
  )
  const pairs = pairsOf(comparison)
  const evidence = { paired: `${pairs} a cell`, stored: 'a stored baseline', mixed: 'in part stored', none: 'no base' }
  return html`<h1>${headline}</h1>
<p class="soft">Head <code>${ours!}</code> · base <code>${base!}</code> (${evidence[comparison.evidence]}) · ${comparison.received} of ${comparison.planned} cells sent a result · ${comparison.judged} of ${comparison.verdicts.length} rows judged · plan <code>${comparison.planId.slice(0, 12)}</code> · crosschip ${comparison.toolVersion}</p>
<ul class="counts">${counts.map(({ group, count }) => html`<li class="${group === REPORTED ? 'soft' : group}">${count} ${group === REPORTED ? group : verdictWord(group)}</li>`)}</ul>
${list(reasons)}${spoilt.length === 0 ? html`` : html`<p><strong>The measuring client spoilt many load points</strong>, which says nothing of the code:</p><ul>${spoilt.map(({ id, measurement }) => html`<li>${cellName(id)}: ${spoiltWords(measurement!)}</li>`)}</ul>`}`
}

function block(title: string, rows: readonly Located[], render: (rows: readonly Located[]) => Html): Html {
  return rows.length === 0 ? html`` : html`<h2>${title}</h2>${render(rows)}`
}

function cellByCell(title: string, rows: readonly Located[], render: (rows: readonly Located[]) => Html): Html {
  if (rows.length === 0) return html``
  const parts = splitByCell(rows).map((part) => html`<h3>${cellName(part[0]!.cell.id)}</h3>${render(part)}`)
  return html`<h2>${title}</h2>${parts}`
}

function pair(found: ParityBlock): Html {
  const { title, model, reference, candidate, absent, main, others, quiet } = found
  const fold = (name: string, rows: typeof main) =>
    rows.length === 0
      ? html``
      : html`<details><summary>${rows.length} ${name}</summary>${parityTable(found, rows)}</details>`
  return html`<h2>${title}: ${model}</h2>
<p class="soft">${cellName(candidate.id)} against ${cellName(reference.id)}, both on the head, same items, same load. A gap is information and never part of the outcome.</p>
${list(absent)}${main.length > 0 ? parityTable(found, main) : html``}${fold('more metrics', others)}${fold('checks that agree or metrics without a number', quiet)}`
}

function restOfCell({ cell, groups }: CellBlock): Html {
  const counts = groups.map(({ group, rows }) => `${rows.length} ${group}`).join(' · ')
  const tables = groups.map(({ group, rows }) => {
    const performance = rows.filter(({ row }) => row.suite === 'performance')
    const correctness = rows.filter(({ row }) => row.suite === 'correctness')
    return html`<h3>${rows.length} ${group}</h3>${correctness.length > 0 ? correctnessTable(correctness) : html``}${performance.length > 0 ? performanceTable(performance) : html``}`
  })
  const client = cell.measurement ? html`<p>Client: ${measurementWords(cell.measurement)}.</p>` : html``
  return html`<details><summary>${cellName(cell.id)}: ${counts === '' ? 'how it was measured' : counts}</summary>${client}${tables}</details>`
}

function nextSteps({ comparison, cellRows, correctnessChanged, performanceChanged }: ReportModel): Html {
  const advice = morePairsAdvice(comparison)
  const alarms = [...cellRows, ...correctnessChanged, ...performanceChanged].filter(
    ({ row }) => row.verdict !== 'improved',
  )
  const commands = splitByCell(alarms).flatMap((part) => repeatCommand(comparison, part[0]!.cell.id) ?? [])
  const steps = [
    ...commands.map((command) => html`<li><code>${command}</code></li>`),
    ...(advice === null ? [] : [html`<li>${advice}: raise <code>sessions:</code> in the matrix</li>`]),
  ]
  return steps.length === 0 ? html`` : html`<h2>What now</h2><ul>${steps}</ul>`
}

function remarks(comparison: Comparison): Html {
  return comparison.remarks.length === 0 ? html`` : html`<h2>Remarks</h2>${list(comparison.remarks)}`
}

function list(lines: readonly string[]): Html {
  return lines.length === 0 ? html`` : html`<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`
}
