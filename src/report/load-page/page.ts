import type { LoadPoint } from '../../record/cell-result.ts'
import type { LoadReport, PointPicture } from '../../record/load-report.ts'
import { type Html, html } from '../escape.ts'
import { STYLE } from '../page/style.ts'
import { counted } from './amounts.ts'
import { whyAbsent } from './columns.ts'
import { pictureSections, sweepSection } from './pictures.ts'
import { calibrationWords, pointName, remarksOf, VALIDITY_NOTE, validityOf } from './point-words.ts'
import { serverTable } from './server-table.ts'
import { sloWords } from './slo-words.ts'
import { LOAD_STYLE } from './style.ts'
import { compatTable, metricTable, pointTable, validityTable } from './tables.ts'
import { tiles } from './tiles.ts'
import { arrivalWords, workloadWords } from './workload-words.ts'

/** What `load` measured as one page: numbers, whether they hold, and pictures; no script, nothing fetched. */
export function renderLoadPage(report: LoadReport, pictures: readonly PointPicture[]): string {
  const { points } = report
  const style: Html = { html: `<style>${STYLE}${LOAD_STYLE}</style>` }
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${report.model} under load</title>
${style}
</head>
<body>
${head(report)}
${points.length === 0 ? html`<p>No load point was measured.</p>` : numbers(report)}
${sweepSection(points)}
${pictureSections(points, pictures)}
${details(report)}
${list('Remarks', remarksOf(points, report.remarks))}
<p class="soft">TTFT: from the last byte of a request to the read that brought its first token. TPOT: time per output token after the first, one sample a request. ITL: between tokens, over all requests. E2EL: until the last token. Percentiles are by nearest rank, and given only where there are samples enough. “per user” is the median over requests of 1 / TPOT.</p>
</body>
</html>
`
  return page.html
}

function head(report: LoadReport): Html {
  const { points } = report
  const arrivals = arrivalWords(report.arrivals)
  const good = sloWords(report.slo)
  const facts = [
    ...(report.url === null ? [] : [html`<code>${report.url}</code>`]),
    ...(report.startedAt === '' ? [] : [html`${report.startedAt.slice(0, 16).replace('T', ' ')} UTC`]),
    ...(report.seed === null ? [] : [html`seed ${report.seed}`]),
    html`${counted(report.threads, 'client thread')}`,
    html`crosschip ${report.toolVersion}`,
  ]
  const interrupted = report.interrupted
    ? html`<p class="tails">Interrupted: the remaining load points were not measured.</p>`
    : html``
  return html`<h1><code>${report.model}</code> under load</h1>
<p class="soft">${facts.map((fact, index) => (index === 0 ? fact : html` · ${fact}`))}</p>
<p>${capital(report.workload === null ? 'several workloads' : workloadWords(report.workload))}${arrivals === '' ? '' : `; ${arrivals}`}.</p>
${
  good === null
    ? html``
    : html`<p>A request is good with ${good}.</p>
`
}${interrupted}${census(points)}${tiles(points)}`
}

function census(points: readonly LoadPoint[]): Html {
  const chips = (['valid', 'tails', 'void'] as const).flatMap((validity) => {
    const count = points.filter((point) => validityOf(point) === validity).length
    return count === 0
      ? []
      : [html`<li class="${validity}">${counted(count, 'load point')}: ${VALIDITY_NOTE[validity]}</li>`]
  })
  return chips.length === 0 ? html`` : html`<ul class="counts">${chips}</ul>`
}

function numbers({ points, calibration }: LoadReport): Html {
  const absent = whyAbsent(points).map((line) => html`<p class="soft">${line}.</p>`)
  const calibrated =
    calibration === null
      ? html`<p class="soft">How late this client is beside a known truth is not told.</p>`
      : html`<p class="soft">${capital(calibrationWords(calibration))}.</p>`
  return html`<h2>Load points</h2>
${pointTable(points)}${absent}
<h2>Can these numbers be used?</h2>
${validityTable(points)}${calibrated}`
}

function details({ points, compat }: LoadReport): Html {
  if (points.length === 0) return html``
  const peers = compat.map(
    (table) =>
      html`<details><summary>As ${table.peer} would print it, ${pointName(table)}</summary>${compatTable(table)}</details>`,
  )
  const server = serverTable(points)
  const counted =
    server === null ? html`` : html`<details><summary>What the server counted</summary>${server}</details>`
  return html`<h2>More numbers</h2>
<details><summary>Every metric of every load point</summary>${metricTable(points)}</details>${counted}${peers}`
}

function list(title: string, lines: readonly string[]): Html {
  return lines.length === 0 ? html`` : html`<h2>${title}</h2><ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
