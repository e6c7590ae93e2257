import type { Finding } from './findings.ts'
import { isMap, part } from './loose.ts'
import { LENGTH_LAWS } from './scenario-schema.ts'
import type { FieldPath } from './yaml-source.ts'

/** What does not hold together in a law of lengths. */
export function lengthsFindings(lengths: unknown, path: FieldPath): Finding[] {
  if (!isMap(lengths)) return []
  const keys = Object.keys(lengths)
  const [law, ...others] = keys.filter((key) => (LENGTH_LAWS as readonly string[]).includes(key))
  if (law === undefined) {
    return keys.length === 0 ? [{ path, message: 'holds no law', hint: `one of ${LENGTH_LAWS.join(', ')}` }] : []
  }
  return [
    ...others.map((key): Finding => {
      return { path: [...path, key], message: `does not go with ${law}`, hint: 'keep one of them', of: 'key' }
    }),
    ...uniformFindings(lengths.uniform, [...path, 'uniform']),
    ...centreFindings(lengths, 'normal', 'mean', path),
    ...centreFindings(lengths, 'lognormal', 'median', path),
  ]
}

/** The length that most draws are near or above, and what it is called; null where the form is wrong. */
export function typicalLength(lengths: unknown): { tokens: number; name: string } | null {
  const found = [
    { tokens: lengths, name: 'the number' },
    { tokens: part(lengths, 'uniform', 0), name: 'the least' },
    { tokens: part(lengths, 'normal', 'mean'), name: 'the mean' },
    { tokens: part(lengths, 'lognormal', 'median'), name: 'the median' },
  ].find(({ tokens }) => typeof tokens === 'number')
  return found === undefined ? null : { tokens: found.tokens as number, name: found.name }
}

function uniformFindings(range: unknown, path: FieldPath): Finding[] {
  const [least, most] = [part(range, 0), part(range, 1)]
  if (typeof least !== 'number' || typeof most !== 'number' || least <= most) return []
  return [{ path, message: `must be [least, most], is [${least}, ${most}]`, hint: `write [${most}, ${least}]` }]
}

function centreFindings(lengths: unknown, law: string, centre: string, path: FieldPath): Finding[] {
  const [middle, most] = [part(lengths, law, centre), part(lengths, law, 'most')]
  if (typeof middle !== 'number' || typeof most !== 'number' || middle <= most) return []
  const message = `must be at least the ${centre}, ${middle}, is ${most}`
  return [{ path: [...path, law, 'most'], message, hint: 'longer draws are cut to it' }]
}
