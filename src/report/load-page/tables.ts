import type { LoadPoint } from '../../record/cell-result.ts'
import type { CompatTable } from '../../record/load-report.ts'
import { type Html, html } from '../escape.ts'
import { amount, peerAmount } from './amounts.ts'
import { columnsOf, metricValue } from './columns.ts'
import {
  clientWords,
  failedOf,
  failureWords,
  pointName,
  VALIDITY_SENTENCE,
  VALIDITY_WORD,
  validityOf,
} from './point-words.ts'

/** One row a load point: the table of the terminal. */
export function pointTable(points: readonly LoadPoint[]): Html {
  const columns = columnsOf(points)
  const heads = [
    html`<th>load</th><th>ok/failed</th>`,
    ...columns.map(({ title, unit }) => html`<th>${title}<small>${unit}</small></th>`),
    html`<th>valid</th>`,
  ]
  const rows = points.map((point) => {
    const validity = validityOf(point)
    const cells = columns.map(({ metric, title, unit }) =>
      cell(`${title}, ${unit}`, html`${amount(metricValue(point, metric))}`),
    )
    return html`<tr class="${validity === 'void' ? 'off' : 'on'}">${cell('load', html`<b>${pointName(point)}</b>`)}${cell('ok/failed', html`${point.succeeded}/${failedOf(point)}`)}${cells}${cell('valid', validityMark(point))}</tr>
`
  })
  return html`<div class="scroll"><table class="points"><thead><tr>${heads}</tr></thead><tbody>
${rows}</tbody></table></div>`
}

/** Whether each point can be used, and why not, in plain words. */
export function validityTable(points: readonly LoadPoint[]): Html {
  const rows = points.map((point) => {
    const faults = point.invalid.map(({ by, reason }) => html`<li>${by}: ${reason}</li>`)
    const client = clientWords([point])?.replace(/^client /, '') ?? 'nobody watched'
    const failures = failureWords(point)
    const failed = failures === '' ? html`` : html`<li>failed requests: ${failures}</li>`
    const list = faults.length === 0 && failures === '' ? html`` : html`<ul class="reasons">${faults}${failed}</ul>`
    const sentence = html`${VALIDITY_SENTENCE[validityOf(point)]}${list}`
    const watched = html`<span class="soft client">${client}</span>`
    return html`<tr>${cell('load', html`<b>${pointName(point)}</b>`, 'number')}${cell('valid', validityMark(point), 'number')}${cell('why', sentence, 'wide')}${cell('client', watched, 'wide')}</tr>
`
  })
  return html`<div class="scroll"><table><thead><tr><th>load</th><th>valid</th><th>why</th><th>the measuring client</th></tr></thead><tbody>
${rows}</tbody></table></div>`
}

export function validityMark(point: LoadPoint): Html {
  const validity = validityOf(point)
  return html`<span class="${validity}">${VALIDITY_WORD[validity]}</span>`
}

/** Every metric that any point has, for whoever looks for one that the table leaves out. */
export function metricTable(points: readonly LoadPoint[]): Html {
  const known = new Map<string, { label: string; unit: string }>()
  for (const { metrics } of points) for (const { name, label, unit } of metrics) known.set(name, { label, unit })
  const heads = points.map((point) => html`<th class="number">${pointName(point)}</th>`)
  const given = [...known].filter(([name]) => points.some((point) => metricValue(point, name) !== null))
  const rows = given.map(([name, { label, unit }]) => {
    const values = points.map((point) => cell(pointName(point), html`${amount(metricValue(point, name))}`, 'number'))
    return html`<tr>${cell('metric', html`${label}`, 'label')}${cell('name', html`<code>${name}</code>`)}${cell('unit', html`${unit}`)}${values}</tr>
`
  })
  return html`<div class="scroll"><table class="facts"><thead><tr><th>metric</th><th>name</th><th>unit</th>${heads}</tr></thead><tbody>
${rows}</tbody></table></div>`
}

export function compatTable({ rows }: CompatTable): Html {
  const lines = rows.map(
    ({ name, value, unit, note }) =>
      html`<tr>${cell('name', html`${name}`, 'text')}${cell('value', html`${peerAmount(value, unit)}`, 'number')}${cell('unit', html`${unit}`)}${cell('note', html`<span class="soft">${note}</span>`, 'wide')}</tr>
`,
  )
  return html`<div class="scroll"><table class="facts"><thead><tr><th>name</th><th class="number">value</th><th>unit</th><th>how its definition differs from ours</th></tr></thead><tbody>
${lines}</tbody></table></div>`
}

/** On a narrow screen a row becomes a block, and the title stands before each of its values. */
export function cell(title: string, value: Html, kind = 'plain'): Html {
  const state = value.html === '–' || value.html === '' ? 'empty' : 'filled'
  return html`<td class="${kind} ${state}" data-title="${title}"><div>${value}</div></td>`
}
