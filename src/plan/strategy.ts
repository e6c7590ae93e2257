import type { Plan, PlannedCell } from './schema.ts'

/** GitHub takes labels alone, or a group with labels (docs.github.com, `jobs.<job_id>.runs-on`). */
export type RunsOn = string[] | { group: string; labels: string[] }

export interface StrategyEntry {
  id: string
  'runs-on': RunsOn
  'timeout-minutes': number
}

/** The value of `strategy.matrix` in a workflow: one job a cell, with nothing that the cell can read from the plan. */
export function strategyMatrix(plan: Plan): { include: StrategyEntry[] } {
  return { include: plan.cells.map(strategyEntry) }
}

function strategyEntry({ id, pool, timeoutMinutes }: PlannedCell): StrategyEntry {
  const runsOn = pool.group === null ? pool.labels : { group: pool.group, labels: pool.labels }
  return { id, 'runs-on': runsOn, 'timeout-minutes': timeoutMinutes }
}
