import { type Html, html } from '../escape.ts'
import { round } from './scale.ts'

/** The frame that all drawings share: title, axes with ticks, a lattice behind the marks. */

export interface Axis {
  title: string
  ticks: readonly { at: number; label: string }[]
}

export interface Chart {
  width: number
  height: number
  /** Said by a screen reader; the page shows its own heading. */
  title: string
  description: string
  x: Axis
  y: Axis
  marks: readonly Html[]
}

/** Room around the plot for the labels, in units of the drawing. */
export const MARGIN = { left: 56, right: 16, top: 26, bottom: 42 } as const
/** Width of a character of the labels at their size, a little more than the average. */
export const CHARACTER_WIDTH = 6.4

/** The plot inside of the frame; y grows downwards, so its range begins at the bottom. */
export function plotOf({ width, height }: { width: number; height: number }) {
  const [left, right, top, bottom] = [MARGIN.left, width - MARGIN.right, MARGIN.top, height - MARGIN.bottom]
  return { left, right, top, bottom, x: [left, right] as const, y: [bottom, top] as const }
}

export function drawChart(chart: Chart): Html {
  const { width, height, title, description, x, y, marks } = chart
  const { left, right, bottom } = plotOf(chart)
  const columns = apart(x.ticks).map(
    ({ at, label }) =>
      html`<text class="tick" x="${at}" y="${bottom + 16}" text-anchor="middle">${label}</text><line class="stub" x1="${at}" x2="${at}" y1="${bottom}" y2="${bottom + 4}"/>`,
  )
  const rows = y.ticks.map(
    ({ at, label }) =>
      html`<line class="lattice" x1="${left}" x2="${right}" y1="${at}" y2="${at}"/><text class="tick" x="${left - 7}" y="${round(at + 4)}" text-anchor="end">${label}</text>`,
  )
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}"><title>${title}</title><desc>${description}</desc>${rows}<line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>${columns}<text class="name" x="0" y="12">${y.title}</text><text class="name" x="${right}" y="${height - 7}" text-anchor="end">${x.title}</text>${marks}</svg>
`
}

/** Labels that would run into the one before are left out. */
function apart(ticks: Axis['ticks']): Axis['ticks'] {
  let end = Number.NEGATIVE_INFINITY
  return ticks.filter(({ at, label }) => {
    const half = (label.length * CHARACTER_WIDTH) / 2
    if (at - half < end + 8) return false
    end = at + half
    return true
  })
}
