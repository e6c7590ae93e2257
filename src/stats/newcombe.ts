import { type Interval, wilsonInterval } from './wilson.ts'

/** A paired 2 × 2 table of answers. */
export interface PairedTable {
  bothRight: number
  baseOnly: number
  headOnly: number
  bothWrong: number
}

/** The difference head − base of two paired proportions. */
export interface PairedDifference extends Interval {
  difference: number
}

/**
 * Interval of the difference of paired proportions by squaring and adding Wilson limits, with the
 * continuity-corrected correlation: method 10 of Newcombe, Statistics in Medicine 17 (1998) 2635-2650.
 */
export function pairedDifference(table: PairedTable, level: number): PairedDifference {
  const { bothRight: a, baseOnly: b, headOnly: c, bothWrong: d } = table
  const total = a + b + c + d
  const base = wilsonInterval(a + b, total, level)
  const head = wilsonInterval(a + c, total, level)
  const baseRate = (a + b) / total
  const headRate = (a + c) / total
  const phi = correlation(table)
  const difference = (c - b) / total
  const down = distance(headRate - head.low, base.high - baseRate, phi)
  const up = distance(head.high - headRate, baseRate - base.low, phi)
  return { difference, low: Math.max(-1, difference - down), high: Math.min(1, difference + up) }
}

function correlation({ bothRight: a, baseOnly: b, headOnly: c, bothWrong: d }: PairedTable): number {
  const margins = (a + b) * (c + d) * (a + c) * (b + d)
  if (margins === 0) return 0
  const cross = a * d - b * c
  const corrected = cross > 0 ? Math.max(0, cross - (a + b + c + d) / 2) : cross
  return corrected / Math.sqrt(margins)
}

function distance(first: number, second: number, phi: number): number {
  return Math.sqrt(Math.max(0, first * first - 2 * phi * first * second + second * second))
}
