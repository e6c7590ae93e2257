import type { PointFault } from '../../../record/cell-result.ts'
import { nearestRank } from '../metrics/percentile.ts'
import { type ClientObservation, longestOf, longestStallMs } from './observation.ts'

/* Limits above which the numbers of a point are the client's rather than the server's. */

/** Above this reads queue up behind each other and every stamp is late. */
export const MAX_UTILISATION = 0.9
/** The same for the busiest hundredth of the 100 ms windows: then it holds for the events in them. */
export const MAX_WINDOW_UTILISATION = 0.95
/** Longer than any gap between tokens that is looked for; a garbage collection or a preemption is shorter. */
export const MAX_STALL_MS = 40
/** Nothing but a stopped process, a suspended machine or a blocking call takes this long. */
export const MAX_STALL_FOR_MEDIANS_MS = 150
/** In a short point a shorter stall weighs as much: with this share of the time medians begin to move. */
export const MAX_STALL_SHARE = 0.15
/** Twice what a stamp is late on a quiet core. */
export const MAX_STAMP_ERROR_P50_MS = 0.1
/** A median TTFT is this much too long then; TPOT does not feel what is late alike. */
export const MAX_STAMP_ERROR_P50_FOR_MEDIANS_MS = 0.25
/** ... unless that is less than this share of the TTFT: the least change of it that is judged is eight times that. */
export const MAX_STAMP_ERROR_SHARE_OF_TTFT = 0.01
/** A tail is compared in steps of some per cent of 10 to 30 ms. */
export const MAX_STAMP_ERROR_P99_MS = 1
/** Fewer beats have no median worth the name. */
export const MIN_BEATS_FOR_P50 = 20
/** Fewer beats have no 99th percentile but their maximum, which one hiccup decides. */
export const MIN_BEATS_FOR_P99 = 100
/** One late beat is chance; two are a tail, when they are more than a hundredth. */
export const MIN_LATE_BEATS = 2
/**
 * Time in which the thread could have run and had no core. On virtual machines a wake-up itself waits: 1.0 to 1.8 % and
 * 5 to 14 µs each time on a quiet core, 5.6 to 8.4 % and 27 to 45 µs beside a program that never rests (2,000 wake-ups a
 * second, `bench/client-faults.ts`, Linux 6.18); other machines had a fifth of both. Both limits must be passed.
 */
export const MAX_RUN_DELAY_SHARE = 0.04
export const MAX_MEAN_RUN_DELAY_MS = 0.02
export const MAX_RUN_DELAY_SHARE_FOR_MEDIANS = 0.5
/** Clouds take some per cent from small machines all the time; beyond that the tail is the hypervisor's. */
export const MAX_STEAL_SHARE = 0.05
export const MAX_STEAL_SHARE_FOR_MEDIANS = 0.15
/** A control group that is held back once stands still for up to a period of 100 ms. */
export const MAX_THROTTLED_MS = 1
export const MAX_THROTTLED_SHARE_FOR_MEDIANS = 0.05
/** Daemons slew a clock by at most 8 % (chrony's `maxslewrate`), 8 ms between two looks; more was set, or a machine slept. */
export const MAX_CLOCK_STEP_MS = 50

/** Why the numbers of a point are the client's; empty when they are not. At most one fault a code. */
export function clientFaults(seen: ClientObservation, ttftP50Ms: number | null = null): PointFault[] {
  return [
    busy(seen),
    stall(seen),
    late(seen, ttftP50Ms),
    runDelay(seen),
    steal(seen),
    throttled(seen),
    clockStep(seen),
  ].filter((fault) => fault !== null)
}

function fault(code: PointFault['code'], voids: PointFault['voids'], reason: string): PointFault {
  return { code, by: 'client', voids, reason }
}

function busy({ utilisation, windowUtilisations }: ClientObservation): PointFault | null {
  if (utilisation > MAX_UTILISATION)
    return fault(
      'client-busy',
      'all',
      `the client was busy ${percent(utilisation)} of the time${limit(MAX_UTILISATION)}`,
    )
  const busiest = nearestRank(windowUtilisations, 99)
  if (busiest === null || busiest <= MAX_WINDOW_UTILISATION) return null
  const reason = `the client was busy ${percent(busiest)} of its busiest moments${limit(MAX_WINDOW_UTILISATION)}`
  return fault('client-busy', 'tails', reason)
}

