import type { UnusableResult } from '../record/collect.ts'
import { parseCellArtifactName, type StoredArtifact } from './artifacts.ts'

/** Where the last attempt of a cell cannot be read the one before still counts; older ones are of no use. */
const ATTEMPTS_A_CELL = 2

export interface CellArtifact {
  artifact: StoredArtifact
  cell: string
  attempt: number
}

export interface ChosenArtifacts {
  /** Last attempts of all cells first, so that nobody's earlier one takes room from another's last. */
  chosen: CellArtifact[]
  remarks: string[]
  refusals: UnusableResult[]
}

/**
 * Which artifacts of a run are read as results. Pure. Any job of the run could have uploaded any of them, so a name
 * proves nothing: an attempt that has not been yet is nobody's, and of two artifacts with one name neither is believed.
 */
export function chooseCellArtifacts(
  artifacts: readonly StoredArtifact[],
  cells: readonly string[],
  runAttempt: number,
): ChosenArtifacts {
  const remarks: string[] = []
  const refusals: UnusableResult[] = []
  const found = new Map(cells.map((cell) => [cell, new Map<number, StoredArtifact[]>()]))
  for (const artifact of artifacts) {
    const name = parseCellArtifactName(artifact.name)
    if (!name) continue
    const attempts = found.get(name.cell)
    if (!attempts) remarks.push(`${artifact.name} was left out: the plan has no such cell`)
    else if (name.attempt > runAttempt)
      remarks.push(`${artifact.name} was left out: this is attempt ${runAttempt} of the run`)
    else attempts.set(name.attempt, [...(attempts.get(name.attempt) ?? []), artifact])
  }
  const ranks: CellArtifact[][] = Array.from({ length: ATTEMPTS_A_CELL }, () => [])
  for (const [cell, attempts] of found) {
    const newest = [...attempts].sort(([one], [other]) => other - one).slice(0, ATTEMPTS_A_CELL)
    for (const [rank, [attempt, [artifact, ...more]]] of newest.entries()) {
      if (artifact && more.length === 0) {
        ranks[rank]!.push({ artifact, cell, attempt })
        continue
      }
      const message = `${more.length + 1} artifacts are called ${artifact!.name}: none of them was believed`
      remarks.push(message)
      // A later attempt with a name of its own stands by itself.
      if (rank > 0) break
      refusals.push({ state: 'duplicate', cell, message: `${message}; run the cell again` })
      break
    }
  }
  return { chosen: ranks.flat(), remarks, refusals }
}
