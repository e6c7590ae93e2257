import type { LoadPoint } from '../../record/cell-result.ts'
import { type Html, html } from '../escape.ts'
import { counted, peerAmount } from './amounts.ts'
import { pointName } from './point-words.ts'
import { cell } from './tables.ts'

/**
 * What the server itself counted during each load point, under the names of the result; null where it shows nothing. A
 * count of a whole number stays whole.
 */
export function serverTable(points: readonly LoadPoint[]): Html | null {
  const told = points.filter((point) => point.server !== null && Object.keys(point.server.values).length > 0)
  if (told.length === 0) return null
  const names = [...new Set(told.flatMap((point) => Object.keys(point.server!.values)))]
  const heads = told.map((point) => html`<th class="number">${pointName(point)}</th>`)
  const rows = names.map((name) => {
    const { unit, scale } = unitOf(name)
    const values = told.map((point) => {
      const value = point.server!.values[name]
      return cell(pointName(point), html`${value === undefined ? '–' : peerAmount(value * scale, '')}`, 'number')
    })
    return html`<tr>${cell('name', html`<code>${name}</code>`)}${cell('unit', html`${unit}`)}${values}</tr>
`
  })
  const dialects = [...new Set(told.map((point) => point.server!.dialect))].join(', ')
  return html`<p class="soft">Increases during the measured requests, and means; read from ${dialects}’s metrics for ${counted(told.length, 'load point')}.</p>
<div class="scroll"><table class="facts"><thead><tr><th>name</th><th>unit</th>${heads}</tr></thead><tbody>
${rows}</tbody></table></div>`
}

function unitOf(name: string): { unit: string; scale: number } {
  if (name.endsWith('Ms')) return { unit: 'ms', scale: 1 }
  if (/(Share|ShareMean|ShareMax|kvUseMean|kvUseMax|draftAcceptance)$/.test(name)) return { unit: '%', scale: 100 }
  return { unit: '', scale: 1 }
}
