import type { Item } from '../record/cell-result.ts'
import { type Discordants, mcnemarOneSided, mcnemarTwoSided } from '../stats/mcnemar.ts'
import { type PairedTable, pairedDifference } from '../stats/newcombe.ts'
import type { CorrectnessEvidence } from './schema.ts'

/** A drop of the share of right answers that is still called equivalent. */
export const DROP_MARGIN = 0.02
/** Level of the two-sided interval whose ends are one-sided 95 % limits. */
export const DIFFERENCE_LEVEL = 0.9
const MAX_FLIPS = 50

/** Two lists of answers put side by side, item by item. */
export interface PairedItems {
  evidence: CorrectnessEvidence
  table: PairedTable
  /** Exact one-sided p in the direction of harm, and of improvement. */
  harmP: number
  betterP: number
  /** Items that were asked on both sides with different prompts; those that only one side has. */
  unequalPrompts: number
  unpaired: number
  /** Items left out because the base had a transport error. */
  baseErrors: number
}

/**
 * Pairs by item id and equal prompt. A transport error on the head counts as not right, since hiding it would hide a
 * failing server; one on the base leaves the pair out, since it says nothing about the head.
 */
export function pairItems(check: string, base: readonly Item[], head: readonly Item[]): PairedItems {
  const baseById = new Map(base.map((item) => [item.id, item]))
  const headById = new Map(head.map((item) => [item.id, item]))
  const table: PairedTable = { bothRight: 0, baseOnly: 0, headOnly: 0, bothWrong: 0 }
  const worse: CorrectnessEvidence['flips'] = []
  const better: CorrectnessEvidence['flips'] = []
  let unequalPrompts = 0
  let baseErrors = 0
  let shared = 0
  for (const [id, headItem] of headById) {
    const baseItem = baseById.get(id)
    if (!baseItem) continue
    shared++
    if (baseItem.prompt !== headItem.prompt) unequalPrompts++
    else if (baseItem.state === 'error') baseErrors++
    else {
      const side = place(baseItem, headItem)
      table[side]++
      const flip = { item: id, base: answerOf(baseItem), head: answerOf(headItem) }
      if (side === 'baseOnly') worse.push(flip)
      if (side === 'headOnly') better.push(flip)
    }
  }
  const discordants: Discordants = { worse: table.baseOnly, better: table.headOnly }
  const paired = table.bothRight + table.baseOnly + table.headOnly + table.bothWrong
  return {
    table,
    harmP: mcnemarOneSided(discordants),
    betterP: mcnemarOneSided({ worse: discordants.better, better: discordants.worse }),
    unequalPrompts,
    unpaired: baseById.size + headById.size - 2 * shared,
    baseErrors,
    evidence: {
      check,
      paired,
      baseRight: table.bothRight + table.baseOnly,
      headRight: table.bothRight + table.headOnly,
      ...discordants,
      p: paired === 0 ? null : mcnemarTwoSided(discordants),
      difference: paired === 0 ? null : differenceOf(table),
      flips: [...worse, ...better].slice(0, MAX_FLIPS),
    },
  }
}

/** How many items of this kind would show that no drop beyond the margin happened; null if the drop itself is too near. */
export function itemsNeeded(table: PairedTable): number | null {
  const paired = table.bothRight + table.baseOnly + table.headOnly + table.bothWrong
  for (let factor = 2; factor <= 64; factor *= 2) {
    const larger = {
      bothRight: table.bothRight * factor,
      baseOnly: table.baseOnly * factor,
      headOnly: table.headOnly * factor,
      bothWrong: table.bothWrong * factor,
    }
    if (pairedDifference(larger, DIFFERENCE_LEVEL).low > -DROP_MARGIN) return paired * factor
  }
  return null
}

function differenceOf(table: PairedTable): CorrectnessEvidence['difference'] {
  const { difference, low, high } = pairedDifference(table, DIFFERENCE_LEVEL)
  return { relative: difference, low, high, level: DIFFERENCE_LEVEL }
}

function place(base: Item, head: Item): keyof PairedTable {
  if (base.state === 'right') return head.state === 'right' ? 'bothRight' : 'baseOnly'
  return head.state === 'right' ? 'headOnly' : 'bothWrong'
}

function answerOf(item: Item): string {
  return item.answer === '' ? `(${item.state})` : item.answer
}
