import type { ParityRow } from '../../compare/schema.ts'
import { pValue } from '../../compare/wording.ts'
import type { Verdict } from '../../record/words.ts'
import { type Html, html } from '../escape.ts'
import type { Located } from '../model.ts'
import { beforeAfter, change, noise, pointsChange, rates, value } from '../numbers.ts'
import { type ParityBlock, readingOf } from '../parity-blocks.ts'
import { adviceOf, caseOf, verdictOf, verdictWord } from '../verdict-words.ts'
import { intervalBar, spanOf } from './interval-bar.ts'

/** A browser copes with more, a reader does not; all rows are in comparison.json. */
const MAX_ROWS = 5000

/** One column. On a narrow screen a row becomes a block, and the title stands before each of its values. */
interface Column<T> {
  title: string
  /** `text`: room for a whole name; `label`: for a short one; `number`: never broken; `wide`: takes what is left; `bar`: as wide as the drawing. */
  kind: 'text' | 'label' | 'number' | 'wide' | 'bar'
  write: (row: T) => Html
}

export function cellTable(rows: readonly Located[]): Html {
  return table<Located>(rows, [
    { title: 'Cell', kind: 'text', write: ({ row }) => cellName(row.cell) },
    { title: 'Verdict', kind: 'number', write: ({ row }) => word(row.verdict, verdictWord(row.verdict)) },
    { title: 'What happened', kind: 'wide', write: ({ row }) => html`${row.reason}` },
    { title: 'Devices', kind: 'label', write: ({ cell }) => html`<span class="soft">${cell.devices}</span>` },
  ])
}

/** Metrics of one cell; all bars of the table have one scale. */
export function performanceTable(rows: readonly Located[]): Html {
  const span = spanOf(rows.flatMap(({ row }) => row.performance ?? []))
  return table<Located>(rows, [
    { title: 'Case · metric', kind: 'text', write: ({ row }) => html`${caseOf(row)}` },
    {
      title: 'Base → head',
      kind: 'number',
      write: ({ row: { performance } }) =>
        performance ? html`${beforeAfter(performance.base, performance.head)}` : html`–`,
    },
    {
      title: 'Worse is right',
      kind: 'bar',
      write: ({ row: { performance, verdict } }) =>
        performance?.effect
          ? intervalBar(performance.effect, performance.floor, performance.direction, verdict, span)
          : html`–`,
    },
    {
      title: 'Δ [95 % CI]',
      kind: 'number',
      write: ({ row }) => html`${change(row.performance?.effect ?? null)}`,
    },
    { title: 'Noise', kind: 'number', write: ({ row }) => html`${noise(row.performance?.noise ?? null)}` },
    {
      title: 'Pairs · p',
      kind: 'number',
      write: ({ row: { performance } }) =>
        performance?.effect
          ? html`${performance.pairs} · ${pValue(performance.adjustedP ?? performance.p ?? 1)}`
          : html`–`,
    },
    {
      title: 'Verdict',
      kind: 'wide',
      write: ({ row }) => {
        const why = row.performance?.effect ? adviceOf(row) : row.reason
        return html`${word(row.verdict, verdictOf(row))} <span class="soft">${why}</span>`
      },
    },
  ])
}

export function correctnessTable(rows: readonly Located[]): Html {
  return table<Located>(rows, [
    { title: 'Check', kind: 'label', write: ({ row }) => html`${row.subject}` },
    { title: 'Verdict', kind: 'number', write: ({ row }) => word(row.verdict, verdictOf(row)) },
    {
      title: 'Right, base → head',
      kind: 'number',
      write: ({ row: { correctness } }) => html`${correctness ? rates(correctness) : '–'}`,
    },
    {
      title: 'Worse / better',
      kind: 'number',
      write: ({ row: { correctness } }) => html`${correctness ? `${correctness.worse} / ${correctness.better}` : '–'}`,
    },
    {
      title: 'p (McNemar)',
      kind: 'number',
      write: ({ row: { correctness } }) => html`${correctness && correctness.p !== null ? pValue(correctness.p) : '–'}`,
    },
    { title: 'Why', kind: 'wide', write: ({ row }) => html`<span class="soft">${row.reason}</span>${flips(row)}` },
  ])
}

function flips({ correctness }: Located['row']): Html {
  if (!correctness || correctness.flips.length === 0) return html``
  const items = correctness.flips.map(
    ({ item, base, head }) => html`<li><code>${item}</code>: <code>${base}</code> → <code>${head}</code></li>`,
  )
  return html`<details class="flips"><summary>${correctness.flips.length} flipped items, base → head</summary><ul>${items}</ul></details>`
}

export function parityTable(block: ParityBlock, rows: readonly ParityRow[]): Html {
  const { reference, candidate, labels } = block
  return table<ParityRow>(rows, [
    { title: 'Measure', kind: 'text', write: (row) => html`${labels.get(row.subject) ?? row.subject}` },
    { title: reference.target, kind: 'number', write: (row) => html`${numberOf(row, 'reference')}` },
    { title: candidate.target, kind: 'number', write: (row) => html`${numberOf(row, 'candidate')}` },
    {
      title: 'Gap [CI]',
      kind: 'number',
      write: (row) => html`${row.correctness ? pointsChange(row.correctness.difference) : change(row.gap)}`,
    },
    {
      title: 'In words',
      kind: 'wide',
      write: (row) => {
        const reading = readingOf(row)
        const why = reading === row.reason || (row.gap && row.verdict === 'skipped') ? '' : row.reason
        return html`${reading} <span class="soft">${why}</span>`
      },
    },
  ])
}

function numberOf(row: ParityRow, side: 'reference' | 'candidate'): string {
  const { correctness } = row
  if (!correctness) return value(side === 'reference' ? row.referenceValue : row.candidateValue)
  return `${side === 'reference' ? correctness.baseRight : correctness.headRight} of ${correctness.paired}`
}

/** A name that breaks after its dots, if it must. */
export function cellName(name: string): Html {
  const parts = name.split('.').map((part, index) => (index === 0 ? html`${part}` : html`.<wbr>${part}`))
  return html`<code>${parts}</code>`
}

function word(verdict: Verdict, text: string): Html {
  return html`<span class="verdict ${verdict}">${text}</span>`
}

function table<T>(rows: readonly T[], columns: readonly Column<T>[]): Html {
  const rest = rows.length - MAX_ROWS
  const more = rest > 0 ? html`<p>${rest} more rows in comparison.json.</p>` : html``
  const line = (row: T) =>
    html`<tr>${columns.map(({ title, kind, write }) => {
      const value = write(row)
      const state = value.html === '–' ? 'empty' : 'filled'
      return html`<td class="${kind} ${state}" data-title="${title}"><div>${value}</div></td>`
    })}</tr>
`
  return html`<div class="scroll"><table><thead><tr>${columns.map(({ title, kind }) => html`<th class="${kind}">${title}</th>`)}</tr></thead><tbody>
${rows.slice(0, MAX_ROWS).map(line)}</tbody></table></div>${more}`
}
