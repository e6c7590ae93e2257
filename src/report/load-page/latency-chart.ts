import type { LoadPoint } from '../../record/cell-result.ts'
import type { PointPicture } from '../../record/load-report.ts'
import type { Html } from '../escape.ts'
import { counted, tick, timeTick } from './amounts.ts'
import { drawChart, plotOf } from './chart.ts'
import { crosses, dots } from './marks.ts'
import { pointName } from './point-words.ts'
import { linearScale, logScale } from './scale.ts'

export const SMALL = { width: 360, height: 222 } as const

/** So few can be drawn larger without hiding each other. */
const FEW_REQUESTS = 100

/** Axis of latencies for all points of a page, so that they can be compared by eye. */
export function latenciesOf(pictures: readonly PointPicture[]): number[] {
  return pictures.flatMap(({ requests }) =>
    requests.flatMap(({ ttftMs, e2elMs }) => (ttftMs === null ? [e2elMs] : [ttftMs, e2elMs])),
  )
}

/** TTFT and E2EL of each drawn request against the time it was written; how long a failed one lasted as a cross. */
export function latencyChart(
  picture: PointPicture,
  point: LoadPoint | undefined,
  latenciesMs: readonly number[],
): Html {
  const { requests } = picture
  const plot = plotOf(SMALL)
  const times = requests.map(({ atSeconds }) => atSeconds)
  const x = linearScale([0, ...times], plot.x, 6)
  const y = logScale(latenciesMs, plot.y, 6)
  const ended = requests.filter(({ failed }) => !failed)
  const failed = requests.filter((request) => request.failed)
  const size = requests.length < FEW_REQUESTS ? ' few' : ''
  const all = point === undefined ? requests.length : point.planned
  const drawn = requests.length < all ? `, ${counted(requests.length, 'of them', 'of them')} drawn` : ''
  return drawChart({
    ...SMALL,
    title: `Latency over time at ${pointName(picture)}`,
    description: `TTFT and E2EL of ${counted(all, 'request')}${drawn}, ${failed.length} of the drawn ones failed.`,
    x: { title: 'sent at, seconds', ticks: x.ticks.map((value) => ({ at: x.place(value), label: tick(value) })) },
    y: { title: 'latency, log scale', ticks: y.ticks.map((value) => ({ at: y.place(value), label: timeTick(value) })) },
    marks: [
      dots(
        `dots second${size}`,
        ended.map(({ atSeconds, e2elMs }) => [x.place(atSeconds), y.place(e2elMs)]),
      ),
      dots(
        `dots first${size}`,
        ended.flatMap(({ atSeconds, ttftMs }) =>
          ttftMs === null ? [] : [[x.place(atSeconds), y.place(ttftMs)] as const],
        ),
      ),
      crosses(
        'failed',
        failed.map(({ atSeconds, e2elMs }) => [x.place(atSeconds), y.place(e2elMs)]),
      ),
    ],
  })
}
