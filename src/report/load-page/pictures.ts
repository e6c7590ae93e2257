import type { LoadPoint } from '../../record/cell-result.ts'
import type { PointPicture } from '../../record/load-report.ts'
import { type Html, html } from '../escape.ts'
import { counted, tick } from './amounts.ts'
import { metricValue } from './columns.ts'
import { gapChart } from './gap-chart.ts'
import { latenciesOf, latencyChart } from './latency-chart.ts'
import { crosses, dots, point as mark } from './marks.ts'
import { paretoChart } from './pareto-chart.ts'
import { pointName, VALIDITY_NOTE, validityOf } from './point-words.ts'
import { ttftChart } from './ttft-chart.ts'

/** All levels in one drawing each; nothing where there is but one. */
export function sweepSection(points: readonly LoadPoint[]): Html {
  const [pareto, ttft] = [paretoChart(points), ttftChart(points)]
  if (pareto === null && ttft === null) return html``
  // Without its tails a level is hollow at its p99 only.
  const hollow = points.some((point) => {
    const validity = validityOf(point)
    return validity === 'void' || (validity === 'tails' && metricValue(point, 'ttft.token.p99') !== null)
  })
  const legend = [
    ...(!pareto?.html.includes('class="frontier"')
      ? []
      : [key(html`<path class="frontier" d="M1 8h20"/>`, 'no other valid level is better in both')]),
    ...(ttft === null
      ? []
      : [
          key(mark('first', [11, 8], true, 'p50'), 'TTFT p50'),
          ...(points.some((point) => metricValue(point, 'ttft.token.p99') !== null)
            ? [key(mark('second', [11, 8], true, 'p99'), 'TTFT p99')]
            : []),
        ]),
    ...(hollow ? [key(mark('first', [11, 8], false, 'hollow'), 'hollow: not valid')] : []),
  ]
  const figures = [
    ...(pareto === null ? [] : [figure(html`<b>What the server gives, and what one user gets</b>`, pareto)]),
    ...(ttft === null ? [] : [figure(html`<b>Time to first token against load</b>`, ttft)]),
  ]
  return html`<h2>Across the levels of load</h2><ul class="legend">${legend}</ul><div class="grid wide">${figures}</div>`
}

/** One drawing a load point, all of one kind on one axis of times. */
export function pictureSections(points: readonly LoadPoint[], pictures: readonly PointPicture[]): Html {
  const measured = pictures.filter(({ requests }) => requests.length > 0)
  const gapped = pictures.filter(({ gaps }) => gaps.counts.some((count) => count > 0) && gaps.edgesMs.length > 1)
  const latenciesMs = latenciesOf(measured)
  const edgesMs = gapped.flatMap(({ gaps }) => gaps.edgesMs)
  const failed = measured.some(({ requests }) => requests.some((request) => request.failed))
  const legend = [
    key(dots('dots first', [[11, 8]]), 'TTFT'),
    key(dots('dots second', [[11, 8]]), 'E2EL'),
    ...(failed ? [key(crosses('failed', [[11, 8]]), 'failed, after so long')] : []),
  ]
  const latencies = measured.map((picture) => {
    const point = pointOf(points, picture)
    const drawn = picture.requests.length
    const some = point !== undefined && drawn < point.planned ? ` of ${counted(point.planned, 'request')}` : ''
    const count = some === '' ? counted(drawn, 'request') : `${tick(drawn)}${some}`
    return figure(caption(picture, point, count), latencyChart(picture, point, latenciesMs))
  })
  const gaps = gapped.map((picture) => {
    const point = pointOf(points, picture)
    const total = picture.gaps.counts.reduce((sum, count) => sum + count, 0)
    return figure(caption(picture, point, counted(total, 'gap')), gapChart(picture, point, edgesMs))
  })
  const overTime = html`<h2>Latency over time</h2><p class="soft">A server that holds its pace draws two level bands; a slope or a step is a server that changed while it was measured.</p><ul class="legend">${legend}</ul><div class="grid">${latencies}</div>`
  const between = html`<h2>Gaps between tokens</h2><p class="soft">Times between reads that brought tokens, of all requests. Every gap is visible, however rare; what stands far to the right is a stall.</p><div class="grid">${gaps}</div>`
  return html`${latencies.length === 0 ? html`` : overTime}${gaps.length === 0 ? html`` : between}`
}

function pointOf(points: readonly LoadPoint[], { load, repetition }: PointPicture): LoadPoint | undefined {
  return points.find((point) => point.load === load && point.repetition === repetition)
}

function caption(picture: PointPicture, point: LoadPoint | undefined, count: string): Html {
  const marked =
    point === undefined || point.invalid.length === 0
      ? html``
      : html`<span class="${validityOf(point)}">${VALIDITY_NOTE[validityOf(point)]}</span>`
  return html`<b>${pointName(picture)}</b><span class="soft">${count}</span>${marked}`
}

function figure(captioned: Html, drawing: Html): Html {
  return html`<figure><figcaption>${captioned}</figcaption>${drawing}</figure>
`
}

function key(sample: Html, words: string): Html {
  return html`<li><svg width="22" height="16" viewBox="0 0 22 16" aria-hidden="true">${sample}</svg>${words}</li>`
}
