import type { LoadPoint } from '../../record/cell-result.ts'
import { type Html, html } from '../escape.ts'
import { amount, tick } from './amounts.ts'
import { CHARACTER_WIDTH, drawChart, plotOf } from './chart.ts'
import { metricValue } from './columns.ts'
import { line, point as mark } from './marks.ts'
import { validityOf } from './point-words.ts'
import { linearScale, round } from './scale.ts'

export const LARGE = { width: 520, height: 330 } as const

interface Drawn {
  load: string
  perUser: number
  output: number
  valid: boolean
}

/**
 * What one user gets against what the server gives in all: the sweep of a load. The repetition of the first level is left
 * out. Null for fewer than two levels with both numbers.
 */
export function paretoChart(points: readonly LoadPoint[]): Html | null {
  const first = points.filter(({ repetition }) => repetition === 1)
  const perDevice = first.every((each) => {
    const known = metricValue(each, 'output-tokens-per-second-per-device') !== null
    return known || metricValue(each, 'output-tokens-per-second') === null
  })
  const metric = perDevice ? 'output-tokens-per-second-per-device' : 'output-tokens-per-second'
  const drawn = first.flatMap((each): Drawn[] => {
    const [perUser, output] = [metricValue(each, 'output-tokens-per-second-per-user'), metricValue(each, metric)]
    if (perUser === null || output === null) return []
    return [{ load: each.load, perUser, output, valid: validityOf(each) !== 'void' }]
  })
  if (drawn.length < 2) return null
  const plot = plotOf(LARGE)
  const x = linearScale([0, ...drawn.map(({ perUser }) => perUser)], plot.x, 7)
  const y = linearScale([0, ...drawn.map(({ output }) => output)], plot.y, 6)
  const place = ({ perUser, output }: Drawn) => [x.place(perUser), y.place(output)] as const
  const best = frontier(drawn)
  const unit = perDevice ? 'tok/s per device' : 'tok/s in all'
  const said = drawn.map(({ load, perUser, output, valid }) => {
    return `${load}: ${amount(output)} ${unit}, ${amount(perUser)} tok/s per user${valid ? '' : ', not valid'}`
  })
  return drawChart({
    ...LARGE,
    title: 'Output against output per user',
    description: `${said.join('. ')}. ${best.length} of ${drawn.length} on the frontier.`,
    x: {
      title: 'one user gets, tok/s',
      ticks: x.ticks.map((value) => ({ at: x.place(value), label: tick(value) })),
    },
    y: {
      title: perDevice ? 'each device gives, tok/s' : 'the server gives, tok/s',
      ticks: y.ticks.map((value) => ({ at: y.place(value), label: tick(value) })),
    },
    marks: [
      line('frontier', best.map(place)),
      ...drawn.map((each, index) => mark('first', place(each), each.valid, said[index]!)),
      ...labels(drawn.map((each) => ({ text: each.load, at: place(each) }))),
    ],
  })
}

/** Valid points that no other valid one beats in both, from the slowest user to the fastest. */
export function frontier<P extends { perUser: number; output: number; valid: boolean }>(points: readonly P[]): P[] {
  const best: P[] = []
  const fastestFirst = points
    .filter(({ valid }) => valid)
    .sort((left, right) => right.perUser - left.perUser || right.output - left.output)
  for (const each of fastestFirst) if (best.length === 0 || each.output > best.at(-1)!.output) best.push(each)
  return best.reverse()
}

interface Box {
  left: number
  right: number
  top: number
  bottom: number
}

const HEIGHT = 13

type Anchor = 'start' | 'middle' | 'end'
/** The share of a text that stands before the point on which it hangs. */
const BEFORE: Readonly<Record<Anchor, number>> = { start: 0, middle: 0.5, end: 1 }

/** Beside its point where nothing else stands; a point that has no such place is named by pointing at it only. */
function labels(points: readonly { text: string; at: readonly [number, number] }[]): Html[] {
  const plot = plotOf(LARGE)
  const taken: Box[] = points.map(({ at: [x, y] }) => ({ left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 }))
  return points.map(({ text, at: [x, y] }) => {
    const width = text.length * CHARACTER_WIDTH
    // Widths are an estimate, so each text hangs on the end that is next to its point.
    const places: [anchor: Anchor, at: number, top: number][] = [
      ['start', x + 9, y - HEIGHT - 2],
      ['start', x + 9, y - HEIGHT / 2],
      ['middle', x, y - HEIGHT - 8],
      ['end', x - 9, y - HEIGHT / 2],
      ['end', x - 9, y + 2],
      ['middle', x, y + 8],
      ['start', x + 9, y + 2],
    ]
    const boxes = places.map(([anchor, at, top]) => {
      const left = at - width * BEFORE[anchor]
      return { anchor, at, left, right: left + width, top, bottom: top + HEIGHT }
    })
    const free = boxes.find((box) => inside(box, plot) && !taken.some((other) => overlap(box, other)))
    if (free === undefined) return html``
    taken.push(free)
    return html`<text class="label" text-anchor="${free.anchor}" x="${round(free.at)}" y="${round(free.bottom - 3)}">${text}</text>`
  })
}

function inside(box: Box, plot: { left: number; right: number; top: number; bottom: number }): boolean {
  return box.left > plot.left + 2 && box.right < plot.right + 12 && box.top > plot.top - 10 && box.bottom < plot.bottom
}

function overlap(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom
}
