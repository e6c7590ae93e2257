import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem } from 'node:os'

/** One line that says where a figure was measured; a figure without it says nothing. */
export function describeMachine(): string {
  const memory = Math.round(totalmem() / 2 ** 30)
  const load = readFileSync('/proc/loadavg', 'utf8').split(' ')[0]
  return `${cpus()[0]?.model.trim()} · ${availableParallelism()} cores · ${memory} GiB · Linux ${release()} · Node ${process.version} · load ${load}`
}

/** The command as a person would type it again. */
export function describeCommand(): string {
  return ['node', ...process.argv.slice(1).map((part) => part.replace(`${process.cwd()}/`, ''))].join(' ')
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