function stall(seen: ClientObservation): PointFault | null {
  const longestMs = longestStallMs(seen)
  if (longestMs <= MAX_STALL_MS) return null
  const all = longestMs > MAX_STALL_FOR_MEDIANS_MS || longestMs > MAX_STALL_SHARE * seen.durationMs
  // Its own thread late as well: no callback of ours did that.
  const stopped = longestOf(seen.beats?.senderDelaysMs ?? []) > longestMs / 2
  const what = stopped ? 'the whole measuring process' : 'the measuring thread'
  const reason = `${what} stood still for ${longestMs.toFixed(0)} ms (limit ${MAX_STALL_MS} ms)`
  return fault('client-stall', all ? 'all' : 'tails', reason)
}

/** The numbers of the reference stream; null for too few beats. */
export function stampErrors(seen: ClientObservation): { p50Ms: number | null; p99Ms: number | null } {
  const errors = seen.beats?.errorsMs ?? []
  return {
    p50Ms: errors.length < MIN_BEATS_FOR_P50 ? null : nearestRank(errors, 50),
    p99Ms: errors.length < MIN_BEATS_FOR_P99 ? null : nearestRank(errors, 99),
  }
}

function late(seen: ClientObservation, ttftP50Ms: number | null): PointFault | null {
  const { p50Ms } = stampErrors(seen)
  if (p50Ms !== null && p50Ms > MAX_STAMP_ERROR_P50_MS) {
    const limitMs = Math.max(MAX_STAMP_ERROR_P50_FOR_MEDIANS_MS, MAX_STAMP_ERROR_SHARE_OF_TTFT * (ttftP50Ms ?? 0))
    const all = p50Ms > limitMs
    const passedMs = all ? Number(limitMs.toFixed(2)) : MAX_STAMP_ERROR_P50_MS
    const reason = `stamps were ${p50Ms.toFixed(2)} ms late at p50 (limit ${passedMs} ms)`
    return fault('client-late', all ? 'all' : 'tails', reason)
  }
  const errors = seen.beats?.errorsMs ?? []
  if (!manyAbove(errors, MAX_STAMP_ERROR_P99_MS)) return null
  const reason = `${shareAbove(errors, MAX_STAMP_ERROR_P99_MS)} of the stamps were more than ${MAX_STAMP_ERROR_P99_MS} ms late (limit 1 %)`
  return fault('client-late', 'tails', reason)
}

function runDelay({ runDelayShare, meanRunDelayMs }: ClientObservation): PointFault | null {
  if (meanRunDelayMs === null || meanRunDelayMs <= MAX_MEAN_RUN_DELAY_MS) return null
  const what = 'of the time the measuring thread waited for a core'
  return graded('run-delay', runDelayShare, MAX_RUN_DELAY_SHARE, MAX_RUN_DELAY_SHARE_FOR_MEDIANS, what)
}

/** With 100 values or more this says: the 99th percentile by nearest rank is above the limit. */
function manyAbove(values: readonly number[], limitMs: number): boolean {
  const above = values.filter((value) => value > limitMs).length
  return above >= MIN_LATE_BEATS && above > values.length / 100
}

function shareAbove(values: readonly number[], limitMs: number): string {
  return percent(values.filter((value) => value > limitMs).length / values.length)
}

function steal({ stealShare }: ClientObservation): PointFault | null {
  return graded(
    'steal',
    stealShare,
    MAX_STEAL_SHARE,
    MAX_STEAL_SHARE_FOR_MEDIANS,
    "of the machine's time went to other virtual machines",
  )
}

function graded(
  code: PointFault['code'],
  share: number | null,
  limitForTails: number,
  limitForMedians: number,
  what: string,
): PointFault | null {
  if (share === null || share <= limitForTails) return null
  return fault(code, share > limitForMedians ? 'all' : 'tails', `${percent(share)} ${what}${limit(limitForTails)}`)
}

function throttled({ throttledMs, durationMs }: ClientObservation): PointFault | null {
  if (throttledMs === null || throttledMs <= MAX_THROTTLED_MS) return null
  const all = throttledMs > MAX_THROTTLED_SHARE_FOR_MEDIANS * durationMs
  const reason = `the CPU limit of the control group held the client back for ${throttledMs.toFixed(0)} ms`
  return fault('throttled', all ? 'all' : 'tails', reason)
}

function clockStep({ clockStepMs }: ClientObservation): PointFault | null {
  if (clockStepMs <= MAX_CLOCK_STEP_MS) return null
  const reason = `the clock of the machine was set by ${clockStepMs.toFixed(0)} ms, or the machine slept`
  return fault('clock-step', 'all', reason)
}

/** One decimal where whole numbers would hide that a limit was passed. */
function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

function limit(share: number): string {
  return ` (limit ${(100 * share).toFixed(0)} %)`
}
