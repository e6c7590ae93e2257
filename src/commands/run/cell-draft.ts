import type { Arm, CellEnd, CellResult, CorrectnessResult, Hardware, Session } from '../../record/cell-result.ts'
import { CELL_RESULT_SCHEMA } from '../../record/cell-result.ts'
import type { Side } from '../../record/words.ts'

/**
 * The result of a cell while it is being made. Whatever was measured is in it at any moment, so that a crash or a
 * cancel loses nothing that had been seen.
 */
export class CellDraft {
  hardware: Hardware = { state: 'not-probed', reason: 'the cell ended before the hardware was looked at' }
  readonly #fixed: Pick<CellResult, 'toolVersion' | 'planId' | 'cell' | 'attempt' | 'startedAt' | 'runner'>
  readonly #arms = new Map<Side, Arm>()
  readonly #remarks: string[] = []

  constructor(fixed: Pick<CellResult, 'toolVersion' | 'planId' | 'cell' | 'attempt' | 'startedAt' | 'runner'>) {
    this.#fixed = fixed
  }

  openArm(side: Side, facts: Omit<Arm, 'side' | 'correctness' | 'sessions'>): void {
    this.#arms.set(side, { side, ...facts, correctness: null, sessions: [] })
  }

  /** What the server of a side said about itself once it ran. */
  describeEngine(side: Side, version: string | null, command: string | null): void {
    const arm = this.#arm(side)
    arm.engine.version ??= version
    arm.engine.command ??= command === null ? null : clip(command, 16_384)
  }

  keepCorrectness(side: Side, correctness: CorrectnessResult): void {
    this.#arm(side).correctness = correctness
  }

  keepSession(side: Side, session: Session): void {
    this.#arm(side).sessions.push(session)
  }

  remark(text: string): void {
    const line = clip(text, 2000)
    if (this.#remarks.length < 200 && !this.#remarks.includes(line)) this.#remarks.push(line)
  }

  finish(end: CellEnd, finishedAt: string): CellResult {
    const sides: Side[] = ['base', 'head']
    return {
      schema: CELL_RESULT_SCHEMA,
      ...this.#fixed,
      finishedAt,
      hardware: this.hardware,
      end: clipEnd(end),
      arms: sides.flatMap((side) => this.#arms.get(side) ?? []),
      remarks: this.#remarks,
    }
  }

  #arm(side: Side): Arm {
    const arm = this.#arms.get(side)
    if (arm === undefined) throw new Error(`the ${side} arm was not opened`)
    return arm
  }
}

/** At most `length` characters, with an ellipsis where something was left out. */
export function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}

function clipEnd(end: CellEnd): CellEnd {
  switch (end.state) {
    case 'completed':
    case 'cancelled':
      return end
    case 'infrastructure':
    case 'broken':
      return { ...end, message: clip(end.message, 2000) }
  }
}
