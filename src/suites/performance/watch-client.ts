import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import type { ClientHealth } from './client-health.ts'

const SAMPLE_EVERY_MS = 5
const NANOSECONDS_PER_MS = 1e6

/** Starts watching; the returned function ends it. */
export function watchClient(): () => ClientHealth {
  const delay = monitorEventLoopDelay({ resolution: SAMPLE_EVERY_MS })
  const before = performance.eventLoopUtilization()
  delay.enable()
  return () => {
    delay.disable()
    // A sample holds the interval itself and how late it was. An interval that never fired counts nothing.
    const late = (nanoseconds: number) => Math.max(0, nanoseconds / NANOSECONDS_PER_MS - SAMPLE_EVERY_MS)
    const sampled = delay.count > 0
    return {
      utilisation: performance.eventLoopUtilization(before).utilization,
      longestStallMs: sampled ? late(delay.max) : 0,
      delayP99Ms: sampled ? late(delay.percentile(99)) : 0,
    }
  }
}
