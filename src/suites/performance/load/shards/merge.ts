import type { PlannedSession } from '../../workload/planned.ts'
import type { LoadRun } from '../run.ts'

/** What several threads did of one plan, as though one had done it: raw records, in the order planned. */
export function mergeRuns(runs: readonly LoadRun[], sessions: readonly PlannedSession[]): LoadRun {
  const position = new Map<string, number>()
  for (const { requests } of sessions) for (const { request } of requests) position.set(request.id, position.size)
  return {
    records: runs
      .flatMap(({ records }) => records)
      .sort((left, right) => position.get(left.id)! - position.get(right.id)!),
    planned: runs.reduce((sum, run) => sum + run.planned, 0),
    durationMs: runs.reduce((most, run) => Math.max(most, run.durationMs), 0),
    inFlight: mergeInFlight(runs.map(({ inFlight }) => inFlight)),
    keepAlive: runs.every(({ keepAlive }) => keepAlive),
  }
}

/** A thread whose last look lies so far back has ended, and has nothing in flight. */
const ENDED_AFTER_MS = 150

/** At the moments of the thread that ran longest, with what each of the others saw nearest to them. */
function mergeInFlight(seen: readonly LoadRun['inFlight'][]): LoadRun['inFlight'] {
  const longest = seen.reduce((most, one) => ((one.at(-1)?.atMs ?? 0) > (most.at(-1)?.atMs ?? 0) ? one : most), [])
  const nearest = seen.map((samples) => nearestTo(samples))
  return longest.map(({ atMs }) => ({ atMs, requests: nearest.reduce((sum, look) => sum + look(atMs), 0) }))
}

/** For moments that ascend. */
function nearestTo(samples: LoadRun['inFlight']): (atMs: number) => number {
  let index = 0
  return (atMs) => {
    const distance = (at: number) => Math.abs((samples[at]?.atMs ?? Number.POSITIVE_INFINITY) - atMs)
    while (index + 1 < samples.length && distance(index + 1) <= distance(index)) index++
    const ended = index === samples.length - 1 && atMs - samples[index]!.atMs > ENDED_AFTER_MS
    return ended ? 0 : (samples[index]?.requests ?? 0)
  }
}
