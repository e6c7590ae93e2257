import type { Arrival } from '../../../../plan/load.ts'
import type { PlannedRequest, PlannedSession } from '../../workload/planned.ts'
import { sessionTimes } from '../arrivals.ts'

/** What is sent, and when. */
export interface Load {
  arrival: Arrival
  sessions: readonly PlannedSession[]
  warmup: readonly PlannedRequest[]
}

/**
 * Splits a load among threads: session i goes to thread i mod n, and so does warm-up request i. Of a closed loop the
 * concurrency is split as evenly as can be. Other loads keep the times that the whole has: a rate divided among threads
 * would be another arrival law. No thread is left without a session or a connection.
 */
export function splitLoad({ arrival, sessions, warmup }: Load, seed: number, threads: number): Load[] {
  const most = arrival.kind === 'closed' ? arrival.concurrency : arrival.maxConcurrency
  const count = Math.max(1, Math.min(threads, most, sessions.length))
  const times = arrival.kind === 'closed' ? null : sessionTimes(arrival, sessions, seed)
  const timed = times === null ? sessions : sessions.map((session, index) => ({ ...session, atMs: times[index]! }))
  return Array.from({ length: count }, (_, thread) => {
    const own = <Item>(items: readonly Item[]) => items.filter((_, index) => index % count === thread)
    const share = Math.floor(most / count) + (thread < most % count ? 1 : 0)
    return {
      arrival:
        arrival.kind === 'closed'
          ? { kind: 'closed', concurrency: share }
          : { kind: 'trace', speed: 1, maxConcurrency: share },
      sessions: own(timed),
      warmup: own(warmup),
    }
  })
}
