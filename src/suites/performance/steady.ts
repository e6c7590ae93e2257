import type { PointFault } from '../../record/cell-result.ts'
import type { LoadSpec } from './load-spec.ts'
import { timePerOutputToken } from './metrics/answer-times.ts'
import type { Answer } from './metrics/metric.ts'
import { requestsInFlight } from './requests-in-flight.ts'
import { middle, robustMedian } from './robust-median.ts'

/** With fewer requests the two ends of a point are too small to compare. */
export const FEWEST_REQUESTS = 16
/** A queue near saturation wanders: fewer requests cannot tell that from growing. */
export const FEWEST_FOR_A_QUEUE = 64
/** Least that the ends must differ. */
export const MIN_TPOT_CHANGE = 0.1
/** ... and so many standard errors of their difference. */
export const STANDARD_ERRORS = 4
/** TTFT of the last quarter over that of the first, above which the queue is taken to grow. */
export const MIN_TTFT_GROWTH = 1.5
/** ... and the growth over the time in which it grew: 0.1 is a server that serves 90 % of what arrives. */
export const MIN_TTFT_SLOPE = 0.1
/** MAD about a part's own median is too small by n / (n − 0.8) (Croux and Rousseeuw 1992). */
const SMALL_SAMPLE = 0.8
/** Requests that decoded beside fewer than this share of the usual others belong to the ramp up or down. */
const MIN_LOAD_SHARE = 0.9
/** Requests at each end: a quarter of all, or half where a quarter is fewer than this. */
const LEAST_AT_AN_END = 8

/**
 * Whether the measured part of a point was steady, rather than only preceded by so many warm-up requests: TPOT must be
 * the same at its two ends, and in an open loop TTFT must not grow all the way (then more arrives than is served, and
 * every latency says how long was measured).
 *
 * Not judged: ramps and traces, whose load changes by design; conversations, whose prompts grow from turn to turn; too
 * few requests.
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
  const parts = inParts(values, values.length < 4 * LEAST_AT_AN_END ? 2 : 4)
  const { first, last, standardError } = ends(parts)
  const changeMs = last - first
  if (Math.abs(changeMs) <= Math.max(MIN_TPOT_CHANGE * last, STANDARD_ERRORS * standardError)) return []
  const what =
    changeMs < 0
      ? 'it was still warming up; raise --warmup'
      : 'the server slows down under this load; raise --warmup, and look at its clocks and its memory'
  const reason =
    `not steady: TPOT p50 was ${first.toFixed(2)} ms in the first ${parts[0]!.length} requests and ` +
    `${last.toFixed(2)} ms in the last ${parts.at(-1)!.length} (limit ${100 * MIN_TPOT_CHANGE} %): ${what}`
  return [{ code: 'not-steady', by: 'load', voids: 'all', reason }]
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
 * Where more arrives than is served the queue grows all the way, and with it TTFT (from when the request was due): by a
 * share of the time that passes, 1 − served / arriving. TTFT must rise from each quarter of the requests to the next, by
 * half and by a tenth of the time between the first and the last. Near saturation it wanders too, but rarely so.
 */
function overloadFaults(inOrder: readonly Answer[]): PointFault[] {
  const begun = inOrder.filter(({ times }) => times.firstTokenMs !== null)
  if (begun.length < FEWEST_FOR_A_QUEUE) return []
  const waits = inParts(
    begun.map(({ record, times }) => times.firstTokenMs! - record.intendedMs),
    4,
  )
  const { medians, first, last, standardError } = ends(waits)
  const dueMs = inParts(
    begun.map(({ record }) => record.intendedMs),
    4,
  ).map((part) => middle(part)!)
  const rises = medians.every((median, index) => index === 0 || median > medians[index - 1]!)
  const enough = Math.max(
    (MIN_TTFT_GROWTH - 1) * first,
    MIN_TTFT_SLOPE * (dueMs.at(-1)! - dueMs[0]!),
    STANDARD_ERRORS * standardError,
  )
  if (!rises || last - first <= enough) return []
  const reason =
    `overload: TTFT p50 rose from ${first.toFixed(1)} ms in the first quarter of the requests to ${last.toFixed(1)} ms ` +
    'in the last: more arrives than the server serves; lower the rate'
  return [{ code: 'not-steady', by: 'server', voids: 'all', reason }]
}

function inParts(values: readonly number[], count: number): number[][] {
  const at = (part: number) => Math.round((part * values.length) / count)
  return Array.from({ length: count }, (_, part) => values.slice(at(part), at(part + 1)))
}

/**
 * The medians of parts, and the standard error of the last minus the first from the scatter of all values about the
 * median of their own part: that of a few requests alone is often far too small.
 */
function ends(parts: readonly (readonly number[])[]): {
  medians: number[]
  first: number
  last: number
  standardError: number
} {
  const medians = parts.map((part) => middle(part)!)
  const scatter = robustMedian(parts.flatMap((part, index) => part.map((value) => value - medians[index]!)))!
  const total = parts.reduce((sum, part) => sum + part.length, 0)
  const size = Math.min(parts[0]!.length, parts.at(-1)!.length)
  const smallSample = size / (size - SMALL_SAMPLE)
  return {
    medians,
    first: medians[0]!,
    last: medians.at(-1)!,
    standardError: smallSample * scatter.standardError * Math.sqrt((2 * total) / size),
  }
}
