import type { LoadPoint } from '../../record/cell-result.ts'
import { type Html, html } from '../escape.ts'
import { amount } from './amounts.ts'
import { metricOf } from './columns.ts'
import { pointName, validityOf } from './point-words.ts'

/** The best of each, which is seldom at one level: whoever quotes one should see the others. */
const TILES = [
  { metric: 'output-tokens-per-second', title: 'most output', best: Math.max },
  { metric: 'output-tokens-per-second-per-user', title: 'fastest for one user', best: Math.max },
  { metric: 'ttft.token.p50', title: 'least TTFT p50', best: Math.min },
  { metric: 'goodput', title: 'most goodput', best: Math.max },
] as const

/** From points whose medians and throughput stand; nothing where there are none. */
export function tiles(points: readonly LoadPoint[]): Html {
  const usable = points.filter((point) => validityOf(point) !== 'void')
  const shown = TILES.flatMap(({ metric, title, best }) => {
    const values = usable.flatMap((point) => metricOf(point, metric)?.value ?? [])
    if (values.length === 0) return []
    const value = values.reduce((left, right) => best(left, right))
    const point = usable.find((each) => metricOf(each, metric)?.value === value)!
    const unit = metricOf(point, metric)!.unit.replace('/user', '')
    return [
      html`<li><span>${title}</span><b>${amount(value)} <small>${unit}</small></b><span>at ${pointName(point)}</span></li>`,
    ]
  })
  return shown.length === 0 ? html`` : html`<ul class="tiles">${shown}</ul>`
}
