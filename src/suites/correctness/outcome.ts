import type { CheckResult, CorrectnessResult, Judgement } from '../../record/cell-result.ts'
import type { Outcome } from '../../record/words.ts'

export type JudgementCounts = Record<Judgement['state'], number>

export function countJudgements(checks: readonly CheckResult[]): JudgementCounts {
  const counts: JudgementCounts = { pass: 0, fail: 0, 'not-exercised': 0, blocked: 0, error: 0 }
  for (const check of checks) counts[check.judgement.state]++
  return counts
}

/**
 * What one server's checks say together: any failure fails, and without one an unanswered check, or none that passed,
 * leaves it `incomplete`. Zero judged is never `pass`.
 */
export function outcomeOf(result: CorrectnessResult): Outcome {
  const counts = countJudgements(result.checks)
  if (counts.fail > 0) return 'fail'
  return counts.error > 0 || counts.pass === 0 ? 'incomplete' : 'pass'
}
