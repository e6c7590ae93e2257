import { type EventLoopUtilization, PerformanceObserver, performance } from 'node:perf_hooks'
import { ClockStepWatch, type TwoClocks } from './clock-step.ts'
import { clockGovernor, kernelCounter, kernelShares, type ReadText } from './kernel-counts.ts'
import type { ClientObservation } from './observation.ts'
import type { ReferenceStream } from './reference-stream.ts'

export interface WatchOptions {
  /** Null when it could not be started. */
  reference: ReferenceStream | null
  clocks?: TwoClocks
  readText?: ReadText
}

/** A due timer shows a stall; this often costs less than a thousandth of a core. */
const TICK_EVERY_MS = 5
const WINDOW_MS = 100

const systemClocks: TwoClocks = { wallMs: () => Date.now(), monotonicMs: () => performance.now() }

/**
 * Watches the thread that calls it, which must be the one that stamps, until `stop`. Ticks are timers of this loop
 * rather than `monitorEventLoopDelay`: that sees neither the first interval nor one that `stop` cuts short, and a
 * stall is as likely there.
 */
export function watchClient({ reference, clocks = systemClocks, readText }: WatchOptions): {
  stop(): ClientObservation
} {
  const counts = kernelCounter(readText)
  const collections = watchCollections()
  const clockStep = new ClockStepWatch(clocks)
  const countsBefore = counts()
  const beats = reference?.log() ?? null
  const windowUtilisations: number[] = []
  const startMs = performance.now()
  const atStart = performance.eventLoopUtilization()
  let windowStartMs = startMs
  let atWindowStart = atStart
  let tickedMs = startMs
  let longestTimerStallMs = 0
  const noteStall = (nowMs: number) => {
    longestTimerStallMs = Math.max(longestTimerStallMs, nowMs - tickedMs - TICK_EVERY_MS)
    tickedMs = nowMs
  }
  const endWindow = (nowMs: number, now: EventLoopUtilization) => {
    windowUtilisations.push(performance.eventLoopUtilization(now, atWindowStart).utilization)
    windowStartMs = nowMs
    atWindowStart = now
    clockStep.look()
  }
  const timer = setInterval(() => {
    const nowMs = performance.now()
    noteStall(nowMs)
    if (nowMs - windowStartMs >= WINDOW_MS) endWindow(nowMs, performance.eventLoopUtilization())
  }, TICK_EVERY_MS)
  timer.unref()
  return {
    stop: () => {
      clearInterval(timer)
      const nowMs = performance.now()
      const atStop = performance.eventLoopUtilization()
      noteStall(nowMs)
      // A short rest would count as a window of its own, and be all busy with ending the load.
      if (nowMs - windowStartMs >= WINDOW_MS / 2) endWindow(nowMs, atStop)
      else clockStep.look()
      const durationMs = nowMs - startMs
      return {
        durationMs,
        utilisation: performance.eventLoopUtilization(atStop, atStart).utilization,
        windowUtilisations,
        longestTimerStallMs: Math.max(0, longestTimerStallMs),
        ...collections.stop(),
        ...kernelShares(countsBefore, counts(), durationMs),
        clockStepMs: clockStep.longestStepMs,
        clockGovernor: clockGovernor(readText),
        beats: beats?.end() ?? null,
      }
    },
  }
}

function watchCollections(): { stop(): { longestCollectionMs: number; totalCollectionMs: number } } {
  let longestCollectionMs = 0
  let totalCollectionMs = 0
  const note = (entries: readonly { duration: number }[]) => {
    for (const { duration } of entries) {
      longestCollectionMs = Math.max(longestCollectionMs, duration)
      totalCollectionMs += duration
    }
  }
  const observer = new PerformanceObserver((list) => note(list.getEntries()))
  observer.observe({ entryTypes: ['gc'] })
  return {
    stop: () => {
      note(observer.takeRecords())
      observer.disconnect()
      return { longestCollectionMs, totalCollectionMs }
    },
  }
}
