import type { LoadPoint } from '../../record/cell-result.ts'
import type { PointPicture } from '../../record/load-report.ts'
import { type Html, html } from '../escape.ts'
import { amount, counted, tick, timeTick } from './amounts.ts'
import { CHARACTER_WIDTH, drawChart, plotOf } from './chart.ts'
import { metricValue } from './columns.ts'
import { SMALL } from './latency-chart.ts'
import { pointName } from './point-words.ts'
import { linearScale, logScale, round } from './scale.ts'

/** A bin with a gap in it is never invisible: a rare stall is what one looks for. */
const LEAST_BAR = 1.5

/** How often which gap came, with its median and 99th percentile. All points of a page share the axis of gaps. */
export function gapChart(
  { gaps, ...picture }: PointPicture,
  point: LoadPoint | undefined,
  edgesMs: readonly number[],
): Html {
  const plot = plotOf(SMALL)
  const x = logScale(edgesMs, plot.x, 6)
  const y = linearScale([0, ...gaps.counts], plot.y, 5)
  const bars = gaps.counts.map((count, bin) => {
    const [from, to] = [gaps.edgesMs[bin], gaps.edgesMs[bin + 1]]
    if (count <= 0 || from === undefined || to === undefined) return html``
    const left = x.place(from)
    const height = Math.max(LEAST_BAR, plot.bottom - y.place(count))
    const width = Math.max(1, x.place(to) - left - 0.6)
    return html`<rect x="${left}" y="${round(plot.bottom - height)}" width="${round(width)}" height="${round(height)}"/>`
  })
  const total = gaps.counts.reduce((sum, count) => sum + count, 0)
  return drawChart({
    ...SMALL,
    title: `Gaps between tokens at ${pointName(picture)}`,
    description: `Histogram of ${counted(total, 'gap')} between reads that brought tokens.`,
    x: {
      title: 'gap between tokens, log scale',
      ticks: x.ticks.map((value) => ({ at: x.place(value), label: timeTick(value) })),
    },
    y: { title: 'gaps', ticks: y.ticks.map((value) => ({ at: y.place(value), label: tick(value) })) },
    marks: [html`<g class="bars">${bars}</g>`, ...percentileLines(point, x.place)],
  })
}

/** Above the plot and one above the other: they cannot meet, nor hide a bar. */
function percentileLines(point: LoadPoint | undefined, place: (ms: number) => number): Html[] {
  const plot = plotOf(SMALL)
  return (['p50', 'p99'] as const).map((name) => {
    const valueMs = point === undefined ? null : metricValue(point, `icl.${name}`)
    if (valueMs === null) return html``
    const at = place(valueMs)
    const label = `${name} ${amount(valueMs)} ms`
    const width = label.length * CHARACTER_WIDTH + 5
    const leftwards = name === 'p50' ? at - width > plot.left : at + width > plot.right
    return html`<line class="mark" x1="${at}" x2="${at}" y1="${plot.top - (name === 'p50' ? 22 : 10)}" y2="${plot.bottom}"/><text class="note" x="${round(leftwards ? at - 5 : at + 5)}" y="${plot.top - (name === 'p50' ? 14 : 2)}" text-anchor="${leftwards ? 'end' : 'start'}">${label}</text>`
  })
}
