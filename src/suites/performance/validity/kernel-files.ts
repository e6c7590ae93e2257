/** Readers of the small files in which Linux tells who had the processor. Null for a text of another form. */

/** Nanoseconds that a thread ran, and that it could have run but waited for a core, and how often it got one. */
export interface SchedulerTimes {
  ranNs: number
  waitedNs: number
  slices: number
}

/** `/proc/<pid>/task/<tid>/schedstat`: time on the core, time in the run queue, timeslices (proc(5)). */
export function parseSchedstat(text: string): SchedulerTimes | null {
  const match = /^(\d+) (\d+) (\d+)\s*$/.exec(text)
  return match ? { ranNs: Number(match[1]), waitedNs: Number(match[2]), slices: Number(match[3]) } : null
}

/** Ticks of all cores together since boot. */
export interface ProcessorTicks {
  steal: number
  total: number
}

const STEAL_COLUMN = 7
/** The two columns after it, time of guests, are contained in user and nice. */
const COLUMNS = 8

/** The first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal. */
export function parseProcessorTicks(text: string): ProcessorTicks | null {
  const match = /^cpu +(\d+(?: +\d+)*) *(?:\n|$)/.exec(text)
  const ticks = match?.[1]?.split(/ +/).slice(0, COLUMNS).map(Number)
  if (!ticks || ticks.length < COLUMNS) return null
  return { steal: ticks[STEAL_COLUMN]!, total: ticks.reduce((sum, value) => sum + value, 0) }
}

/** How often and how long a control group was held back by its own limit. */
export interface Throttling {
  periods: number
  throttledMs: number
}

/** `cpu.stat` of a control group: `throttled_usec` in version 2, `throttled_time` in nanoseconds in version 1. */
export function parseThrottling(text: string): Throttling | null {
  const field = (name: string) => {
    const match = new RegExp(`^${name} (\\d+)$`, 'm').exec(text)
    return match ? Number(match[1]) : null
  }
  const periods = field('nr_throttled')
  const microseconds = field('throttled_usec')
  const nanoseconds = field('throttled_time')
  if (periods === null) return null
  if (microseconds !== null) return { periods, throttledMs: microseconds / 1e3 }
  return nanoseconds === null ? null : { periods, throttledMs: nanoseconds / 1e6 }
}

const CGROUP_ROOT = '/sys/fs/cgroup'
/** A path deeper than this is no control group of ours. */
const MAX_DEPTH = 16

/**
 * Where the limits of this process may be told, from `/proc/self/cgroup`: its own group and all above it, since the
 * limit of a parent holds back its children and only the parent counts that. A container sees its own group as the root.
 */
export function throttlingPaths(text: string): string[] {
  const paths = new Set<string>()
  for (const line of text.split('\n')) {
    const match = /^\d+:([^:]*):(\/.*)$/.exec(line)
    if (!match) continue
    const [, controllers, path] = match as unknown as [string, string, string]
    const mounts = controllers === '' ? [''] : controllers.split(',').includes('cpu') ? [`/${controllers}`, '/cpu'] : []
    const parts = path.split('/').filter((part) => part !== '' && part !== '..')
    if (parts.length > MAX_DEPTH) continue
    for (const mount of mounts)
      for (let depth = parts.length; depth >= 0; depth--)
        paths.add([`${CGROUP_ROOT}${mount}`, ...parts.slice(0, depth), 'cpu.stat'].join('/'))
  }
  return [...paths]
}
