import type { Plan, PlannedCell } from '../plan/schema.ts'
import { escapeCell, escapeText } from '../report/escape.ts'

/** The cells of a plan as Markdown, for the summary of the plan job. */
export function renderPlanTable(plan: Plan, remarks: readonly string[]): string {
  const excluded = plan.excludedCombinations === 0 ? '' : `, ${plan.excludedCombinations} combinations excluded`
  return [
    `## Crosschip: ${plan.cells.length} ${plan.cells.length === 1 ? 'cell' : 'cells'} planned`,
    '',
    '| cell | model | devices | engine | runs on | limit |',
    '| --- | --- | --- | --- | --- | ---: |',
    ...plan.cells.map(row),
    '',
    `Plan \`${plan.planId.slice(0, 12)}\`, seed ${plan.seed}${excluded}.`,
    ...remarks.map((remark) => `\n> ${escapeText(remark)}`),
    '',
  ].join('\n')
}

function row({ id, model, target, engine, pool, timeoutMinutes }: PlannedCell): string {
  const cells = [
    id,
    model.name,
    `${target.devices} × ${target.chip}${target.nodes === 1 ? '' : ` × ${target.nodes} nodes`}`,
    engine.name,
    [...(pool.group === null ? [] : [`group ${pool.group}`]), ...pool.labels].join(', '),
    `${timeoutMinutes} min`,
  ]
  return `| ${cells.map(escapeCell).join(' | ')} |`
}
