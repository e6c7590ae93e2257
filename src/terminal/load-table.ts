import Table from 'cli-table3'
import type { LoadPoint } from '../record/cell-result.ts'
import type { CompatTable, LoadReport } from '../record/load-report.ts'
import { terminalText as printable, visible } from '../report/escape.ts'
import { amount, peerAmount } from '../report/load-page/amounts.ts'
import { columnsOf, metricValue, whyAbsent } from '../report/load-page/columns.ts'
import {
  calibrationWords,
  clientWords,
  failedOf,
  faultsByReason,
  pointName,
  remarksOf,
  VALIDITY_WORD,
  validityOf,
} from '../report/load-page/point-words.ts'
import { sloWords } from '../report/load-page/slo-words.ts'
import { arrivalWords, workloadWords } from '../report/load-page/workload-words.ts'

/** Most terminals of today are wider; a log seldom is. */
const WIDTH_COLUMNS = 100
const WIDEST_LEVEL = 13
const NARROWEST_NOTE = 24

/** The result of `load` for a terminal, without colour: one row a load point, then what a reader must know of them. */
export function formatLoadTable(report: LoadReport): string {
  const { points } = report
  const client = clientWords(points)
  const workload = report.workload === null ? 'several workloads' : workloadWords(report.workload)
  const good = sloWords(report.slo)
  const shape = [workload, arrivalWords(report.arrivals), good === null ? '' : `good: ${good}`]
  const notes = [
    ...faultsByReason(points).map(({ fault, points: names }) => {
      const what = fault.voids === 'all' ? 'not valid' : 'tails not valid'
      return `${what} at ${names.join(', ')} (${fault.by}): ${fault.reason}`
    }),
    ...whyAbsent(points),
    ...(client === null ? [] : [points.length === 1 ? client : `${client} (the worst of ${points.length} points)`]),
    ...(report.calibration === null ? [] : [calibrationWords(report.calibration)]),
    ...remarksOf(points, report.remarks).map((remark) => `remark: ${remark}`),
    ...(report.interrupted ? ['interrupted: the remaining load points were not measured'] : []),
  ]
  return [
    ...wrapped(origin(report)),
    ...wrapped(printable(shape.filter((part) => part !== '').join('; '))),
    '',
    points.length === 0 ? 'no load point was measured' : pointTable(points),
    '',
    ...notes.flatMap((note) => wrapped(printable(note))),
    ...report.compat.flatMap((table) => ['', compatTable(table)]),
  ].join('\n')
}

function origin({ model, url, seed }: LoadReport): string {
  // The address is the user's own: copied, it must be what was typed.
  const where = url === null ? '' : ` at ${visible(url)}`
  return `${printable(model)}${where}${seed === null ? '' : `, seed ${seed}`}`
}

function pointTable(points: readonly LoadPoint[]): string {
  const columns = columnsOf(points)
  const head = [
    'load',
    'ok/failed',
    ...columns.map(({ title, unit }) => `${title.replace(' ', '\n')}\n${unit}`),
    'valid',
  ]
  const rows = points.map((point) => [
    broken(printable(pointName(point)), WIDEST_LEVEL).join('\n'),
    `${point.succeeded}/${failedOf(point)}`,
    ...columns.map(({ metric }) => amount(metricValue(point, metric))),
    VALIDITY_WORD[validityOf(point)],
  ])
  const leftwards = (column: number) => column === 0 || column === head.length - 1
  return plainTable(head, rows, leftwards)
}

/** Rows that share a note become one, so that it is read once and runs beside them. */
function compatTable({ peer, load, repetition, rows }: CompatTable): string {
  const runs: CompatTable['rows'][] = []
  for (const row of rows) {
    const run = runs.at(-1)
    if (run !== undefined && run[0]!.note === row.note) run.push(row)
    else runs.push([row])
  }
  const cells = runs.map((run) => ({
    names: run.map((row) => printable(row.name)),
    values: run.map((row) => peerAmount(row.value, row.unit)),
    units: run.map((row) => printable(row.unit)),
    note: printable(run[0]!.note),
  }))
  const widest = (texts: readonly string[]) => texts.reduce((most, text) => Math.max(most, text.length), 5)
  const taken =
    widest(cells.flatMap((cell) => cell.names)) +
    widest(cells.flatMap((cell) => cell.values)) +
    widest(cells.flatMap((cell) => cell.units))
  const noteWidth = Math.max(NARROWEST_NOTE, WIDTH_COLUMNS - taken - 3 * GAP.length)
  const lines = cells.map(({ names, values, units, note }) => [
    names.join('\n'),
    values.join('\n'),
    units.join('\n'),
    broken(note, noteWidth).join('\n'),
  ])
  const table = plainTable(['name', 'value', 'unit', 'note'], lines, (column) => column !== 1)
  return `as ${peer} would print it, ${printable(pointName({ load, repetition }))}\n${table}`
}

const GAP = '  '

/** No borders: a dozen columns of numbers leave no room for them, the widest numbers not even for a second space. */
function plainTable(head: string[], rows: string[][], leftwards: (column: number) => boolean): string {
  const roomy = drawTable(head, rows, leftwards, GAP)
  const tooWide = roomy.split('\n').some((line) => line.length > WIDTH_COLUMNS)
  return tooWide ? drawTable(head, rows, leftwards, ' ') : roomy
}

function drawTable(head: string[], rows: string[][], leftwards: (column: number) => boolean, gap: string): string {
  const none = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '' }
  const chars = { ...none, 'bottom-left': '', 'bottom-right': '', left: '', right: '', middle: gap, 'left-mid': '' }
  const table = new Table({
    head,
    colAligns: head.map((_, column) => (leftwards(column) ? 'left' : 'right')),
    chars: { ...chars, mid: '─', 'mid-mid': '─'.repeat(gap.length), 'right-mid': '' },
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
  })
  table.push(...rows)
  return table.toString().replace(/ +$/gm, '')
}

/** One note as lines of at most the width, those that follow set in. */
function wrapped(text: string): string[] {
  const [first, ...rest] = broken(text, WIDTH_COLUMNS - GAP.length)
  return [first ?? '', ...rest.map((line) => `${GAP}${line}`)]
}

/** Breaks between words; a longer word keeps its line, so that an address can be copied. */
function broken(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}
