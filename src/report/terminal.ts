import Table from 'cli-table3'
import type { Comparison } from '../compare/schema.ts'
import { JUDGED_VERDICTS, type Outcome, type Verdict } from '../record/words.ts'
import { terminalText } from './escape.ts'
import { isFaulty, measurementWords, spoiltWords } from './measurement-words.ts'
import { buildModel, type Located, type ReportModel, splitByCell, worstFirst } from './model.ts'
import { morePairsAdvice } from './next-steps.ts'
import { beforeAfter, change, pointsChange, rates } from './numbers.ts'
import { caseOf, groupOf, REPORTED } from './verdict-words.ts'

const MAX_ROWS = 40
const MAX_REASON = 60
const MAX_REMARKS = 8
const MAX_CLIENTS = 8
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
 * The verdicts as a person reads them on a terminal: one line per cell, then what changed cell by cell, the outcome line
 * last. The same rows as the report, without its details.
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
    ...model.cellRows
      .slice(0, MAX_ROWS)
      .map(({ row }) => `  ${paint(row.verdict)} ${terminalText(row.cell)}: ${terminalText(row.reason)}`),
    ...model.reasons.map((reason) => `  ${terminalText(reason)}`),
    ...clientLines(comparison),
    ...spoiltLines(model),
    ...remarkLines(comparison),
    adviceLine(comparison),
  ]
  return [...parts.filter((part) => part !== ''), outcomeLine(model, paint)].join('\n')
}

/** Files that could not be used, weaker evidence, machines that could not be looked at: footnotes of the comment. */
function remarkLines({ remarks }: Comparison): string[] {
  const lines = remarks.slice(0, MAX_REMARKS).map((remark) => `  note: ${terminalText(remark)}`)
  const rest = remarks.length - lines.length
  return rest > 0 ? [...lines, `  ${rest} more notes in the report`] : lines
}

/** How each cell was measured; where there are many, those of which a load point is not valid. */
function clientLines({ cells }: Comparison): string[] {
  const measured = cells.flatMap(({ id, measurement }) => (measurement ? [{ id, measurement }] : []))
  const shown = measured.length <= MAX_CLIENTS ? measured : measured.filter((each) => isFaulty(each.measurement))
  const lines = shown
    .slice(0, MAX_CLIENTS)
    .map(({ id, measurement }) => `  ${terminalText(id)} client: ${terminalText(measurementWords(measurement))}`)
  const rest = measured.length - lines.length
  return rest > 0 ? [...lines, `  how ${rest} more cells were measured: in the report`] : lines
}

function spoiltLines({ spoilt }: ReportModel): string[] {
  return spoilt
    .slice(0, MAX_CLIENTS)
    .map(({ id, measurement }) =>
      terminalText(`the measuring client spoilt many load points of ${id}: ${spoiltWords(measurement!)}`),
    )
    .map((line) => `  ${line}`)
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
    const groups = rows.filter((row) => row !== whole).map(groupOf)
    const counts = [...new Set(groups)].map((group) => {
      const count = groups.filter((each) => each === group).length
      return group === REPORTED ? `${count} reported only` : paint(group, `${count} ${group}`)
    })
    const said = [...(whole ? [paint(whole.verdict)] : []), ...counts].join(', ')
    table.push([terminalText(cell.id), judged('correctness'), judged('performance'), said === '' ? '–' : said])
  }
  return table.toString()
}

function changeTable(model: ReportModel, paint: Paint): string {
  const changed = splitByCell(worstFirst([...model.correctnessChanged, ...model.performanceChanged])).flat()
  if (changed.length === 0) return ''
  const table = newTable(['Verdict', 'What', 'Base → head', 'Change [CI]'])
  for (const part of splitByCell(changed.slice(0, MAX_ROWS))) {
    table.push([{ content: terminalText(part[0]!.cell.id), colSpan: 4 }])
    for (const { row } of part) table.push([paint(row.verdict), terminalText(caseOf(row)), ...numbersOf({ row })])
  }
  const rest = changed.length - MAX_ROWS
  return rest > 0 ? `${table.toString()}\n  ${rest} more changed rows in the report` : table.toString()
}

function numbersOf({ row }: Pick<Located, 'row'>): [string, string] {
  const { performance, correctness } = row
  if (performance) return [beforeAfter(performance.base, performance.head), change(performance.effect)]
  if (correctness) return [rates(correctness), pointsChange(correctness.difference)]
  return [terminalText(row.reason).slice(0, MAX_REASON), '–']
}

function adviceLine(comparison: Comparison): string {
  const advice = morePairsAdvice(comparison)
  return advice === null ? '' : `  ${advice} (sessions: in the matrix)`
}

function outcomeLine(model: ReportModel, paint: Paint): string {
  const { comparison, counts } = model
  const census = counts.map(({ group, count }) => `${count} ${group === REPORTED ? 'reported only' : group}`).join(', ')
  const cells = `${comparison.received} of ${comparison.planned} cells`
  return `${paint(comparison.outcome)}: ${cells}, ${comparison.judged} rows judged${census === '' ? '' : ` (${census})`}`
}

function newTable(head: string[]) {
  return new Table({ head, style: { head: [], border: [], compact: true } })
}
