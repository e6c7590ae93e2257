import { readFileSync } from 'node:fs'
import {
  type ProcessorTicks,
  parseProcessorTicks,
  parseSchedstat,
  parseThrottling,
  type SchedulerTimes,
  type Throttling,
  throttlingPaths,
} from './kernel-files.ts'

/** Reads a small text file; null where there is none. */
export type ReadText = (path: string) => string | null

/** What Linux has counted so far for the thread that asks, its control groups and the machine. */
export interface KernelCounts {
  scheduler: SchedulerTimes | null
  ticks: ProcessorTicks | null
  throttling: readonly (Throttling | null)[]
}

/** The share of each in one stretch of time; null where the system does not tell. */
export interface KernelShares {
  /** Of the time, in which the thread could have run and had no core. */
  runDelayShare: number | null
  /** How long it waited for one on average each time. */
  meanRunDelayMs: number | null
  /** Of the time of all cores, which the hypervisor gave to others. */
  stealShare: number | null
  /** Of the group that was held back most. */
  throttledMs: number | null
}

/** `/proc/thread-self`: of the thread that reads it, which is the one that stamps (proc(5), since Linux 3.17). */
const SCHEDSTAT = '/proc/thread-self/schedstat'
const GOVERNOR = '/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor'

/**
 * Looks once where things are, and returns what reads them. To be called before and after a load, not during it: on a
 * machine of hundreds of cores the kernel takes milliseconds to sum up `/proc/stat`.
 */
export function kernelCounter(read: ReadText = readText): () => KernelCounts {
  const paths = throttlingPaths(read('/proc/self/cgroup') ?? '').filter((path) => read(path) !== null)
  const parsed = <T>(path: string, parse: (text: string) => T | null): T | null => {
    const text = read(path)
    return text === null ? null : parse(text)
  }
  return () => ({
    scheduler: parsed(SCHEDSTAT, parseSchedstat),
    ticks: parsed('/proc/stat', parseProcessorTicks),
    throttling: paths.map((path) => parsed(path, parseThrottling)),
  })
}

export function kernelShares(before: KernelCounts, after: KernelCounts, durationMs: number): KernelShares {
  const ticks =
    before.ticks && after.ticks
      ? { steal: after.ticks.steal - before.ticks.steal, total: after.ticks.total - before.ticks.total }
      : null
  const throttled = before.throttling.flatMap((first, index) => {
    const last = after.throttling[index]
    return first && last ? [last.throttledMs - first.throttledMs] : []
  })
  const waited =
    before.scheduler && after.scheduler
      ? {
          ms: Math.max(0, after.scheduler.waitedNs - before.scheduler.waitedNs) / 1e6,
          slices: after.scheduler.slices - before.scheduler.slices,
        }
      : null
  return {
    runDelayShare: waited && durationMs > 0 ? waited.ms / durationMs : null,
    meanRunDelayMs: waited ? waited.ms / Math.max(1, waited.slices) : null,
    // Steal may run backwards by a tick when a machine moves between hosts.
    stealShare: ticks && ticks.total > 0 ? Math.max(0, ticks.steal) / ticks.total : null,
    throttledMs: throttled.length > 0 ? Math.max(0, ...throttled) : null,
  }
}

/** How the kernel chooses the clock rate of the first core: a fact for the reader, `powersave` slows a quiet client. */
export function clockGovernor(read: ReadText = readText): string | null {
  const text = read(GOVERNOR)?.trim().slice(0, MAX_GOVERNOR_CHARACTERS)
  return text ? text : null
}

const MAX_GOVERNOR_CHARACTERS = 32

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return null
  }
}
