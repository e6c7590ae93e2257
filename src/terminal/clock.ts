import type { Clock } from '../ports.ts'

export const systemClock: Clock = {
  date: () => new Date().toISOString(),
  monotonicMs: () => performance.now(),
}
