import type { Clock } from '../ports.ts'

const NANOSECONDS_PER_MS = 1e6

export const systemClock: Clock = {
  date: () => new Date().toISOString(),
  // The machine's own clock: `performance.now()` begins anew in each process and thread, so raw records could not be joined.
  monotonicMs: () => Number(process.hrtime.bigint()) / NANOSECONDS_PER_MS,
}
