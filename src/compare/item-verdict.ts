import type { Verdict } from '../record/words.ts'
import { DROP_MARGIN, itemsNeeded, type PairedItems } from './paired-items.ts'
import { counted, percent, pValue, signedPoints } from './wording.ts'

/** One-sided, after Benjamini-Hochberg over all item checks of the report. */
const ITEM_ALPHA = 0.01

export interface Judged {
  verdict: Verdict
  reason: string
}

/** Judges paired items. `harmP` and `betterP` are adjusted among all item checks where there are several. */
export function judgeItems(items: PairedItems, harmP: number, betterP: number): Judged {
  const { evidence, unequalPrompts, unpaired } = items
  if (evidence.paired === 0 || unequalPrompts + unpaired > evidence.paired) {
    return {
      verdict: 'not-comparable',
      reason: `only ${counted(evidence.paired, 'item')} asked with equal prompts on both sides: ${leftOut(items)}`,
    }
  }
  const facts = describe(items)
  if (harmP < ITEM_ALPHA) return { verdict: 'regressed', reason: `${facts}, adjusted one-sided p ${pValue(harmP)}` }
  if (betterP < ITEM_ALPHA) return { verdict: 'improved', reason: `${facts}, adjusted one-sided p ${pValue(betterP)}` }
  const drop = -evidence.difference!.low
  if (drop < DROP_MARGIN) {
    return { verdict: 'equivalent', reason: `a drop beyond ${points(DROP_MARGIN)} is ruled out: ${facts}` }
  }
  const needed = itemsNeeded(items.table)
  const advice = needed === null ? 'more repeats are needed' : `about ${needed} items would likely settle it`
  return { verdict: 'inconclusive', reason: `a drop of up to ${points(drop)} is not ruled out: ${facts}; ${advice}` }
}

function describe(items: PairedItems): string {
  const { evidence } = items
  const { relative, low, high } = evidence.difference!
  const out = leftOut(items)
  return [
    `${counted(evidence.worse, 'item')} worse and ${evidence.better} better of ${evidence.paired}`,
    `difference ${signedPoints(relative)} (90 % interval ${signedPoints(low)} to ${signedPoints(high)})`,
    `exact McNemar p ${pValue(evidence.p!)}`,
    ...(out === '' ? [] : [out]),
  ].join(', ')
}

function leftOut({ unequalPrompts, unpaired, baseErrors }: PairedItems): string {
  const parts = [
    unequalPrompts > 0 ? `${unequalPrompts} left out for unequal prompts` : '',
    unpaired > 0 ? `${unpaired} on one side only` : '',
    baseErrors > 0 ? `${baseErrors} left out for transport errors on the base` : '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}

function points(share: number): string {
  return `${percent(share).replace(' %', '')} pp`
}
