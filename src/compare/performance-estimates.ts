import {
  type Estimate,
  moderatedPaired,
  moderatedUnpaired,
  pairedScatter,
  type Scatter,
  twoSidedP,
  unpairedScatter,
  widenPrior,
} from '../stats/moderated-t.ts'
import { effectOf } from './effect.ts'
import { type MetricRule, pairPrior, sessionPrior } from './metric-rules.ts'
import type { MeasuredDraft, Observations, SettledDraft } from './performance-drafts.ts'
import type { PerformanceEvidence } from './schema.ts'

/** One metric at one load point, tested but not judged: its p must first be adjusted among all others. */
export type PerformanceDraft =
  | SettledDraft
  | { state: 'estimated'; estimate: Estimate; evidence: PerformanceEvidence; stored: boolean; leftOut: string }

/**
 * Tests what one cell measured. Metrics of one family share what they know of the noise: the prior, or the cell's own
 * scatter over all load points where that is larger. Judged metrics share among themselves: a noisy gap between single
 * tokens says nothing of the noise of a whole answer.
 */
export function estimateCell(drafts: readonly (SettledDraft | MeasuredDraft)[]): PerformanceDraft[] {
  const judged = new Map<MetricRule, Scatter[]>()
  const reported = new Map<MetricRule, Scatter[]>()
  const poolOf = (draft: MeasuredDraft) => (draft.evidence.role === 'judged' ? judged : reported)
  for (const draft of drafts) {
    if (draft.state === 'settled') continue
    const known = poolOf(draft).get(draft.rule) ?? []
    poolOf(draft).set(draft.rule, known)
    known.push(scatterOf(draft.observations))
  }
  return drafts.map((draft) => {
    if (draft.state === 'settled') return draft
    const estimate = estimateOf(draft, poolOf(draft).get(draft.rule) ?? [])
    const evidence = {
      ...draft.evidence,
      effect: effectOf(estimate, 0.95),
      noise: estimate.standardDeviation,
      p: twoSidedP(estimate),
    }
    const stored = draft.observations.kind === 'apart'
    return { state: 'estimated', estimate, evidence, stored, leftOut: draft.leftOut }
  })
}

function estimateOf({ observations, rule }: MeasuredDraft, family: readonly Scatter[]): Estimate {
  const own = scatterOf(observations)
  switch (observations.kind) {
    case 'pairs':
      return moderatedPaired(observations.differences, widenPrior(pairPrior(rule), family, own))
    case 'apart': {
      const prior = widenPrior(sessionPrior(rule), family, own)
      return moderatedUnpaired(observations.base, observations.head, prior, rule.betweenRuns ** 2)
    }
  }
}

function scatterOf(observations: Observations): Scatter {
  switch (observations.kind) {
    case 'pairs':
      return pairedScatter(observations.differences)
    case 'apart':
      return unpairedScatter(observations.base, observations.head)
  }
}
