import { PerformanceObserver, performance } from 'node:perf_hooks'
import { ClockStepWatch, type TwoClocks } from './clock-step.ts'
import { clockGovernor, kernelCounter, kernelShares, type ReadText } from './kernel-counts.ts'
import type { ClientObservation } from './observation.ts'
import type { ReferenceStream } from './reference-stream.ts'

export interface WatchOptions {
  /** Null when it could not be started. */
  reference: ReferenceStream | null
  /** Of the pacer: time so far that the event loop turned without any work. It counts as idle. */
  spunMs?: () => number
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
export function watchClient(options: WatchOptions): { stop(): ClientObservation } {
  const { reference, spunMs = () => 0, clocks = systemClocks, readText } = options
  const counts = kernelCounter(readText)
  // By the affinity of the process, not of the machine.
  const collections = watchCollections()
  const clockStep = new ClockStepWatch(clocks)
  const countsBefore = counts()
  const beats = reference?.log() ?? null
  const windowUtilisations: number[] = []
  const look = () => ({ atMs: performance.now(), loop: performance.eventLoopUtilization(), spunMs: spunMs() })
  const start = look()
  let windowStart: LoopTimes = start
  let tickedMs = start.atMs
  let longestTimerStallMs = 0
  const noteStall = (nowMs: number) => {
    longestTimerStallMs = Math.max(longestTimerStallMs, nowMs - tickedMs - TICK_EVERY_MS)
    tickedMs = nowMs
  }
  const endWindow = (end: LoopTimes) => {
    windowUtilisations.push(utilisation(windowStart, end))
    windowStart = end
    clockStep.look()
  }
  const timer = setInterval(() => {
    const nowMs = performance.now()
    noteStall(nowMs)
    if (nowMs - windowStart.atMs >= WINDOW_MS) endWindow(look())
  }, TICK_EVERY_MS)
  timer.unref()
  return {
    stop: () => {
      clearInterval(timer)
      const end = look()
      noteStall(end.atMs)
      // A short rest would count as a window of its own, and be all busy with ending the load.
      if (end.atMs - windowStart.atMs >= WINDOW_MS / 2) endWindow(end)
      else clockStep.look()
      const durationMs = end.atMs - start.atMs
      return {
        durationMs,
        utilisation: utilisation(start, end),
        windowUtilisations,
        longestTimerStallMs,
        ...collections.stop(),
        ...kernelShares(countsBefore, counts(), durationMs),
        clockStepMs: clockStep.longestStepMs,
        clockGovernor: clockGovernor(readText),
        beats: beats?.end() ?? null,
      }
    },
  }
}

interface LoopTimes {
  atMs: number
  loop: { active: number; idle: number }
  spunMs: number
}

/** Share of the time between two looks in which the loop had something to do. */
function utilisation(from: LoopTimes, to: LoopTimes): number {
  const active = to.loop.active - from.loop.active
  const idle = to.loop.idle - from.loop.idle
  const worked = Math.max(0, active - (to.spunMs - from.spunMs))
  return active + idle > 0 ? worked / (active + idle) : 0
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
