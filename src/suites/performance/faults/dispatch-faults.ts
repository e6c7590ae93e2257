import type { Arrival } from '../../../plan/load.ts'
import type { PointFault } from '../../../record/cell-result.ts'
import type { LoadRun } from '../load/run.ts'
import type { Answer } from '../metrics/metric.ts'
import { nearestRank } from '../metrics/percentile.ts'
import type { RequestRecord } from '../record.ts'

/** 99th percentile of written − intended above which arrivals are not the ones asked for. */
export const MAX_LAG_P99_MS = 1
/** A later turn follows the pause of a user, which a plain timer ends: a millisecond or two late, and free of charge. */
export const MAX_PAUSE_LAG_P99_MS = 3
/** In a closed loop a lag this small beside the TTFT changes nothing of the load that the server has. */
export const MIN_LAG_OF_TTFT = 0.02
/** A median lag this share of the median TTFT above the limit: the medians are another load's too. */
export const MAX_LAG_OF_TTFT = 0.1
/** A closed loop begins with all its requests at once; one thread needs this long to write so many. */
export const FIRST_WAVE_MS = 30
export const FIRST_WAVE_REQUESTS = 256
export const FIRST_WAVE_LEAST_MS = 5

/** Of so many requests or more one may be late. */
const FEWEST_WITH_ACCIDENT = 10

/** Whether requests left when they should, and over the connections they should. */
export function dispatchFaults(
  { records, keepAlive }: Pick<LoadRun, 'records' | 'keepAlive'>,
  answers: readonly Answer[],
  arrival: Arrival,
): PointFault[] {
  return [...lateDispatch(records, answers, arrival), ...(keepAlive ? newConnections(records) : [])]
}

function lateDispatch(records: readonly RequestRecord[], answers: readonly Answer[], arrival: Arrival): PointFault[] {
  const ttftMs = nearestRank(
    answers.flatMap(({ record, times }) =>
      times.firstTokenMs === null ? [] : [times.firstTokenMs - record.writtenMs],
    ),
    50,
  )
  const byIntention = records.filter(gotConnection).sort((left, right) => left.intendedMs - right.intendedMs)
  const firstWave = arrival.kind === 'closed' ? arrival.concurrency : 0
  const faults: PointFault[] = []
  const judge = (late: readonly RequestRecord[], limitMs: number, which: string) => {
    const lagMs = lagP99(late)
    if (lagMs === null || lagMs <= limitMs) return
    const typicalMs = nearestRank(late.map(lagOf), 50)!
    const voidsAll = ttftMs !== null && typicalMs - limitMs > MAX_LAG_OF_TTFT * ttftMs
    const starved = connectionsAllTaken(records, arrival)
    const reason =
      `${which} left ${lagMs.toFixed(2)} ms late at p99 (limit ${Number(limitMs.toFixed(2))} ms)` +
      (starved === null ? '' : `: all ${starved} connections were taken, raise the maximum concurrency`)
    faults.push({
      code: 'late-dispatch',
      by: starved === null ? 'client' : 'load',
      voids: voidsAll ? 'all' : 'tails',
      reason,
    })
  }
  judge(byIntention.slice(0, firstWave), firstWaveMs(firstWave), 'the first requests')
  const rest = byIntention.slice(firstWave)
  judge(
    rest.filter(({ turn }) => turn === 0),
    arrival.kind === 'closed' ? Math.max(MAX_LAG_P99_MS, MIN_LAG_OF_TTFT * (ttftMs ?? 0)) : MAX_LAG_P99_MS,
    'requests',
  )
  judge(
    rest.filter(({ turn }) => turn > 0),
    MAX_PAUSE_LAG_P99_MS,
    'later turns',
  )
  return faults
}

/**
 * 99th percentile of the lag. Of fewer than 100 requests that is the greatest, and one that left late by an accident of
 * the machine makes no other law of arrival: from ten on it is left out.
 */
function lagP99(requests: readonly RequestRecord[]): number | null {
  const lags = requests.map(lagOf).sort((left, right) => left - right)
  const kept = lags.length >= FEWEST_WITH_ACCIDENT && lags.length < 100 ? lags.slice(0, -1) : lags
  return nearestRank(kept, 99)
}

/** Written − intended, less what making a new connection took: a server that closes them asks for that time. */
function lagOf({ writtenMs, intendedMs, reused, connectMs }: RequestRecord): number {
  return writtenMs - intendedMs - (reused ? 0 : connectMs)
}

/** How long the first requests of a closed loop may take to leave. */
function firstWaveMs(concurrency: number): number {
  return (FIRST_WAVE_MS * concurrency) / FIRST_WAVE_REQUESTS + FIRST_WAVE_LEAST_MS
}

/** The bound on connections, where the requests in flight reached it at any time; else null. */
function connectionsAllTaken(records: readonly RequestRecord[], arrival: Arrival): number | null {
  if (arrival.kind === 'closed') return null
  const changes = records
    .flatMap(({ writtenMs, endMs }) => [
      { atMs: writtenMs, by: 1 },
      { atMs: endMs, by: -1 },
    ])
    .sort((left, right) => left.atMs - right.atMs || left.by - right.by)
  let running = 0
  for (const change of changes) {
    running += change.by
    if (running >= arrival.maxConcurrency) return arrival.maxConcurrency
  }
  return null
}

/** A request that never got a connection was never written; it fails its point by itself. */
function gotConnection({ outcome }: RequestRecord): boolean {
  return outcome.state === 'ok' || outcome.error !== 'connect'
}

function newConnections(records: readonly RequestRecord[]): PointFault[] {
  const sent = records.filter(gotConnection)
  const made = sent.filter(({ reused }) => !reused)
  if (made.length === 0) return []
  const longestMs = made.reduce((most, { connectMs }) => Math.max(most, connectMs), 0)
  const reason =
    `${made.length} of ${sent.length} requests needed a new connection though the server keeps them open; making one ` +
    `took up to ${longestMs.toFixed(1)} ms`
  return [{ code: 'connections', by: 'client', voids: 'tails', reason }]
}
