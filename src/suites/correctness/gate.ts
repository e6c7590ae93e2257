import type { CheckResult, Judgement } from '../../record/cell-result.ts'
import type { Findings } from './capabilities.ts'
import type { Capability, Check } from './check.ts'

/**
 * Why a check must not be sent, or null when it may: the server lacks what it needs (`not-exercised`), that could not
 * be found out (`error`), or a check that it rests on did not pass (`blocked`). What the server cannot do comes first:
 * a result that never existed is not the prerequisite's fault.
 */
export function gate(check: Check, findings: Findings, judged: readonly CheckResult[]): Judgement | null {
  const missing = missingCapability(check, findings)
  if (missing) return missing
  for (const id of check.after) {
    const prerequisite = judged.find((result) => result.id === id)
    if (!prerequisite || prerequisite.judgement.state === 'pass') continue
    return { state: 'blocked', by: id, reason: `rests on ${id}, which is ${prerequisite.judgement.state}` }
  }
  return null
}

function missingCapability(check: Check, findings: Findings): Judgement | null {
  for (const capability of check.needs) {
    const judgement = without(capability, findings)
    if (judgement) return judgement
  }
  const choices = check.needsOneOf ?? []
  const absent = choices.map((capability) => without(capability, findings))
  if (absent.length === 0 || absent.some((judgement) => judgement === null)) return null
  const unknown = absent.find((judgement) => judgement?.state === 'error')
  if (unknown) return unknown
  const reasons = choices.map((capability) => `${capability} (${reasonOf(capability, findings)})`)
  return { state: 'not-exercised', reason: `the server has none of: ${reasons.join(', ')}` }
}

function without(capability: Capability, findings: Findings): Judgement | null {
  switch (findings[capability].state) {
    case 'has':
      return null
    case 'lacks':
      return {
        state: 'not-exercised',
        reason: `the server has no ${capability}: ${reasonOf(capability, findings)}`,
      }
    case 'unknown':
      return {
        state: 'error',
        reason: `could not find out whether the server has ${capability}: ${reasonOf(capability, findings)}`,
      }
  }
}

function reasonOf(capability: Capability, findings: Findings): string {
  const found = findings[capability]
  return found.state === 'has' ? '' : found.reason
}
