import type {
  Arm,
  CellEnd,
  CellResult,
  CorrectnessResult,
  Hardware,
  LoadPoint,
  PointFault,
  Session,
} from '../../record/cell-result.ts'
import { CELL_RESULT_SCHEMA } from '../../record/cell-result.ts'
import type { Side } from '../../record/words.ts'

/** Of one point, in the result's schema. */
const MAX_FAULTS = 32

/**
 * The result of a cell while it is being made. Whatever was measured is in it at any moment, so that a crash or a
 * cancel loses nothing that had been seen.
 */
export class CellDraft {
  hardware: Hardware = { state: 'not-probed', reason: 'the cell ended before the hardware was looked at' }
  readonly #fixed: Pick<CellResult, 'toolVersion' | 'planId' | 'cell' | 'attempt' | 'startedAt' | 'runner'>
  readonly #arms = new Map<Side, Arm>()
  readonly #remarks: string[] = []
  readonly #onChange: () => void

  /** `onChange` is told of every addition, once it is in. */
  constructor(
    fixed: Pick<CellResult, 'toolVersion' | 'planId' | 'cell' | 'attempt' | 'startedAt' | 'runner'>,
    onChange: () => void = () => {},
  ) {
    this.#fixed = fixed
    this.#onChange = onChange
  }

  openArm(side: Side, facts: Omit<Arm, 'side' | 'correctness' | 'sessions'>): void {
    this.#arms.set(side, { side, ...facts, correctness: null, sessions: [] })
    this.#onChange()
  }

  /** What the server of a side said about itself once it ran. */
  describeEngine(side: Side, version: string | null, command: string | null): void {
    const arm = this.#arm(side)
    arm.engine.version ??= version
    arm.engine.command ??= command === null ? null : clip(command, 16_384)
    this.#onChange()
  }

  keepCorrectness(side: Side, correctness: CorrectnessResult): void {
    this.#arm(side).correctness = correctness
    this.#onChange()
  }

  /** Adds a point to its session, and the session with its first point. */
  keepPoint(side: Side, session: Session, point: LoadPoint): void {
    session.points.push(point)
    const { sessions } = this.#arm(side)
    if (!sessions.includes(session)) sessions.push(session)
    this.#onChange()
  }

  /** Says where the raw record of a point that is kept lies, once it does. */
  keepRawRecord(point: LoadPoint, rawRecord: string): void {
    point.rawRecord = rawRecord
    this.#onChange()
  }

  /** Notes a fault of a point that is kept, found only later. */
  voidPoint(point: LoadPoint, fault: PointFault): void {
    if (point.invalid.length < MAX_FAULTS) point.invalid.push(fault)
    this.#onChange()
  }

  remark(text: string): void {
    const line = clip(text, 2000)
    if (this.#remarks.length >= 200 || this.#remarks.includes(line)) return
    this.#remarks.push(line)
    this.#onChange()
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
