import type { LoadPoint } from '../../record/cell-result.ts'
import { MAX_THREAD_UTILISATION } from '../../suites/performance/validity/shards.ts'

/**
 * What to do about a client that turned out too slow for its load, however its threads were chosen; null when it was not.
 * `sharedBy`: the hosts that have the load already.
 */
export function busyRemark(
  points: readonly LoadPoint[],
  threads: number,
  cores: number,
  sharedBy: number,
): string | null {
  // Connections that a dead server refuses come as fast as a client can ask: that is no load to share out.
  const busy = points.filter(
    ({ invalid, succeeded }) => succeeded > 0 && invalid.some(({ code }) => code === 'client-busy'),
  )
  if (busy.length === 0) return null
  const where = [...new Set(busy.map(({ load }) => load))].join(', ')
  const utilisation = Math.max(...busy.map(({ client }) => client?.utilisation ?? 0))
  const needed = Math.max(threads + 1, Math.ceil((threads * utilisation) / MAX_THREAD_UTILISATION))
  // One core is left to the system and to the other threads of the process.
  const most = Math.max(1, cores - 1)
  if (needed <= most) return `the client was too busy at ${where}: use --threads ${needed}`
  const hosts = sharedBy * Math.ceil(needed / most)
  const here = most > threads ? `use --threads ${most}, or ` : 'this machine has no core for another thread: use '
  return `the client was too busy at ${where}: ${here}${hosts} client hosts with --host-share 1/${hosts} and so on`
}
