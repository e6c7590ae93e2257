import type { Plan, PlannedCell } from '../plan/schema.ts'

export interface ParityPair {
  reference: PlannedCell
  candidate: PlannedCell
}

/**
 * Which cells the plan's parity rules set side by side: equal model and variant on the two targets. The engine may
 * differ, since vendors have their own; where both targets run one of the same name, only these are paired.
 */
export function parityPairs(plan: Plan): ParityPair[] {
  return plan.compare.parity.flatMap((rule) => {
    const references = plan.cells.filter((cell) => cell.target.name === rule.reference)
    const candidates = plan.cells.filter((cell) => cell.target.name === rule.candidate)
    return candidates.flatMap((candidate) => {
      const alike = references.filter(
        (each) => each.model.name === candidate.model.name && each.variant === candidate.variant,
      )
      const sameEngine = alike.filter((each) => each.engine.name === candidate.engine.name)
      return (sameEngine.length > 0 ? sameEngine : alike).map((reference) => ({ reference, candidate }))
    })
  })
}
