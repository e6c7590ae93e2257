import type { CheckResult } from '../record/cell-result.ts'
import { describeExact, exactDifferences } from './exact-numbers.ts'
import { type Judged, judgeItems } from './item-verdict.ts'
import { pairItems } from './paired-items.ts'
import type { CorrectnessEvidence } from './schema.ts'

export interface CheckParity extends Judged {
  correctness: CorrectnessEvidence | null
}

/** The same check on two targets: exact numbers first, then items, then pass or fail. */
export function checkParity(reference: CheckResult, candidate: CheckResult): CheckParity {
  const without = (judged: Judged): CheckParity => ({ ...judged, correctness: null })
  const states = [reference.judgement.state, candidate.judgement.state]
  if (states.some((state) => state !== 'pass' && state !== 'fail')) {
    const reason = `${states[0]} on the reference, ${states[1]} on the candidate`
    return without({ verdict: states.includes('error') ? 'inconclusive' : 'skipped', reason })
  }
  const exact = exactDifferences(reference.exact, candidate.exact)
  if (exact.length > 0) return without({ verdict: 'not-comparable', reason: describeExact(exact) })
  if (reference.items && candidate.items) {
    const items = pairItems(candidate.id, reference.items, candidate.items)
    return { ...judgeItems(items, items.harmP, items.betterP), correctness: items.evidence }
  }
  return without(judgeStates(reference, candidate))
}

/**
 * Why it is not known whether both sides saw the same input; null where both say what they saw. Numbers of two targets
 * that were not shown to do the same work are no gap.
 */
export function renderingUnproven(reference: readonly CheckResult[], candidate: readonly CheckResult[]): string | null {
  const sides = { reference, candidate }
  const lacks = (['reference', 'candidate'] as const).flatMap((side) => {
    const check = sides[side].find((each) => each.id === RENDERING_CHECK)
    if (!check) return [`${RENDERING_CHECK} is absent on the ${side}`]
    if (check.judgement.state !== 'pass') return [`${RENDERING_CHECK} is ${check.judgement.state} on the ${side}`]
    return Object.keys(check.exact).length === 0 ? [`${RENDERING_CHECK} counted nothing on the ${side}`] : []
  })
  return lacks.length === 0 ? null : `rendering could not be compared: ${lacks.join(', ')}`
}

/** Exact numbers that differ, of a check that says whether both sides saw the same input at all. */
export function renderingDifference(
  reference: readonly CheckResult[],
  candidate: readonly CheckResult[],
): string | null {
  const [ours, theirs] = [candidate, reference].map((checks) => checks.find((check) => check.id === RENDERING_CHECK))
  if (!ours || !theirs) return null
  const exact = exactDifferences(theirs.exact, ours.exact)
  return exact.length === 0 ? null : `prompts are not rendered alike (${RENDERING_CHECK}): ${describeExact(exact)}`
}

/** Prompt tokens per conversation. Where they differ, the two targets did not do the same work. */
const RENDERING_CHECK = 'R1'

function judgeStates(reference: CheckResult, candidate: CheckResult): Judged {
  const [from, to] = [reference.judgement, candidate.judgement]
  if (to.state === 'fail') {
    const where = from.state === 'fail' ? 'fails on both' : 'fails on the candidate only'
    return { verdict: 'broken', reason: `${where}: ${to.reason}` }
  }
  if (from.state === 'fail') return { verdict: 'improved', reason: `fails on the reference only: ${from.reason}` }
  return { verdict: 'equivalent', reason: 'passes on both' }
}
