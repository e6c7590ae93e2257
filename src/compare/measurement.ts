import type { CellResult, ClientState, LoadPoint, PointFault } from '../record/cell-result.ts'
import type { Measurement, PointFaultCount } from './schema.ts'

const MAX_TRANSPORTS = 8

/**
 * How well the load points of a cell were measured, both sides and all sessions together. What was measured again at the
 * end of a session is only counted. Null where no load was measured.
 */
export function summariseMeasurement({ arms }: Pick<CellResult, 'arms'>): Measurement | null {
  const all = arms.flatMap(({ sessions }) => sessions.flatMap((session) => session.points))
  const points = all.filter(({ repetition }) => repetition === 1)
  if (points.length === 0) return null
  const isVoid = points.filter(({ invalid }) => invalid.some(voidsAll))
  return {
    points: points.length,
    repetitions: all.length - points.length,
    void: isVoid.length,
    voidInTails: points.filter(({ invalid }) => invalid.length > 0 && !invalid.some(voidsAll)).length,
    voidByClient: isVoid.filter(({ invalid }) => invalid.some((fault) => voidsAll(fault) && fault.by === 'client'))
      .length,
    client: worstClient(points.flatMap(({ client }) => client ?? [])),
    faults: countFaults(points),
  }
}

function voidsAll({ voids }: PointFault): boolean {
  return voids === 'all'
}

/** The worst of each number over all points, whichever point that was; null where nobody watched. */
function worstClient(clients: readonly ClientState[]): Measurement['client'] {
  if (clients.length === 0) return null
  const values = (read: (client: ClientState) => number | null) => clients.map(read).filter((value) => value !== null)
  return {
    points: clients.length,
    transports: [...new Set(clients.map(({ transport }) => transport))].slice(0, MAX_TRANSPORTS),
    stampErrorP50Ms: most(values(({ stampErrorP50Ms }) => stampErrorP50Ms)),
    stampErrorP99Ms: most(values(({ stampErrorP99Ms }) => stampErrorP99Ms)),
    utilisation: most(values(({ utilisation }) => utilisation)) ?? 0,
    longestStallMs: most(values(({ longestStallMs }) => longestStallMs)) ?? 0,
    reusedShare: least(values(({ reusedShare }) => reusedShare)),
  }
}

/**
 * By code, by whom and what it voids, the most frequent first; what voids everything before what voids the tails. A fault
 * of the tails counts only where they are all that is void.
 */
function countFaults(points: readonly LoadPoint[]): PointFaultCount[] {
  const found = new Map<string, PointFaultCount>()
  for (const { invalid } of points) {
    const ofAll = invalid.filter(voidsAll)
    const telling = ofAll.length > 0 ? ofAll : invalid
    const own = new Map(telling.map((fault) => [`${fault.code} ${fault.by} ${fault.voids}`, fault]))
    for (const [key, { code, by, voids }] of own) {
      const count = found.get(key) ?? { code, by, voids, points: 0 }
      found.set(key, { ...count, points: count.points + 1 })
    }
  }
  const grouped = [...found.values()].sort((one, other) => other.points - one.points)
  return [...grouped.filter(({ voids }) => voids === 'all'), ...grouped.filter(({ voids }) => voids === 'tails')]
}

function most(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((left, right) => Math.max(left, right))
}

function least(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((left, right) => Math.min(left, right))
}
