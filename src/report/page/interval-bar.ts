import type { Effect, PerformanceEvidence } from '../../compare/schema.ts'
import type { Direction, Verdict } from '../../record/words.ts'
import { type Html, html } from '../escape.ts'
import { change } from '../numbers.ts'

const WIDTH = 180
const HEIGHT = 18
/** What lies further out is drawn at the edge, so that one wild row does not flatten all others. */
const WIDEST = 0.5

/** Half the width of a column of bars, as a relative change: all of one table share it, else they mislead. */
export function spanOf(rows: readonly Pick<PerformanceEvidence, 'effect' | 'floor'>[]): number {
  let span = 0.01
  for (const { effect, floor } of rows) {
    if (effect === null) continue
    span = Math.max(span, 1.5 * floor, Math.abs(effect.low), Math.abs(effect.high))
  }
  return Math.min(span, WIDEST) * 1.1
}

/**
 * One interval as a small drawing: zero in the middle, the floor as a band, harm to the right whatever the metric, so
 * that a column of them can be read at a glance.
 */
export function intervalBar(
  effect: Effect,
  floor: number,
  direction: Direction,
  verdict: Verdict,
  span: number = spanOf([{ effect, floor }]),
): Html {
  const flip = direction === 'higher-is-better' ? -1 : 1
  const at = (share: number) => {
    const bounded = Math.max(-span, Math.min(span, share * flip))
    return round(((bounded + span) / (2 * span)) * WIDTH)
  }
  const [left, right] = [at(effect.low), at(effect.high)].sort((one, other) => one - other) as [number, number]
  const [from, to] = [at(-floor), at(floor)].sort((one, other) => one - other) as [number, number]
  return html`<svg class="bar ${verdict}" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${change(effect)}"><rect class="floor" x="${from}" y="0" width="${round(to - from)}" height="${HEIGHT}"/><line class="zero" x1="${at(0)}" x2="${at(0)}" y1="0" y2="${HEIGHT}"/><line class="range" x1="${left}" x2="${right}" y1="${HEIGHT / 2}" y2="${HEIGHT / 2}"/><circle class="mean" cx="${at(effect.relative)}" cy="${HEIGHT / 2}" r="4"/></svg>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
