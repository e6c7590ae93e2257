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

/** The cores that a process may use, from `Cpus_allowed_list` in `/proc/<pid>/status`: `0-3,8`. */
export function parseAllowedCores(text: string): number[] | null {
  const list = /^Cpus_allowed_list:\s*(\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*)\s*$/m.exec(text)?.[1]
  if (list === undefined) return null
  const cores: number[] = []
  for (const part of list.split(',')) {
    const [first, last = first] = part.split('-').map(Number) as [number, number?]
    for (let core = first; core <= last! && cores.length < MAX_CORES; core++) cores.push(core)
  }
  return cores
}

/** More than any machine has; bounds what a strange file can make of us. */
const MAX_CORES = 8192
const IDLE_COLUMN = 3
const IO_WAIT_COLUMN = 4

/** Ticks since boot in which these cores worked, and all of their ticks, from the lines `cpu0 …` of `/proc/stat`. */
export function parseCoreTicks(text: string, cores: readonly number[]): { busy: number; total: number } | null {
  const wanted = new Set(cores)
  let busy = 0
  let total = 0
  for (const match of text.matchAll(/^cpu(\d+) (\d+(?: \d+)*)/gm)) {
    if (!wanted.delete(Number(match[1]))) continue
    const ticks = match[2]!.split(' ').slice(0, COLUMNS).map(Number)
    const sum = ticks.reduce((left, right) => left + right, 0)
    total += sum
    busy += sum - (ticks[IDLE_COLUMN] ?? 0) - (ticks[IO_WAIT_COLUMN] ?? 0)
  }
  return wanted.size > 0 ? null : { busy, total }
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
