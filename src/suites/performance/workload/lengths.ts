import type { Lengths } from '../../../plan/load.ts'
import type { Random } from '../../../record/seeded-random.ts'

/** One length in tokens, at least 1, drawn from its law. `fixed` draws no number. */
export function drawLength(lengths: Lengths, random: Random): number {
  switch (lengths.law) {
    case 'fixed':
      return lengths.tokens
    case 'uniform':
      return random.integer(Math.min(lengths.least, lengths.most), Math.max(lengths.least, lengths.most))
    case 'normal':
      return clipped(lengths.mean + lengths.deviation * standardNormal(random), lengths.most)
    case 'lognormal':
      return clipped(lengths.median * Math.exp(lengths.sigma * standardNormal(random)), lengths.most)
  }
}

/** An exponential pause in milliseconds with the given mean; what lies between independent acts of people. */
export function drawPauseMs(meanSeconds: number, random: Random): number {
  return -Math.log(1 - random.next()) * meanSeconds * 1000
}

function clipped(value: number, most: number): number {
  return Math.min(most, Math.max(1, Math.round(value)))
}

/** Box and Muller's transform (1958); takes two numbers each time, so that streams stay in step. */
function standardNormal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()))
  return radius * Math.cos(2 * Math.PI * random.next())
}
