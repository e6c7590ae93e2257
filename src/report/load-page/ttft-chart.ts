import type { LoadPoint } from '../../record/cell-result.ts'
import type { Html } from '../escape.ts'
import { amount, timeTick } from './amounts.ts'
import { drawChart, plotOf } from './chart.ts'
import { metricValue } from './columns.ts'
import { line, point as mark } from './marks.ts'
import { LARGE } from './pareto-chart.ts'
import { validityOf } from './point-words.ts'
import { bandPlace, logScale } from './scale.ts'

const PERCENTILES = [
  { metric: 'ttft.token.p99', name: 'p99', shape: 'second' },
  { metric: 'ttft.token.p50', name: 'p50', shape: 'first' },
] as const

/** TTFT against the level of load; null for fewer than two levels that have one. */
export function ttftChart(points: readonly LoadPoint[]): Html | null {
  const levels = points.filter((each) => each.repetition === 1 && metricValue(each, 'ttft.token.p50') !== null)
  if (levels.length < 2) return null
  const plot = plotOf(LARGE)
  const { title, labels } = namesOf(levels)
  const values = levels.flatMap((each) => PERCENTILES.flatMap(({ metric }) => metricValue(each, metric) ?? []))
  const y = logScale(values, plot.y, 6)
  const x = levels.map((_, index) => bandPlace(index, levels.length, plot.x))
  const series = PERCENTILES.flatMap(({ metric, name, shape }) => {
    const places = levels.map((each, index) => {
      const value = metricValue(each, metric)
      return value === null ? null : ([x[index]!, y.place(value)] as const)
    })
    // Closed and open levels are no one series.
    const parts = [true, false].map((closed) =>
      line(
        `join ${shape}`,
        places.map((place, index) => ((levels[index]!.concurrency !== null) === closed ? place : null)),
      ),
    )
    const marks = levels.flatMap((each, index) => {
      const [place, value, validity] = [places[index]!, metricValue(each, metric), validityOf(each)]
      if (place === null) return []
      const valid = validity === 'valid' || (validity === 'tails' && name === 'p50')
      return [mark(shape, place, valid, `${each.load}: TTFT ${name} ${amount(value)} ms${valid ? '' : ', not valid'}`)]
    })
    return [...parts, ...marks]
  })
  return drawChart({
    ...LARGE,
    title: 'TTFT against load',
    description: levels
      .map((each) => {
        const [p50, p99] = [metricValue(each, 'ttft.token.p50'), metricValue(each, 'ttft.token.p99')]
        return `${each.load}: p50 ${amount(p50)} ms, p99 ${p99 === null ? 'not known' : `${amount(p99)} ms`}.`
      })
      .join(' '),
    x: { title, ticks: labels.map((label, index) => ({ at: x[index]!, label })) },
    y: { title: 'TTFT, log scale', ticks: y.ticks.map((value) => ({ at: y.place(value), label: timeTick(value) })) },
    marks: series,
  })
}

/** Short labels where all levels are of one kind. */
function namesOf(levels: readonly LoadPoint[]): { title: string; labels: string[] } {
  if (levels.every(({ concurrency }) => concurrency !== null))
    return { title: 'requests in flight', labels: levels.map(({ concurrency }) => `${concurrency}`) }
  const rates = levels.map(({ load }) => /^([\d.]+) req\/s$/.exec(load)?.[1])
  if (rates.every((rate) => rate !== undefined)) return { title: 'requests a second', labels: rates }
  return { title: 'load', labels: levels.map(({ load }) => load) }
}
