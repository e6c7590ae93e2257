import type { ComparedCell, Measurement, PointFaultCount } from '../compare/schema.ts'
import { clip, counted } from '../compare/wording.ts'
import { FAULT_ADVICE } from './fault-advice.ts'
import { brief, share } from './load-page/amounts.ts'

/** Codes that one sentence names; the others are in comparison.json. */
const NAMED_CODES = 3
const NAMED_TRANSPORTS = 2
const TRANSPORT_LIMIT = 40
/** Above this share of void points the client deserves a word at the top. */
const MANY_VOID_SHARE = 1 / 3

/**
 * `stamp error p99 0.4 ms (worst of 32 points), busy at most 21 %, …; 30 of 32 points valid, 2 without tails (client-late 2
 * by the client)`, then what to do about the most frequent fault.
 */
export function measurementWords(measurement: Measurement): string {
  return [`${clientWords(measurement)}; ${validityWords(measurement)}`, adviceWords(measurement)]
    .filter((part) => part !== '')
    .join('. ')
}

/** Whether anything speaks against any point. */
export function isFaulty({ faults }: Measurement): boolean {
  return faults.length > 0
}

/** Cells whose client voided so many load points that the reader should know before reading the tables. */
export function spoiltCells(cells: readonly ComparedCell[]): ComparedCell[] {
  return cells.filter(
    ({ measurement }) => measurement !== null && measurement.voidByClient > MANY_VOID_SHARE * measurement.points,
  )
}

/** What follows the name of one of {@link spoiltCells}. */
export function spoiltWords({ points, voidByClient, faults }: Measurement): string {
  const ofClient = faults.filter(({ by, voids }) => by === 'client' && voids === 'all')
  const named = ofClient.slice(0, NAMED_CODES).map((fault) => `${fault.code} ${fault.points}`)
  const why = ofClient[0] ? `: ${FAULT_ADVICE[ofClient[0].code]}` : ''
  return `${voidByClient} of ${counted(points, 'load point')} void (${named.join(', ')})${why}`
}

function clientWords({ client }: Measurement): string {
  if (client === null) return 'not watched'
  const { points, transports, stampErrorP99Ms, stampErrorP50Ms, utilisation, longestStallMs, reusedShare } = client
  const over = transports.slice(0, NAMED_TRANSPORTS).map((name) => clip(name, TRANSPORT_LIMIT))
  const known = [
    ['p99', stampErrorP99Ms],
    ['p50', stampErrorP50Ms],
  ].find(([, value]) => value !== null) as [string, number] | undefined
  const worst = points > 1 ? ` (worst of ${points} points)` : ''
  return [
    known ? `stamp error ${known[0]} ${brief(known[1])} ms${worst}` : `stamp error not known${worst}`,
    `busy at most ${share(utilisation)}`,
    `longest stall ${brief(longestStallMs)} ms`,
    ...(reusedShare === null ? [] : [`connections reused ${share(reusedShare)}`]),
    ...(over.length > 0 ? [`over ${over.join(' and ')}`] : []),
  ].join(', ')
}

function validityWords({ points, void: ofNone, voidInTails, faults }: Measurement): string {
  const of = (voids: PointFaultCount['voids']) => codes(faults.filter((fault) => fault.voids === voids))
  return [
    `${points - ofNone - voidInTails} of ${counted(points, 'point')} valid`,
    ...(ofNone > 0 ? [`${ofNone} void (${of('all')})`] : []),
    ...(voidInTails > 0 ? [`${voidInTails} without tails (${of('tails')})`] : []),
  ].join(', ')
}

const WHOSE: Record<PointFaultCount['by'], string> = {
  client: 'by the client',
  server: 'by the server',
  load: 'by the load',
}

/** `client-busy 3, run-delay 1 by the client; failed-requests 1 by the server`. */
function codes(faults: readonly PointFaultCount[]): string {
  const named = faults.slice(0, NAMED_CODES)
  const rest = faults.length - named.length
  const parties = [...new Set(named.map(({ by }) => by))].map((party) => {
    const own = named.filter(({ by }) => by === party).map(({ code, points }) => `${code} ${points}`)
    return `${own.join(', ')} ${WHOSE[party]}`
  })
  return [...parties, ...(rest > 0 ? [`${rest} more`] : [])].join('; ')
}

/** Faults come ordered: those that void everything first, then by frequency. */
function adviceWords({ faults }: Measurement): string {
  return faults.length > 1 ? `Most often ${advice(faults)}` : advice(faults)
}

function advice([first]: readonly PointFaultCount[]): string {
  return first === undefined ? '' : `${first.code}: ${FAULT_ADVICE[first.code]}`
}
