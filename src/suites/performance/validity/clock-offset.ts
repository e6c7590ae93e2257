import type { Clock } from '../../../ports.ts'

const TRIES = 50

/**
 * What the clock shows more than `process.hrtime`, which all threads share. Of many readings of one between two of the
 * other the narrowest counts: a single one may be interrupted and be off by more than a stamp is late.
 */
export function clockOffsetMs(clock: Clock): number {
  let narrowest = Number.POSITIVE_INFINITY
  let offset = 0
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const before = process.hrtime.bigint()
    const shown = clock.monotonicMs()
    const after = process.hrtime.bigint()
    const width = Number(after - before)
    if (width >= narrowest) continue
    narrowest = width
    offset = shown - (Number(before) + width / 2) / 1e6
  }
  return offset
}
