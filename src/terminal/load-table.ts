import Table from 'cli-table3'
import type { LoadReport } from '../commands/load.ts'
import type { LoadPoint } from '../record/cell-result.ts'

/** The metrics that a person wants first; `--json` has all. */
const COLUMNS: readonly { metric: string; heading: string }[] = [
  { metric: 'ttft.token.p50', heading: 'TTFT p50\nms' },
  { metric: 'tpot.p50', heading: 'TPOT p50\nms' },
  { metric: 'itl.p50', heading: 'ITL p50\nms' },
  { metric: 'itl.p99', heading: 'ITL p99\nms' },
  { metric: 'e2el.p50', heading: 'E2EL p50\nms' },
  { metric: 'output-tokens-per-second', heading: 'output\ntok/s' },
]

/** The result of `load` for a terminal, without colour. */
export function formatLoadTable(report: LoadReport): string {
  const table = new Table({
    head: ['concurrency', 'requests\nok/failed', ...COLUMNS.map((column) => column.heading), 'valid'],
    colAligns: ['right', 'right', ...COLUMNS.map(() => 'right' as const), 'left'],
    style: { head: [], border: [], compact: true },
  })
  for (const point of report.points) table.push(row(point))
  const lines = [
    `${report.model} at ${report.url}: ${report.inputTokens} tokens in, ${report.outputTokens} out, seed ${report.seed}`,
    table.toString(),
  ]
  const absent = report.points.some((point) => COLUMNS.some(({ metric }) => metricValue(point, metric) === null))
  if (absent) lines.push('–: too few samples (a p99 needs 459)')
  for (const point of report.points)
    for (const reason of point.invalid) lines.push(`invalid at concurrency ${point.concurrency}: ${printable(reason)}`)
  for (const remark of report.remarks) lines.push(`remark: ${printable(remark)}`)
  if (report.interrupted) lines.push('interrupted: the remaining load points were not measured')
  return lines.join('\n')
}

function row(point: LoadPoint): string[] {
  const failed = Object.values(point.failed).reduce((sum, count) => sum + count, 0)
  return [
    `${point.concurrency}`,
    `${point.succeeded}/${failed}`,
    ...COLUMNS.map(({ metric }) => formatNumber(metricValue(point, metric))),
    point.invalid.length === 0 ? 'yes' : 'NO',
  ]
}

function metricValue(point: LoadPoint, name: string): number | null {
  return point.metrics.find((metric) => metric.name === name)?.value ?? null
}

/** Three significant digits at least, no false precision above. */
function formatNumber(value: number | null): string {
  if (value === null) return '–'
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)
}

/** Reasons may quote the server: nothing of it may steer a terminal. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed.
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ')
}
