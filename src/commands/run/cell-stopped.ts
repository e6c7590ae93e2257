import { EngineError } from '../../engine/endpoint.ts'
import type { CellEnd, CellStage } from '../../record/cell-result.ts'
import type { Side } from '../../record/words.ts'

/** Thrown inside a cell when it cannot go on; carries how the cell ended. What was measured so far stays. */
export class CellStopped extends Error {
  readonly end: CellEnd

  constructor(end: CellEnd, options?: ErrorOptions) {
    super('message' in end ? end.message : end.state, options)
    this.name = 'CellStopped'
    this.end = end
  }
}

/** What any error inside a stage means for the cell. An unknown error is ours or the machine's, never the model's. */
export function endOf(error: unknown, stage: CellStage, side: Side | null, signal: AbortSignal): CellEnd {
  if (signal.aborted) return { state: 'cancelled', stage, signal: signalName(signal) }
  if (error instanceof CellStopped) return error.end
  const message =
    error instanceof EngineError ? error.message : `unexpected: ${(error as Error).stack ?? String(error)}`
  return { state: 'infrastructure', stage, side, message }
}

/** The abort reason is the name of the process signal, see `terminal/signals.ts`. */
function signalName(signal: AbortSignal): string {
  return typeof signal.reason === 'string' && signal.reason !== '' ? signal.reason.slice(0, 128) : 'aborted'
}
