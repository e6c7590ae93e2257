import type { PointFault } from '../../record/cell-result.ts'
import type { LoadRun } from './load/run.ts'
import type { LoadSpec } from './load-spec.ts'
import { answerTimes, timePerOutputToken } from './metrics/answer-times.ts'
import { middle, robustMedian } from './robust-median.ts'

/** Least that the repetition must differ from the first point. */
export const MIN_DRIFT = 0.03
/** ... and so many standard errors of that difference. */
export const STANDARD_ERRORS = 4
const MOST_BLOCKS = 8

type Measured = Pick<LoadRun, 'records' | 'durationMs'>

/** One number of a point with its relative standard error. */
interface Estimate {
  value: number
  relativeError: number
}

/**
 * Whether a server answered the first load point of its session otherwise when it was measured again at the end: hotter,
 * fuller, or slowed by others. What was measured between the two is then of no one server. For every point of the session.
 *
 * Compared are TPOT p50 and, where the server alone sets the pace, output throughput. Their noise is that of the requests and that of the waves in which they
 * ran, whichever is larger, since requests that decode together are late together. Null: no drift, or too little to say.
 */
export function sessionDrift(
  first: Measured,
  again: Measured,
  load: Pick<LoadSpec, 'arrival' | 'workload'>,
): PointFault | null {
  const changes = [
    change('TPOT p50', 'ms', tpotEstimate(first), tpotEstimate(again)),
    paces(load) ? change('output throughput', 'tok/s', throughputEstimate(first), throughputEstimate(again)) : null,
  ].filter((found) => found !== null)
  if (changes.length === 0) return null
  return {
    code: 'drift',
    by: 'load',
    voids: 'all',
    reason: `the first load point, measured again at the end of the session, gave ${changes.join(' and ')}`,
  }
}

/** Elsewhere the throughput is that of the arrivals and of the pauses, which are drawn anew for the repetition. */
function paces({ arrival, workload }: Pick<LoadSpec, 'arrival' | 'workload'>): boolean {
  if (arrival.kind !== 'closed') return false
  switch (workload.kind) {
    case 'multi-turn':
      return workload.thinkSeconds === 0
    case 'agentic':
      return workload.toolSeconds === 0
    default:
      return true
  }
}

function change(what: string, unit: string, first: Estimate | null, again: Estimate | null): string | null {
  if (first === null || again === null) return null
  const ratio = again.value / first.value - 1
  const noise = STANDARD_ERRORS * Math.hypot(first.relativeError, again.relativeError)
  if (Math.abs(ratio) <= Math.max(MIN_DRIFT, noise)) return null
  const sign = ratio > 0 ? '+' : '−'
  const percent = Math.abs(100 * ratio).toFixed(1)
  const limit = (100 * Math.max(MIN_DRIFT, noise)).toFixed(1)
  return `${what} ${again.value.toFixed(2)} ${unit} instead of ${first.value.toFixed(2)} ${unit} (${sign}${percent} %, limit ${limit} %)`
}

function tpotEstimate(run: Measured): Estimate | null {
  const values = inOrder(run).flatMap((record) => timePerOutputToken(record, answerTimes(record)) ?? [])
  const value = middle(values)
  return value === null || value <= 0 ? null : { value, relativeError: relativeError(values, wavesOf(run)) }
}

/** Requests follow each other in a loop, so the noise of their latencies is that of the throughput. */
function throughputEstimate(run: Measured): Estimate | null {
  const records = inOrder(run)
  const tokens = records.reduce((sum, { completionTokens }) => sum + (completionTokens ?? 0), 0)
  if (tokens === 0 || run.durationMs <= 0) return null
  const latencies = records.flatMap(({ completionTokens, endMs, writtenMs }) =>
    completionTokens ? [(endMs - writtenMs) / completionTokens] : [],
  )
  return { value: (1000 * tokens) / run.durationMs, relativeError: relativeError(latencies, wavesOf(run)) }
}

function inOrder({ records }: Measured) {
  return records.filter(({ outcome }) => outcome.state === 'ok').sort((left, right) => left.writtenMs - right.writtenMs)
}

/** How often the loop went round: requests over those that ran at a time. */
function wavesOf({ records, durationMs }: Measured): number {
  const running = records.reduce((sum, { writtenMs, endMs }) => sum + endMs - writtenMs, 0) / durationMs
  return running > 0 ? records.length / running : 1
}

/** Standard error of the median over the median: from single values, or from the medians of blocks in time if larger. */
function relativeError(values: readonly number[], waves: number): number {
  const all = robustMedian(values)
  if (all === null || all.median <= 0) return Number.POSITIVE_INFINITY
  const blocks = Math.min(MOST_BLOCKS, Math.floor(values.length / 2), Math.round(waves))
  if (blocks < 2) return all.standardError / all.median
  const medians = Array.from({ length: blocks }, (_, block) => middle(values.slice(cut(block), cut(block + 1)))!)
  function cut(block: number): number {
    return Math.round((block * values.length) / blocks)
  }
  const mean = medians.reduce((sum, median) => sum + median, 0) / blocks
  const variance = medians.reduce((sum, median) => sum + (median - mean) ** 2, 0) / (blocks - 1)
  return Math.max(all.standardError, Math.sqrt(variance / blocks)) / all.median
}
