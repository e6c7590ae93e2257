import type { EngineStart } from '../../engine/start.ts'
import type { Plan, PlannedCell } from '../../plan/schema.ts'
import type { Clock, Progress } from '../../ports.ts'
import type { Side } from '../../record/words.ts'
import type { CellDraft } from './cell-draft.ts'

/** What every stage of a running cell needs. */
export interface CellWork {
  plan: Plan
  cell: PlannedCell
  draft: CellDraft
  /** Base first; head alone where there is nothing to compare with on this runner. */
  sides: readonly Side[]
  /** Directory of this cell's result and raw records. */
  directory: string
  /** Handed to the device tool and to the servers. */
  environment: Readonly<Record<string, string | undefined>>
  clock: Clock
  signal: AbortSignal
  engineStart(side: Side, sessionSeed: number): EngineStart
  progressFor(stage: string): Progress
}
