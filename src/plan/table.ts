import Table from 'cli-table3'
import { loadName } from './load.ts'
import { sessionRequests } from './requests.ts'
import type { Plan, PlannedCell, Scenario } from './schema.ts'

const BOLD = '\u001b[1m'
const NOT_BOLD = '\u001b[22m'
const NO_LINES_BETWEEN_ROWS = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' }

/** The plan as a person reads it in a terminal. */
export function planTable(plan: Plan, { colour }: { colour: boolean }): string {
  const table = new Table({
    head: ['cell', 'hardware', 'checkpoint', 'pool'].map((title) => (colour ? `${BOLD}${title}${NOT_BOLD}` : title)),
    chars: NO_LINES_BETWEEN_ROWS,
    // The library's own colours depend on its guess of the terminal; ours on what the caller knows.
    style: { head: [], border: [] },
  })
  for (const cell of plan.cells)
    table.push([cell.id, hardwareOf(cell), checkpointOf(cell), `${cell.pool.name} (${cell.pool.host})`])
  return [table.toString(), ...summary(plan), ...plan.remarks.map((remark) => `remark: ${remark}`)].join('\n')
}

function hardwareOf({ target }: PlannedCell): string {
  const nodes = target.nodes === 1 ? '' : `${target.nodes} nodes of `
  return `${nodes}${target.devices} × ${target.chip}`
}

function checkpointOf({ model }: PlannedCell): string {
  const revision = model.revision === null ? '' : `@${model.revision.slice(0, 12)}`
  const format = model.weightFormat === null ? '' : ` (${model.weightFormat})`
  return `${model.checkpoint}${revision}${format}`
}

function summary({ cells, excludedCombinations, suites, planId, seed }: Plan): string[] {
  const { correctness, performance } = suites
  const excluded = excludedCombinations === 0 ? '' : `, ${excludedCombinations} excluded`
  const parts = [
    ...(correctness === null ? [] : [`correctness (${correctness.arithmeticItems} arithmetic items)`]),
    ...(performance === null
      ? []
      : [
          `performance (${performance.sessions} session pairs: ${performance.scenarios
            .map((scenario) => `${scenario.name} at ${levelsOf(scenario)}`)
            .join('; ')}; ${costOf(performance.scenarios)} a session)`,
        ]),
  ]
  return [
    `${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}${excluded}; plan ${planId.slice(0, 12)}, seed ${seed}`,
    `suites: ${parts.join(', ')}`,
  ]
}

/** `concurrency 1, 8`, `concurrency 1 and 4 req/s, 8 req/s`. */
function levelsOf({ arrivals }: Scenario): string {
  const closed = arrivals.flatMap((arrival) => (arrival.kind === 'closed' ? [arrival.concurrency] : []))
  const others = arrivals.filter(({ kind }) => kind !== 'closed').map(loadName)
  return [closed.length > 0 ? `concurrency ${closed.join(', ')}` : '', others.join(', ')]
    .filter((part) => part !== '')
    .join(' and ')
}

function costOf(scenarios: readonly Scenario[]): string {
  const { requests, expected, files } = sessionRequests(scenarios)
  const count = `${expected ? 'about ' : ''}${requests} requests`
  return files.length === 0 ? count : `${count} and those of ${files.join(', ')}`
}
