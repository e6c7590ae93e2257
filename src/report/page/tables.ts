import { pValue } from '../../compare/wording.ts'
import type { Verdict } from '../../record/words.ts'
import { type Html, html } from '../escape.ts'
import type { Located, ParityBlock } from '../model.ts'
import { beforeAfter, change, noise, pointsChange, rates, value } from '../numbers.ts'
import { caseOf, verdictOf, verdictWord } from '../verdict-words.ts'
import { intervalBar } from './interval-bar.ts'

/** A browser copes with more, a reader does not; all rows are in comparison.json. */
const MAX_ROWS = 5000

export function cellTable(rows: readonly Located[]): Html {
  return table(
    ['Cell', 'Devices', 'Verdict', 'What happened'],
    rows,
    ({ row, cell }) =>
      html`<tr><td><code>${row.cell}</code></td><td>${cell.devices}</td>${verdictCell(row.verdict, verdictOf(row))}<td>${row.reason}</td></tr>`,
  )
}

export function performanceTable(rows: readonly Located[]): Html {
  return table(
    ['Cell', 'Case · metric', 'Base → head', 'Worse is right', 'Δ [95 % CI]', 'Noise', 'Pairs · p', 'Verdict'],
    rows,
    ({ row }) => {
      const found = row.performance
      const bar = found?.effect ? intervalBar(found.effect, found.floor, found.direction, row.verdict) : html`–`
      const tested = found?.effect ? `${found.pairs} · ${pValue(found.adjustedP ?? found.p ?? 1)}` : '–'
      return html`<tr><td><code>${row.cell}</code></td><td>${caseOf(row)}</td><td class="number">${found ? beforeAfter(found.base, found.head) : '–'}</td><td>${bar}</td><td class="number">${change(found?.effect ?? null)}</td><td class="number">${noise(found?.noise ?? null)}</td><td class="number">${tested}</td><td><span class="verdict ${row.verdict}">${verdictOf(row)}</span>${found?.effect ? html`` : html` <span class="soft">${row.reason}</span>`}</td></tr>`
    },
  )
}

export function correctnessTable(rows: readonly Located[]): Html {
  return table(
    ['Cell', 'Check', 'Right, base → head', 'Worse / better', 'p (McNemar)', 'Verdict', 'Why'],
    rows,
    ({ row }) => {
      const found = row.correctness
      const flips =
        found?.flips.map(
          ({ item, base, head }) => html`<li><code>${item}</code>: <code>${base}</code> → <code>${head}</code></li>`,
        ) ?? []
      const list =
        flips.length > 0
          ? html`<details><summary>${flips.length} flipped items</summary><ul>${flips}</ul></details>`
          : html``
      return html`<tr><td><code>${row.cell}</code></td><td>${row.subject}</td><td class="number">${found ? rates(found) : '–'}</td><td class="number">${found ? `${found.worse} / ${found.better}` : '–'}</td><td class="number">${found && found.p !== null ? pValue(found.p) : '–'}</td>${verdictCell(row.verdict, verdictOf(row))}<td class="soft">${row.reason}${list}</td></tr>`
    },
  )
}

export function parityTable({ rows, reference, candidate, labels }: ParityBlock): Html {
  return table(['Measure', reference.id, candidate.id, 'Gap [95 % CI]', 'Verdict', 'Why'], rows, (row) => {
    const found = row.correctness
    const [left, right] = found
      ? [`${found.baseRight} of ${found.paired}`, `${found.headRight} of ${found.paired}`]
      : [value(row.referenceValue), value(row.candidateValue)]
    const gap = found ? pointsChange(found.difference) : change(row.gap)
    return html`<tr><td>${labels.get(row.subject) ?? row.subject}</td><td class="number">${left}</td><td class="number">${right}</td><td class="number">${gap}</td>${verdictCell(row.verdict, verdictWord(row.verdict))}<td class="soft">${row.reason}</td></tr>`
  })
}

function verdictCell(verdict: Verdict, text: string): Html {
  return html`<td class="verdict ${verdict}">${text}</td>`
}

function table<T>(head: readonly string[], rows: readonly T[], write: (row: T) => Html): Html {
  const rest = rows.length - MAX_ROWS
  const more = rest > 0 ? html`<p>${rest} more rows in comparison.json.</p>` : html``
  return html`<div class="scroll"><table><thead><tr>${head.map((text) => html`<th>${text}</th>`)}</tr></thead><tbody>
${rows.slice(0, MAX_ROWS).map(write)}
</tbody></table></div>${more}`
}
