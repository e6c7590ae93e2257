import type { PlannedCell } from '../plan/schema.ts'
import type { CellEnd, CellResult, CellStage, Hardware } from '../record/cell-result.ts'
import { armOf } from '../record/cell-result.ts'
import type { CollectedCell } from '../record/collect.ts'
import type { Verdict } from '../record/words.ts'
import { summariseMeasurement } from './measurement.ts'
import type { ComparedCell, VerdictRow } from './schema.ts'
import { clip, counted } from './wording.ts'

/** What came back for a planned cell, for the report's list of cells. */
export function describeCell(planned: PlannedCell, collected: CollectedCell): ComparedCell {
  const result = collected.state === 'received' ? collected.result : null
  return {
    id: planned.id,
    model: planned.model.name,
    target: planned.target.name,
    vendor: planned.target.vendor,
    engine: planned.engine.name,
    variant: planned.variant,
    received: receivedWord(collected),
    message: clip(collected.state === 'received' ? describeEnd(collected.result.end) : collected.message),
    stage: result && result.end.state !== 'completed' ? result.end.stage : null,
    devices: clip(result ? describeHardware(result.hardware) : 'not reported'),
    pairs: result ? pairsOf(result) : 0,
    measurement: result && summariseMeasurement(result),
  }
}

/** The verdict on the cell as a whole; null where there is nothing to say beyond its rows. */
export function cellVerdict(collected: CollectedCell): VerdictRow | null {
  switch (collected.state) {
    case 'missing':
    case 'foreign':
      return row(collected.cell, 'missing', collected.message)
    case 'invalid':
    case 'duplicate':
      return row(collected.cell, 'broken', collected.message)
    case 'received': {
      const verdict = endVerdict(collected.result.end)
      if (verdict) return row(collected.cell, verdict, describeEnd(collected.result.end))
      if (armOf(collected.result, 'head')) return null
      return row(collected.cell, 'missing', 'the result says completed but holds nothing measured on the head')
    }
  }
}

function endVerdict(end: CellEnd): Verdict | null {
  switch (end.state) {
    case 'completed':
      return null
    case 'infrastructure':
    case 'cancelled':
      return 'infrastructure'
    case 'broken':
      // A base that cannot be measured is no fault of the head.
      return end.side === 'base' ? 'infrastructure' : 'broken'
  }
}

function describeEnd(end: CellEnd): string {
  switch (end.state) {
    case 'completed':
      return 'completed'
    case 'cancelled':
      return `cancelled by ${end.signal} ${DURING[end.stage]}; run the cell again`
    case 'infrastructure':
    case 'broken':
      return `${placeOf(end)}${end.message}`
  }
}

const DURING: Record<CellStage, string> = {
  preflight: 'during preflight',
  launch: 'at the launch of the server',
  ready: 'before the server was ready',
  correctness: 'during correctness',
  performance: 'during performance',
  stop: 'while the server was stopped',
  write: 'while the result was written',
}

/** Where a cell ended, unless its message says so itself. */
function placeOf({ stage, side, message }: Exclude<CellEnd, { state: 'completed' | 'cancelled' }>): string {
  const parts = [
    message.includes(stage) ? '' : DURING[stage],
    side === null || message.includes(side) ? '' : `on the ${side}`,
  ].filter((part) => part !== '')
  return parts.length === 0 ? '' : `${parts.join(' ')}: `
}

function receivedWord(collected: CollectedCell): ComparedCell['received'] {
  if (collected.state !== 'received') return collected.state
  return collected.result.end.state === 'completed' ? 'complete' : 'partial'
}

function describeHardware(hardware: Hardware): string {
  if (hardware.state === 'not-probed') return `not probed: ${hardware.reason}`
  const names = [...new Set(hardware.devices.map((device) => device.name))]
  const driver = hardware.driverVersion === null ? '' : `, driver ${hardware.driverVersion}`
  return `${counted(hardware.devices.length, 'device')} (${names.slice(0, 3).join(', ')})${driver}`
}

function pairsOf(result: CellResult): number {
  const base = new Set(armOf(result, 'base')?.sessions.map((session) => session.pair))
  const head = new Set(armOf(result, 'head')?.sessions.map((session) => session.pair))
  return [...head].filter((pair) => base.has(pair)).length
}

function row(cell: string, verdict: Verdict, reason: string): VerdictRow {
  return { cell, suite: 'cell', subject: 'result', verdict, reason: clip(reason), performance: null, correctness: null }
}
