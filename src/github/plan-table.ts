import type { Plan, PlannedCell } from '../plan/schema.ts'
import { code, joinMarkdown, type Markdown, md, tableCell } from '../report/escape.ts'

/** The cells of a plan as Markdown, for the summary of the plan job. */
export function renderPlanTable(plan: Plan, remarks: readonly string[]): string {
  const count = plan.cells.length
  const lines: Markdown[] = [
    md`## Crosschip: ${count} ${count === 1 ? 'cell' : 'cells'} planned`,
    md``,
    md`| cell | model | devices | engine | runs on | limit |`,
    md`| --- | --- | --- | --- | --- | ---: |`,
    ...plan.cells.map(row),
    md``,
    md`Plan ${code(plan.planId.slice(0, 12))}, seed ${plan.seed}, ${plan.excludedCombinations} combinations excluded.`,
    ...remarks.flatMap((remark) => [md``, md`> ${remark}`]),
  ]
  return `${joinMarkdown(lines, '\n').markdown}\n`
}

function row({ id, model, target, engine, pool, timeoutMinutes }: PlannedCell): Markdown {
  const nodes = target.nodes === 1 ? '' : `${target.nodes} nodes of `
  const labels = joinMarkdown(
    pool.labels.map((label) => code(label)),
    ' ',
  )
  const group = pool.group === null ? md`` : md`group ${code(pool.group)} `
  const cells = [
    code(id),
    md`${model.name}`,
    md`${nodes}${target.devices} × ${target.chip}`,
    md`${engine.name}`,
    md`${group}${labels}`,
    md`${timeoutMinutes} min`,
  ]
  return md`| ${joinMarkdown(cells.map(tableCell), ' | ')} |`
}
