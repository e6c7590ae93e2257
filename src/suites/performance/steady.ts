import type { PointFault } from '../../record/cell-result.ts'
import type { LoadSpec } from './load-spec.ts'
import { timePerOutputToken } from './metrics/answer-times.ts'
import type { Answer } from './metrics/metric.ts'
import { requestsInFlight } from './requests-in-flight.ts'
import { middle, type RobustMedian, robustMedian } from './robust-median.ts'

/** With fewer requests the two ends of a point are too small to compare. */
export const FEWEST_REQUESTS = 16
/** Least that the ends must differ. */
export const MIN_TPOT_CHANGE = 0.1
/** ... and so many standard errors of their difference. */
export const STANDARD_ERRORS = 4
/** TTFT of the last quarter over that of the first, above which the queue is taken to grow. */
export const MIN_TTFT_GROWTH = 1.5
/** Requests that decoded beside fewer than this share of the usual others belong to the ramp up or down. */
const MIN_LOAD_SHARE = 0.75
/** Requests at each end; a quarter of all, but never fewer. */
const LEAST_AT_AN_END = 8

/**
 * Whether the measured part of a point was steady, rather than only preceded by so many warm-up requests: TPOT must be
 * the same at its two ends, and in an open loop TTFT must not grow all the way (then more arrives than is served, and
 * every latency says how long was measured).
 *
 * Not judged: ramps and traces, whose load changes by design; conversations, whose prompts grow from turn to turn; fewer
 * than 16 requests.
 */
export function steadyFaults(
  answers: readonly Answer[],
  { arrival, workload }: Pick<LoadSpec, 'arrival' | 'workload'>,
): PointFault[] {
  if (arrival.kind === 'ramp' || arrival.kind === 'trace') return []
  if (workload.kind === 'multi-turn' || workload.kind === 'agentic') return []
  const inOrder = [...answers].sort((left, right) => left.record.writtenMs - right.record.writtenMs)
  return [...tpotFaults(inOrder), ...(arrival.kind === 'open' ? overloadFaults(inOrder) : [])]
}

function tpotFaults(inOrder: readonly Answer[]): PointFault[] {
  const values = underFullLoad(inOrder).flatMap(({ record, times }) => timePerOutputToken(record, times) ?? [])
  if (values.length < FEWEST_REQUESTS) return []
  const size = Math.max(LEAST_AT_AN_END, Math.floor(values.length / 4))
  const first = robustMedian(values.slice(0, size))!
  const last = robustMedian(values.slice(-size))!
  const changeMs = last.median - first.median
  if (Math.abs(changeMs) <= Math.max(MIN_TPOT_CHANGE * last.median, STANDARD_ERRORS * standardError(first, last)))
    return []
  const what =
    changeMs < 0
      ? 'it was still warming up; raise --warmup'
      : 'the server slows down under this load; raise --warmup, and look at its clocks and its memory'
  const reason =
    `not steady: TPOT p50 was ${first.median.toFixed(2)} ms in the first ${size} requests and ` +
    `${last.median.toFixed(2)} ms in the last ${size} (limit ${100 * MIN_TPOT_CHANGE} %): ${what}`
  return [{ code: 'not-steady', by: 'server', voids: 'all', reason }]
}

/**
 * Without the requests of the ramp up and down. TPOT depends on how many decode together, so a closed loop that runs out
 * of requests, or an open one that begins empty, would look unsteady at its ends however steady the server is.
 */
function underFullLoad(answers: readonly Answer[]): readonly Answer[] {
  const inFlight = requestsInFlight(answers.map(({ record }) => record))
  const loads = answers.map(({ record, times }) =>
    inFlight.mean(times.firstTokenMs ?? record.writtenMs, times.lastTokenMs ?? record.endMs),
  )
  const usual = middle(loads) ?? 0
  return answers.filter((_, index) => loads[index]! >= MIN_LOAD_SHARE * usual)
}

/**
 * A growing queue shows as TTFT (from when the request was due) that rises from each quarter of the requests to the next.
 * Near saturation TTFT wanders too, but rarely only upwards and this far.
 */
function overloadFaults(inOrder: readonly Answer[]): PointFault[] {
  const values = inOrder.flatMap(({ record, times }) =>
    times.firstTokenMs === null ? [] : [times.firstTokenMs - record.intendedMs],
  )
  if (values.length < FEWEST_REQUESTS) return []
  const quarters = [0, 1, 2, 3].map((quarter) => robustMedian(values.slice(at(quarter), at(quarter + 1)))!)
  function at(quarter: number): number {
    return Math.round((quarter * values.length) / 4)
  }
  const [first, , , last] = quarters as [RobustMedian, RobustMedian, RobustMedian, RobustMedian]
  const rises = quarters.every((quarter, index) => index === 0 || quarter.median > quarters[index - 1]!.median)
  const growthMs = last.median - first.median
  const enough = Math.max((MIN_TTFT_GROWTH - 1) * first.median, STANDARD_ERRORS * standardError(first, last))
  if (!rises || growthMs <= enough) return []
  const reason =
    `overload: TTFT p50 rose from ${first.median.toFixed(1)} ms in the first quarter of the requests to ` +
    `${last.median.toFixed(1)} ms in the last: more arrives than the server serves; lower the rate`
  return [{ code: 'not-steady', by: 'server', voids: 'all', reason }]
}

function standardError(left: RobustMedian, right: RobustMedian): number {
  return Math.hypot(left.standardError, right.standardError)
}
