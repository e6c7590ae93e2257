import type { ClientState, LoadPoint, PointFault } from '../../record/cell-result.ts'
import type { ClientCalibration } from '../../record/load-report.ts'
import { brief, counted, share } from './amounts.ts'

/** What is said of a load point beside its numbers, on the terminal and on the page alike. */

/** `tails`: medians and throughput stand, high percentiles and stalls do not. */
export type Validity = 'valid' | 'tails' | 'void'

export function validityOf(point: Pick<LoadPoint, 'invalid'>): Validity {
  if (point.invalid.length === 0) return 'valid'
  return point.invalid.some((fault) => fault.voids === 'all') ? 'void' : 'tails'
}

export const VALIDITY_WORD: Readonly<Record<Validity, string>> = { valid: 'yes', tails: 'tails no', void: 'NO' }

export const VALIDITY_NOTE: Readonly<Record<Validity, string>> = {
  valid: 'valid',
  tails: 'tails not valid',
  void: 'not valid',
}

export const VALIDITY_SENTENCE: Readonly<Record<Validity, string>> = {
  valid: 'Nothing speaks against these numbers.',
  tails: 'Medians and throughput stand; high percentiles and stalls do not.',
  void: 'These are not the numbers of the server under this load: compare nothing with them.',
}

/** `c16`, and `c16 again` where the first level was measured once more at the end. */
export function pointName({ load, repetition }: { load: string; repetition: number }): string {
  return repetition === 1 ? load : `${load} again`
}

export function failedOf(point: LoadPoint): number {
  return Object.values(point.failed).reduce((sum, count) => sum + count, 0)
}

/** `2 timeout, 1 connect`; empty where none failed. */
export function failureWords(point: LoadPoint): string {
  const classes = Object.entries(point.failed).filter(([, count]) => count > 0)
  return classes.map(([name, count]) => `${count} ${name}`).join(', ')
}

/** Faults that say the same of several points together; those that void everything first. */
export function faultsByReason(points: readonly LoadPoint[]): { fault: PointFault; points: string[] }[] {
  const found = new Map<string, { fault: PointFault; points: string[] }>()
  for (const point of points)
    for (const fault of point.invalid) {
      const key = JSON.stringify([fault.voids, fault.by, fault.code, fault.reason])
      const same = found.get(key) ?? { fault, points: [] }
      if (!same.points.includes(pointName(point))) same.points.push(pointName(point))
      found.set(key, same)
    }
  const all = [...found.values()]
  return [...all.filter(({ fault }) => fault.voids === 'all'), ...all.filter(({ fault }) => fault.voids === 'tails')]
}

/** Remarks of points, equal ones once with their levels; without them where every point says it. */
export function remarksOf(points: readonly LoadPoint[], own: readonly string[]): string[] {
  const levels = new Map<string, string[]>()
  for (const point of points)
    for (const remark of new Set(point.remarks)) levels.set(remark, [...(levels.get(remark) ?? []), pointName(point)])
  const ofPoints = [...levels].map(([remark, names]) =>
    names.length === points.length ? remark : `${names.join(', ')}: ${remark}`,
  )
  return [...new Set([...own, ...ofPoints])]
}

/** How well the measuring process kept up, the worst of these points; null where nobody watched. */
export function clientWords(points: readonly LoadPoint[]): string | null {
  const clients = points.flatMap((point) => point.client ?? [])
  if (clients.length === 0) return null
  const worst = (read: (client: ClientState) => number | null) => {
    const values = clients.map(read).filter((value) => value !== null)
    return values.length === 0 ? null : values.reduce((most, value) => Math.max(most, value))
  }
  const [p50, p99] = [worst((client) => client.stampErrorP50Ms), worst((client) => client.stampErrorP99Ms)]
  const known = [p50 === null ? null : `p50 ${brief(p50)}`, p99 === null ? null : `p99 ${brief(p99)}`]
  const error = known.filter((part) => part !== null)
  const unused = worst((client) => (client.reusedShare === null ? null : 1 - client.reusedShare))
  const threads = worst((client) => client.threads) ?? 1
  return [
    error.length === 0 ? 'client error not known' : `client error ${error.join(' ')} ms`,
    `busy ${share(worst((client) => client.utilisation) ?? 0)}${threads > 1 ? ` of the busiest of ${threads} threads` : ''}`,
    `longest stall ${brief(worst((client) => client.longestStallMs) ?? 0)} ms`,
    ...(unused === null ? [] : [`connections reused ${share(1 - unused)}`]),
    tokenWords(points),
  ].join(', ')
}

const TOKEN_FAULTS: readonly string[] = ['no-tokens', 'no-usage', 'wrong-token-count', 'prompt-length']

function tokenWords(points: readonly LoadPoint[]): string {
  if (points.every((point) => point.succeeded === 0)) return 'no tokens'
  const wrong = points.filter((point) => point.invalid.some((fault) => TOKEN_FAULTS.includes(fault.code)))
  if (wrong.length === 0) return 'tokens exact'
  return points.length === 1 ? 'tokens not exact' : `tokens not exact at ${wrong.map(pointName).join(', ')}`
}

export function calibrationWords(calibration: ClientCalibration): string {
  const { streams, eventsPerSecond, errorP50Ms, errorP99Ms, capacityEventsPerSecond } = calibration
  const rate = streams > 0 ? eventsPerSecond / streams : 0
  return (
    `calibrated beside a known truth: error p50 ${brief(errorP50Ms)} p99 ${brief(errorP99Ms)} ms at ` +
    `${counted(streams, 'stream')} × ${brief(Math.round(10 * rate) / 10)} events/s; ` +
    `one thread takes ${brief(Math.round(capacityEventsPerSecond))} events/s`
  )
}
