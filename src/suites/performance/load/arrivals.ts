import type { Arrival } from '../../../plan/load.ts'
import { seededRandom } from '../../../record/seeded-random.ts'
import type { PlannedSession } from '../workload/planned.ts'
import { unitExponentialDraw, unitGammaDraw } from './gamma.ts'

/** Arrivals that do not wait for answers. */
export type TimedArrival = Exclude<Arrival, { kind: 'closed' }>

const MS_PER_SECOND = 1000

/**
 * When each session begins, milliseconds from the start, in the order of the sessions. The first of an open load or a
 * ramp begins at 0. The same arrival and seed give the same times. Throws RangeError for a trace without times.
 */
export function sessionTimes(arrival: TimedArrival, sessions: readonly PlannedSession[], seed: number): Float64Array {
  switch (arrival.kind) {
    case 'open':
    case 'ramp':
      return arrivalTimes(arrival, sessions.length, seed)
    case 'trace':
      return Float64Array.from(sessions, ({ atMs }) => {
        if (atMs === null) throw new RangeError('only a trace says when its conversations begin')
        return atMs / arrival.speed
      })
  }
}

/**
 * Non-decreasing times of so many arrivals, milliseconds from the first, which is at 0. An open load is a renewal
 * process: its gaps are drawn from the law, with the mean kept and nothing rescaled afterwards, so that a finite run has
 * the scatter of the law. A ramp is the same process of rate 1 with its time changed: arrival k comes where the
 * cumulative rate reaches the k-th time.
 */
export function arrivalTimes(
  arrival: Extract<Arrival, { kind: 'open' | 'ramp' }>,
  count: number,
  seed: number,
): Float64Array {
  const unit = unitArrivals(arrival, count, seed)
  if (arrival.kind === 'open') return unit.map((time) => (time / arrival.requestsPerSecond) * MS_PER_SECOND)
  const { fromPerSecond, toPerSecond } = arrival
  let lastMs = 0
  return unit.map((time) => {
    // Of two arrivals next to each other the later one may come out earlier by a rounding.
    lastMs = Math.max(lastMs, rampTime(time, fromPerSecond, toPerSecond, count) * MS_PER_SECOND)
    return lastMs
  })
}

/** Partial sums of gaps with mean 1, beginning at 0. */
function unitArrivals(
  { law, burstiness }: Extract<Arrival, { kind: 'open' | 'ramp' }>,
  count: number,
  seed: number,
): Float64Array {
  const random = seededRandom(seed, 'arrivals')
  const gap = () => {
    switch (law) {
      case 'constant':
        return 1
      case 'poisson':
        return unitExponentialDraw(random)
      case 'gamma':
        return unitGammaDraw(burstiness, random)
    }
  }
  const times = new Float64Array(count)
  for (let index = 1; index < count; index++) times[index] = times[index - 1]! + gap()
  return times
}

/**
 * Where a rate that changes linearly from `from` to `to` has let `count` arrivals in, and stays at `to` afterwards,
 * the cumulative rate is `expected`: the root of from·t + (to − from)·t² / 2T with T = 2·count / (from + to), seconds.
 */
function rampTime(expected: number, from: number, to: number, count: number): number {
  const seconds = (2 * count) / (from + to)
  if (expected > count) return seconds + (expected - count) / to
  const slope = (to - from) / seconds
  // This form of the root does not cancel when the slope is small.
  return (2 * expected) / (from + Math.sqrt(Math.max(0, from * from + 2 * slope * expected)))
}
