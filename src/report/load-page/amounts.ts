/** How measured numbers stand in the table and on the page of `load`. */

/** Three significant digits at least, whole numbers whole, thousands apart: `0.042`, `9.31`, `48.2`, `2,417`. */
export function amount(value: number | null): string {
  if (value === null) return '–'
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size >= 1e9) return minus(value.toExponential(2))
  if (size < 1e-4) return minus(value.toExponential(1))
  if (size < 0.1) return minus(`${Number(value.toPrecision(2))}`)
  return grouped(value, size < 9.995 ? 2 : size < 99.95 ? 1 : 0)
}

/** A number as a peer prints it: its counts are whole. */
export function peerAmount(value: number | null, unit: string): string {
  const isCount = value !== null && Number.isSafeInteger(value) && (unit === '' || unit === 'tok')
  return isCount ? grouped(value, 0) : amount(value)
}

/** The same within a sentence: `3 ms`, not `3.00 ms`. */
export function brief(value: number): string {
  return amount(value)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')
}

/** A label of an axis: no digit that says nothing. */
export function tick(value: number): string {
  const rounded = Number(value.toPrecision(6))
  const size = Math.abs(rounded)
  if (size >= 1e9 || (size > 0 && size < 1e-4)) return minus(rounded.toExponential().replace('e+', 'e'))
  return grouped(rounded, decimalsOf(rounded))
}

/** `200 µs`, `20 ms`, `1.5 s`: a label of an axis of times. */
export function timeTick(ms: number): string {
  const rounded = Number(ms.toPrecision(6))
  const size = Math.abs(rounded)
  if (size >= 1000) return `${tick(rounded / 1000)} s`
  return size > 0 && size < 0.1 ? `${tick(rounded * 1000)} µs` : `${tick(rounded)} ms`
}

/** A share of one: `21 %`, `0.4 %`. */
export function share(value: number): string {
  const percent = 100 * value
  return `${Number(percent.toFixed(percent >= 9.95 || Number.isInteger(percent) ? 0 : 1))} %`
}

/** `1 request`, `2,048 requests`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count, 0)} ${count === 1 ? one : many}`
}

function grouped(value: number, decimals: number): string {
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split('.')
  const apart = whole!.length < 4 ? whole! : whole!.replace(/\B(?=(\d{3})+$)/g, ',')
  return `${value < 0 ? '−' : ''}${apart}${fraction ? `.${fraction}` : ''}`
}

function decimalsOf(value: number): number {
  return Math.min(10, `${value}`.split('.')[1]?.length ?? 0)
}

function minus(text: string): string {
  return text.replace(/^-/, '−')
}
