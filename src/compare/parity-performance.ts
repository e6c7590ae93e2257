import { isEquivalent } from '../stats/equivalence.ts'
import { type Estimate, meanInterval, moderatedUnpaired } from '../stats/moderated-t.ts'
import { effectOf, logMargin } from './effect.ts'
import type { Judged } from './item-verdict.ts'
import { ruleOf, sessionPrior } from './metric-rules.ts'
import type { Effect } from './schema.ts'
import { type ComparedMetric, geometricMean, logValues, type MeasuredPoint } from './sessions.ts'
import { percent, signedPercent } from './wording.ts'

/** How far the candidate lies from the reference in one metric. */
export interface Gap extends Judged {
  referenceValue: number | null
  candidateValue: number | null
  gap: Effect | null
}

/**
 * The gap between two targets on the same commit, from separate sessions of the same day. A gap is information: it is
 * `equivalent` inside the metric's floor, `inconclusive` across its edge, and beyond it not judged at all.
 */
export function gapOf(
  metric: ComparedMetric,
  reference: readonly MeasuredPoint[],
  candidate: readonly MeasuredPoint[],
): Gap {
  const referenceLogs = logValues(reference, metric)
  const candidateLogs = logValues(candidate, metric)
  const values = { referenceValue: geometricMean(referenceLogs), candidateValue: geometricMean(candidateLogs) }
  if (values.referenceValue === null || values.candidateValue === null) {
    return { ...values, gap: null, verdict: 'skipped', reason: 'no valid value on one of the two' }
  }
  if (Math.min(referenceLogs.length, candidateLogs.length) < 2) {
    return { ...values, gap: null, verdict: 'inconclusive', reason: 'two sessions on each target are needed' }
  }
  const rule = ruleOf(metric)
  const estimate = moderatedUnpaired(referenceLogs, candidateLogs, sessionPrior(rule), 0)
  const gap = effectOf(estimate, 0.95)
  return { ...values, gap, ...judge(estimate, rule.floor, gap) }
}

function judge(estimate: Estimate, floor: number, gap: Effect): Judged {
  const margin = logMargin(floor)
  const size = signedPercent(gap.relative)
  if (isEquivalent(estimate, margin)) return { verdict: 'equivalent', reason: `${size}, within ±${percent(floor)}` }
  const { low, high } = meanInterval(estimate, 0.9)
  if (low < margin && high > -margin) {
    return { verdict: 'inconclusive', reason: `${size}, which may or may not lie within ±${percent(floor)}` }
  }
  return { verdict: 'skipped', reason: `${size}: a gap is information, not a regression` }
}
