import type { CorrectnessEvidence, Effect, PerformanceEvidence } from '../compare/schema.ts'
import { harmSign, signedPercent, signedPoints, threeDigits } from '../compare/wording.ts'

/** How values stand in the report: three significant digits, sign always shown on changes. */

/** `21.4 → 23.1`; a dash where a side has no value. */
export function beforeAfter(base: number | null, head: number | null): string {
  return `${value(base)} → ${value(head)}`
}

export function value(number: number | null): string {
  return number === null ? '–' : threeDigits(number)
}

/** `+7.9 % [+6.1, +9.8]`. */
export function change(effect: Effect | null): string {
  if (effect === null) return '–'
  const bare = (part: number) => signedPercent(part).replace(' %', '')
  return `${signedPercent(effect.relative)} [${bare(effect.low)}, ${bare(effect.high)}]`
}

/** `−1.5 pp [−3.0, +0.1]`. */
export function pointsChange(effect: Effect | null): string {
  if (effect === null) return '–'
  const bare = (part: number) => signedPoints(part).replace(' pp', '')
  return `${signedPoints(effect.relative)} [${bare(effect.low)}, ${bare(effect.high)}]`
}

export function noise(deviation: number | null): string {
  return deviation === null ? '–' : `±${signedPercent(deviation).replace(/^[+−±]/, '')}`
}

/** `198 → 190 of 200`. */
export function rates({ baseRight, headRight, paired }: CorrectnessEvidence): string {
  return `${baseRight} → ${headRight} of ${paired}`
}

/** Signed size of the harm, for ordering: positive is worse. */
export function harmOf(evidence: PerformanceEvidence | null): number {
  if (!evidence?.effect) return 0
  return Math.log1p(Math.max(-0.999999, evidence.effect.relative)) * harmSign(evidence.direction)
}
