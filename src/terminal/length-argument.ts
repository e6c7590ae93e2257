import type { Lengths } from '../plan/load.ts'
import { type ArgumentReader, shown } from './argument-reader.ts'

const LAWS = ['uniform', 'normal', 'lognormal'] as const
const FORMS = 'uniform:LEAST-MOST, normal:MEAN,DEVIATION[,MOST] or lognormal:MEDIAN,SIGMA[,MOST]'
const MAX_DEVIATION_TOKENS = 1e6
const MAX_SIGMA = 5

/** `512`, `uniform:256-1024`, `normal:512,100[,2048]`, `lognormal:512,0.8[,8192]` (median, sigma, most). */
export function readLengths(option: string, text: string, most: number, read: ArgumentReader): Lengths {
  const colon = text.indexOf(':')
  if (colon < 0) return { law: 'fixed', tokens: read.integer(option, text, 1, most) }
  const law = read.oneOf(option, text.slice(0, colon), LAWS)
  const numbers = text.slice(colon + 1).split(law === 'uniform' ? '-' : ',')
  if (numbers.length < 2 || numbers.length > (law === 'uniform' ? 2 : 3)) {
    read.refuse(option, `${shown(text)} is not a length`, FORMS)
    return { law: 'fixed', tokens: Number.NaN }
  }
  const first = read.integer(option, numbers[0]!, 1, most)
  if (law === 'uniform') {
    const last = read.integer(option, numbers[1]!, 1, most)
    if (last < first) read.refuse(option, `${last} is below ${first}`, 'the lesser length comes first')
    return { law, least: first, most: last }
  }
  const greatest = numbers[2] === undefined ? most : read.integer(option, numbers[2], 1, most)
  if (greatest < first) read.refuse(option, `the greatest, ${greatest}, is below the middle, ${first}`, FORMS)
  if (law === 'normal')
    return { law, mean: first, deviation: read.decimal(option, numbers[1]!, 0, MAX_DEVIATION_TOKENS), most: greatest }
  return { law, median: first, sigma: read.decimal(option, numbers[1]!, 0, MAX_SIGMA), most: greatest }
}

/**
 * The least length of a law; of the laws that know none, one that five draws in six are above (a standard deviation below
 * the middle).
 */
export function usualLeast(law: Lengths): number {
  switch (law.law) {
    case 'fixed':
      return law.tokens
    case 'uniform':
      return law.least
    case 'normal':
      return Math.max(1, Math.round(law.mean - law.deviation))
    case 'lognormal':
      return Math.max(1, Math.round(law.median / Math.exp(law.sigma)))
  }
}
