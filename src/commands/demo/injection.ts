import { nearest } from '../../matrix/nearest.ts'
import type { Plan, PlannedCell } from '../../plan/schema.ts'
import { ConfigurationError, type Problem } from '../../record/problem.ts'

/** A fault to switch on in the head of one cell, as a person writes it: `slow-decode@v4-flash.h200.simulated`. */
export interface Injection {
  fault: string
  cell: string
}

/** Reads every `FAULT@CELL` against what exists. Throws {@link ConfigurationError} with all mistakes at once. */
export function parseInjections(
  texts: readonly string[],
  cells: readonly string[],
  faults: readonly string[],
): Injection[] {
  const problems: Problem[] = []
  const injections = texts.map((text) => {
    const at = text.indexOf('@')
    const fault = at < 0 ? text : text.slice(0, at)
    const cell = at < 0 ? '' : text.slice(at + 1)
    const file = `--inject ${text}`
    if (at < 0)
      problems.push({ file, field: '', message: 'is not FAULT@CELL', hint: `for example ${text}@${cells[0]}` })
    if (!faults.includes(fault))
      problems.push(unknown(file, 'fault', fault, faults, 'see `crosschip demo --list-faults`'))
    if (at >= 0 && !cells.includes(cell))
      problems.push(unknown(file, 'cell', cell, cells, `cells: ${cells.join(', ')}`))
    return { fault, cell }
  })
  if (problems.length > 0) throw new ConfigurationError(problems)
  return injections
}

/** The plan with the faults switched on in the head of the named cells; nothing else changes. */
export function injectFaults(plan: Plan, injections: readonly Injection[]): Plan {
  return { ...plan, cells: plan.cells.map((cell) => injectInto(cell, injections)) }
}

function injectInto(cell: PlannedCell, injections: readonly Injection[]): PlannedCell {
  if (cell.engine.mode !== 'simulated') return cell
  const own = injections.filter((injection) => injection.cell === cell.id)
  const faults = own.map(({ fault }) => ({ name: fault, side: 'head' as const }))
  return { ...cell, engine: { ...cell.engine, faults: [...cell.engine.faults, ...faults] } }
}

function unknown(file: string, field: string, name: string, known: readonly string[], otherwise: string): Problem {
  const near = nearest(name, known)
  const hint = near === null ? otherwise : `did you mean "${near}"?`
  return { file, field, message: `no ${field} is called "${name}"`, hint }
}
