import type { Verdict } from '../record/words.ts'
import { benjaminiHochberg } from '../stats/benjamini-hochberg.ts'
import { isEquivalent } from '../stats/equivalence.ts'
import { morePairsNeeded } from '../stats/pairs-needed.ts'
import { logMargin } from './effect.ts'
import type { PerformanceDraft } from './performance-estimates.ts'
import type { PerformanceEvidence } from './schema.ts'
import { counted, harmSign, percent, pValue, signedPercent } from './wording.ts'

/** Share of false alarms among all alarms of one report that is tolerated. */
const FALSE_DISCOVERY_RATE = 0.05

export interface PerformanceVerdict {
  verdict: Verdict
  reason: string
  evidence: PerformanceEvidence
}

/**
 * Judges every metric of the report at once, since a wall of tests finds something by chance: a change counts if its
 * p, adjusted among all (Benjamini-Hochberg), is below 5 % and it is larger than the floor; no change counts if the
 * 90 % interval lies inside the floor (TOST); everything else is inconclusive and says what would settle it.
 */
export function judgePerformance(drafts: readonly PerformanceDraft[]): PerformanceVerdict[] {
  const adjusted = benjaminiHochberg(
    drafts
      .filter((draft) => draft.state === 'estimated' && draft.evidence.role === 'judged')
      .map((draft) => draft.evidence.p!),
  )
  let next = 0
  return drafts.map((draft) => {
    if (draft.state === 'settled') return { verdict: draft.verdict, reason: draft.reason, evidence: draft.evidence }
    if (draft.evidence.role === 'reported') return inform(draft)
    return judge(draft, adjusted[next++]!)
  })
}

function judge(draft: PerformanceDraft & { state: 'estimated' }, adjustedP: number): PerformanceVerdict {
  const { estimate } = draft
  const evidence = { ...draft.evidence, adjustedP }
  const margin = logMargin(evidence.floor)
  const significant = adjustedP < FALSE_DISCOVERY_RATE
  const facts = describe(evidence, draft)
  if (significant && Math.abs(estimate.mean) > margin) {
    const harm = estimate.mean * harmSign(evidence.direction) > 0
    const word = harm ? 'worse' : 'better'
    return { verdict: harm ? 'regressed' : 'improved', reason: `${word}: ${facts}, beyond the floor`, evidence }
  }
  if (isEquivalent(estimate, margin)) {
    const shift = significant ? `tiny shift ${signedPercent(evidence.effect!.relative)}, ` : ''
    return { verdict: 'equivalent', reason: `${shift}within ±${percent(evidence.floor)}: ${facts}`, evidence }
  }
  const morePairs = morePairsNeeded(estimate, evidence.pairs, margin)
  const advice =
    morePairs === null
      ? 'the change sits at the floor'
      : `about ${counted(morePairs, 'more pair')} would likely settle it`
  return {
    verdict: 'inconclusive',
    reason: `neither a change nor its absence is shown: ${facts}; ${advice}`,
    evidence: { ...evidence, morePairs },
  }
}

/** A secondary metric: its numbers stand in the report, but every judged row costs power and adds false alarms. */
function inform(draft: PerformanceDraft & { state: 'estimated' }): PerformanceVerdict {
  const { evidence } = draft
  return { verdict: 'skipped', reason: `reported, not judged: ${describe(evidence, draft)}`, evidence }
}

function describe(
  evidence: PerformanceEvidence,
  { stored, leftOut }: PerformanceDraft & { state: 'estimated' },
): string {
  const { relative, low, high, level } = evidence.effect!
  const interval = `${percent(level)} interval ${signedPercent(low)} to ${signedPercent(high)}`
  const sessions = stored ? counted(evidence.pairs, 'session') : counted(evidence.pairs, 'pair')
  const against = stored ? ' a side against a stored baseline' : ''
  const p = evidence.adjustedP === null ? '' : `adjusted p ${pValue(evidence.adjustedP)}, `
  const rest = leftOut === '' ? '' : `, ${leftOut}`
  return `${signedPercent(relative)} (${interval}), ${p}${sessions}${against}, floor ${percent(evidence.floor)}${rest}`
}
