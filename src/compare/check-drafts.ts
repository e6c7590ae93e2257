import type { CheckResult } from '../record/cell-result.ts'
import { VERDICTS } from '../record/words.ts'
import type { BaseSide } from './base-side.ts'
import { describeExact, exactDifferences } from './exact-numbers.ts'
import type { Judged } from './item-verdict.ts'
import { type PairedItems, pairItems } from './paired-items.ts'

/** A check compared but, where it scores items, not judged: its p must first be adjusted among all others. */
export interface CheckDraft {
  check: CheckResult
  /** What the judgements and the exact numbers of both sides say. */
  settled: Judged
  items: PairedItems | null
}

/**
 * Compares one check of the head with the same check of the base. `completed` says whether the cell ran to its end: in
 * one that did not, a check without an answer was cut short, which is the cell's row to tell and no finding of its own.
 */
export function draftCheck(head: CheckResult, side: BaseSide, completed: boolean): CheckDraft {
  const base = side.arm?.correctness?.checks.find((check) => check.id === head.id) ?? null
  if (side.incomparable !== null && base !== null) {
    return { check: head, settled: judgeIncomparable(head, side.incomparable), items: null }
  }
  const unasked = [head, base].some((check) => check?.judgement.state === 'error')
  const judged = !completed && unasked ? CUT_SHORT : judgeStates(head, base)
  const exact = base && isAnswered(base) && isAnswered(head) ? exactDifferences(base.exact, head.exact) : []
  const settled = exact.length > 0 ? worst(judged, { verdict: 'regressed', reason: describeExact(exact) }) : judged
  const comparable = base?.items && head.items && isAnswered(base) && isAnswered(head)
  return { check: head, settled, items: comparable ? pairItems(head.id, base.items!, head.items!) : null }
}

const CUT_SHORT: Judged = { verdict: 'skipped', reason: 'not asked: the cell ended early' }

export interface LostCheck {
  id: string
  /** Empty where only the plan knows the check. */
  title: string
  reason: string
}

/** Checks that the base has or the plan asks for, and the head lost without saying why. */
export function lostChecks(planned: readonly string[], head: readonly CheckResult[], side: BaseSide): LostCheck[] {
  const present = new Set(head.map((check) => check.id))
  const onBase = new Map(side.arm?.correctness?.checks.map(({ id, title }) => [id, title]))
  return [...new Set([...planned, ...onBase.keys()])]
    .filter((id) => !present.has(id))
    .map((id) => ({
      id,
      title: onBase.get(id) ?? '',
      reason: onBase.has(id) ? 'checked on the base, absent on the head' : 'planned, but absent on the head',
    }))
}

/** The graver of two judgements; reasons of equal gravity are joined. */
export function worst(first: Judged, second: Judged): Judged {
  const gravity = (judged: Judged) => VERDICTS.indexOf(judged.verdict)
  if (gravity(first) === gravity(second)) return { ...first, reason: `${first.reason}; ${second.reason}` }
  return gravity(first) < gravity(second) ? first : second
}

function judgeStates(head: CheckResult, base: CheckResult | null): Judged {
  const { judgement } = head
  switch (judgement.state) {
    case 'pass':
      return judgePass(base)
    case 'fail':
      if (base?.judgement.state === 'pass')
        return { verdict: 'regressed', reason: `passed on the base: ${judgement.reason}` }
      if (base?.judgement.state === 'fail')
        return { verdict: 'broken', reason: `fails on the base too: ${judgement.reason}` }
      return { verdict: 'broken', reason: judgement.reason }
    case 'not-exercised':
      if (base && isAnswered(base)) {
        return { verdict: 'missing', reason: `exercised on the base, not on the head: ${judgement.reason}` }
      }
      return { verdict: 'skipped', reason: judgement.reason }
    case 'blocked':
      return { verdict: 'not-comparable', reason: `rests on ${judgement.by}, which did not pass: ${judgement.reason}` }
    case 'error':
      // The base was asked and answered on the same machine: not to answer is then the head's doing.
      if (base && isAnswered(base)) {
        return { verdict: 'broken', reason: `answered on the base, no answer from the head: ${judgement.reason}` }
      }
      return unanswered('could not be asked', judgement.reason)
  }
}

function judgePass(base: CheckResult | null): Judged {
  switch (base?.judgement.state) {
    case undefined:
      return { verdict: 'new', reason: 'passes; nothing to compare with' }
    case 'pass':
      return { verdict: 'equivalent', reason: 'passes on both sides' }
    case 'fail':
      return { verdict: 'improved', reason: `failed on the base: ${base.judgement.reason}` }
    case 'not-exercised':
    case 'blocked':
      return { verdict: 'new', reason: `passes; ${base!.judgement.state} on the base: ${base!.judgement.reason}` }
    case 'error':
      return unanswered('passes, but the base could not be asked', base!.judgement.reason)
  }
}

function unanswered(what: string, why: string): Judged {
  return { verdict: 'inconclusive', reason: `${what}: ${why}; run the cell again` }
}

function judgeIncomparable(head: CheckResult, why: string): Judged {
  const reason = `not the same on both sides: ${why}`
  if (head.judgement.state === 'fail') return { verdict: 'broken', reason: `${head.judgement.reason}; ${reason}` }
  return { verdict: 'not-comparable', reason }
}

function isAnswered(check: CheckResult): boolean {
  return check.judgement.state === 'pass' || check.judgement.state === 'fail'
}
