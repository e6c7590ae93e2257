import Table from 'cli-table3'
import type { Comparison } from '../compare/schema.ts'
import { JUDGED_VERDICTS, type Outcome, type Verdict } from '../record/words.ts'
import { terminalText } from './escape.ts'
import { buildModel, type Located, type ReportModel, worstFirst } from './model.ts'
import { beforeAfter, change } from './numbers.ts'

const MAX_ROWS = 40
const COLOURS: Partial<Record<Verdict | Outcome, number>> = {
  regressed: 31,
  broken: 31,
  fail: 31,
  missing: 33,
  infrastructure: 33,
  incomplete: 33,
  improved: 32,
  equivalent: 32,
  pass: 32,
}

/**
 * The verdicts as a person reads them on a terminal: one line per cell, then what changed, the outcome line last. The
 * same rows as the report, without its details.
 */
export function renderTerminal(comparison: Comparison, options: { colour: boolean }): string {
  const model = buildModel(comparison)
  const paint = (word: Verdict | Outcome, text: string = word) => {
    const colour = options.colour ? COLOURS[word] : undefined
    return colour === undefined ? text : `\u001b[${colour}m${text}\u001b[39m`
  }
  const parts = [
    cellTable(model, paint),
    changeTable(model, paint),
    ...comparison.reasons.map((reason) => `  ${terminalText(reason)}`),
  ]
  return [...parts.filter((part) => part !== ''), outcomeLine(model, paint)].join('\n')
}

type Paint = (word: Verdict | Outcome, text?: string) => string

function cellTable(model: ReportModel, paint: Paint): string {
  const table = newTable(['Cell', 'Correctness', 'Performance', 'Verdicts'])
  const { comparison } = model
  for (const cell of comparison.cells) {
    const rows = comparison.verdicts.filter((row) => row.cell === cell.id)
    const whole = rows.find((row) => row.suite === 'cell')
    const judged = (suite: string) => {
      const own = rows.filter((row) => row.suite === suite)
      return own.length === 0
        ? '–'
        : `${own.filter((row) => JUDGED_VERDICTS.includes(row.verdict)).length} of ${own.length} judged`
    }
    const words = [...new Set(rows.filter((row) => row !== whole).map((row) => row.verdict))]
    const counts = words.map((word) =>
      paint(word, `${rows.filter((row) => row.verdict === word && row !== whole).length} ${word}`),
    )
    const said = [...(whole ? [paint(whole.verdict)] : []), ...counts].join(', ')
    table.push([terminalText(cell.id), judged('correctness'), judged('performance'), said === '' ? '–' : said])
  }
  return table.toString()
}

function changeTable(model: ReportModel, paint: Paint): string {
  const changed = worstFirst([...model.cellRows, ...model.correctnessChanged, ...model.performanceChanged])
  if (changed.length === 0) return ''
  const table = newTable(['Verdict', 'Cell', 'What', 'Base → head'])
  for (const { row } of changed.slice(0, MAX_ROWS)) {
    table.push([paint(row.verdict), terminalText(row.cell), terminalText(row.subject), numbersOf({ row })])
  }
  const rest = changed.length - MAX_ROWS
  return rest > 0 ? `${table.toString()}\n  ${rest} more changed rows in the report` : table.toString()
}

function numbersOf({ row }: Pick<Located, 'row'>): string {
  if (row.performance)
    return `${beforeAfter(row.performance.base, row.performance.head)}  ${change(row.performance.effect)}`
  if (row.correctness)
    return `${row.correctness.worse} worse, ${row.correctness.better} better of ${row.correctness.paired}`
  return terminalText(row.reason).slice(0, 60)
}

function outcomeLine(model: ReportModel, paint: Paint): string {
  const { comparison, counts } = model
  const census = counts.map(({ verdict, count }) => `${count} ${verdict}`).join(', ')
  const cells = `${comparison.received} of ${comparison.planned} cells`
  return `${paint(comparison.outcome)}: ${cells}, ${comparison.judged} rows judged${census === '' ? '' : ` (${census})`}`
}

function newTable(head: string[]) {
  return new Table({ head, style: { head: [], border: [], compact: true } })
}
