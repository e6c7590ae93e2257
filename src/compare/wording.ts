import type { Direction } from '../record/words.ts'

/** How numbers are said in reasons and in the report. */

/** Limits of the comparison document, by field. */
export const MAX_LINE_LENGTH = 2000
export const MAX_SUBJECT_LENGTH = 256

/** Three significant digits, thousands apart by a narrow space: `2 410`, `23.1`, `0.0041`. */
export function threeDigits(value: number): string {
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 1e9 || size < 1e-4) return minus(value.toExponential(2))
  const rounded = Number(value.toPrecision(3))
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(rounded))))
  const [whole, fraction] = Math.abs(rounded).toFixed(decimals).split('.')
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, '\u202f')
  return `${value < 0 ? '−' : ''}${grouped}${fraction ? `.${fraction}` : ''}`
}

/** A share as a percentage without a sign: `3 %`, `95.1 %`. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`
}

/** A change, sign always shown: `+7.9 %`, `−0.3 %`, `±0 %`. One decimal below 100 %. */
export function signedPercent(change: number): string {
  return `${signedNumber(change * 100)} %`
}

/** A change of a share, in percentage points: `−1.5 pp`. */
export function signedPoints(change: number): string {
  return `${signedNumber(change * 100)} pp`
}

/** A p value: `< .0001`, `.0021`, `.72`, `1`. */
export function pValue(p: number): string {
  if (p >= 0.9995) return '1'
  if (p < 0.0001) return '< .0001'
  return `${Number(p.toPrecision(2))}`.replace(/^0/, '')
}

/** Whether a rise of this metric is harm. */
export function harmSign(direction: Direction): 1 | -1 {
  return direction === 'lower-is-better' ? 1 : -1
}

/** `1 pair`, `3 pairs`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

/** Cuts to the limit of a field, visibly. */
export function clip(text: string, limit = MAX_LINE_LENGTH): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`
}

function signedNumber(value: number): string {
  const size = Math.abs(value)
  const text = size < 100 ? size.toFixed(1) : threeDigits(size)
  if (Number(size.toFixed(1)) === 0) return '±0.0'
  return `${value < 0 ? '−' : '+'}${text}`
}

function minus(text: string): string {
  return text.replace(/^-/, '−')
}
