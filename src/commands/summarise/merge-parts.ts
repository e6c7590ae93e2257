import type { Slo } from '../../plan/load.ts'
import type { ClientState, LoadPoint, PointFault } from '../../record/cell-result.ts'
import type { PointFaultCode } from '../../record/words.ts'
import type { LoadRun } from '../../suites/performance/load/run.ts'
import type { LoadSpec } from '../../suites/performance/load-spec.ts'
import { agreementFaults } from '../../suites/performance/server-metrics/agreement.ts'
import { summarisePoint } from '../../suites/performance/summarise.ts'
import { TOKEN_SOURCES, type TokenSource } from '../../suites/performance/workload/planned.ts'
import type { Part } from './read-parts.ts'

export interface MergedPoint {
  point: LoadPoint
  run: LoadRun
  spec: LoadSpec
}

/** Hosts that begin further apart than this (of wall clocks that agree to some ms) put no common load on the server. */
export const MAX_START_SPREAD_MS = 1000
/** ... or this share of the load point, for long ones. */
export const MAX_START_SPREAD_SHARE = 0.05

/** What only those saw who were there. All other faults are found again. */
const SEEN_WHILE_MEASURING: readonly PointFaultCode[] = [
  'client-busy',
  'client-stall',
  'client-late',
  'run-delay',
  'steal',
  'throttled',
  'clock-step',
  'littles-law',
  'server-restarted',
  'server-disagrees',
]

/** Derives a load point again, from all shares that there are of it. `parts`: at least one, without contradictions. */
export function mergeParts(
  parts: readonly [Part, ...Part[]],
  given: { slo: Slo | null; devices: number | null },
): MergedPoint {
  const [{ header }] = parts
  const { scenario, load, repetition, arrival, workload, seed } = header
  const run = mergedRun(parts)
  const spec: LoadSpec = {
    ...{ scenario, load, arrival, workload, seed, sessions: run.planned, warmupRequests: 0, requestTimeoutMs: 0 },
    slo: given.slo ?? header.slo,
    devices: given.devices ?? header.devices,
  }
  const templateTokens = Math.max(...parts.map((part) => part.header.templateTokens))
  // Each host read the counters of the whole server; the longest look saw the most of it.
  const server = longest(parts).header.server
  const counted = server === null ? [] : agreementFaults({ counts: server, records: run.records, templateTokens })
  const missing = missingShares(parts)
  const point = summarisePoint({
    ...{ run, spec, templateTokens, server },
    repetition: repetition === 1 ? 1 : 2,
    client: mergedClient(parts),
    faults: [
      ...missing,
      ...apart(parts, run.durationMs),
      ...parts.flatMap((part) => seenBy(part)),
      // Where shares are missing, what their hosts sent looks like somebody else's.
      ...(missing.length > 0 ? [] : counted.filter(({ code }) => !SEEN_WHILE_MEASURING.includes(code))),
    ],
    tokenSource: worstSource(parts.map((part) => part.header.tokenSource)),
    remarks: [...new Set(parts.flatMap((part) => part.header.remarks))],
  })
  if (parts.length === 1) point.rawRecord = parts[0].file
  return { point, run, spec }
}

/** Times count from the moment at which each host's load began; hosts have no common clock finer than that. */
function mergedRun(parts: readonly Part[]): LoadRun {
  return {
    records: parts
      .flatMap(({ records }) => records)
      .sort((left, right) => left.session - right.session || left.turn - right.turn),
    planned: parts.reduce((sum, { header }) => sum + header.planned, 0),
    durationMs: durationMs(longest(parts)),
    inFlight: [],
    keepAlive: parts.every(({ header }) => header.keepAlive),
  }
}

function durationMs({ records }: Part): number {
  return records.reduce((most, { endMs }) => Math.max(most, endMs), 0)
}

function longest(parts: readonly Part[]): Part {
  return parts.reduce((most, part) => (durationMs(part) > durationMs(most) ? part : most))
}

function seenBy({ header: { faults, hostShare } }: Part): PointFault[] {
  const whose = hostShare === null || hostShare.hosts === 1 ? '' : `host ${hostShare.host}: `
  return faults
    .filter(({ code }) => SEEN_WHILE_MEASURING.includes(code))
    .map((fault) => ({ ...fault, reason: `${whose}${fault.reason}` }))
}

function missingShares(parts: readonly Part[]): PointFault[] {
  const hosts = parts[0]?.header.hostShare?.hosts ?? 1
  const there = new Set(parts.map(({ header }) => header.hostShare?.host ?? 1))
  const missing = Array.from({ length: hosts }, (_, index) => index + 1).filter((host) => !there.has(host))
  if (missing.length === 0) return []
  const reason = `the records of host ${missing.slice(0, 8).join(', ')} of ${hosts} are missing: this is a part of the load`
  return [{ code: 'unsent', by: 'load', voids: 'all', reason }]
}

function apart(parts: readonly Part[], duration: number): PointFault[] {
  const begun = parts.flatMap(({ header }) => (header.startedAt === null ? [] : [Date.parse(header.startedAt)]))
  const spreadMs = Math.max(...begun) - Math.min(...begun)
  const limitMs = Math.max(MAX_START_SPREAD_MS, MAX_START_SPREAD_SHARE * duration)
  if (begun.length < 2 || spreadMs <= limitMs) return []
  const reason =
    `the hosts did not begin together, by their clocks: the last ${(spreadMs / 1000).toFixed(1)} s after the first ` +
    `(limit ${(limitMs / 1000).toFixed(1)} s); start them closer, or measure longer`
  return [{ code: 'late-dispatch', by: 'load', voids: 'all', reason }]
}

function worstSource(sources: readonly (TokenSource | null)[]): TokenSource | null {
  const ranks = sources.map((source) => (source === null ? -1 : TOKEN_SOURCES.indexOf(source)))
  return ranks.includes(-1) ? null : (TOKEN_SOURCES[Math.max(...ranks)] ?? null)
}

/** The worst of each number; the threads of all hosts together. */
function mergedClient(parts: readonly Part[]): ClientState | null {
  const clients = parts.flatMap(({ header }) => header.client ?? [])
  const [first, ...others] = clients
  if (first === undefined || clients.length < parts.length) return null
  return others.reduce(
    (all, each) => ({
      threads: Math.min(1024, all.threads + each.threads),
      transport: all.transport === each.transport ? all.transport : `${all.transport}, ${each.transport}`.slice(0, 128),
      utilisation: Math.max(all.utilisation, each.utilisation),
      stampErrorP50Ms: greater(all.stampErrorP50Ms, each.stampErrorP50Ms),
      stampErrorP99Ms: greater(all.stampErrorP99Ms, each.stampErrorP99Ms),
      longestStallMs: Math.max(all.longestStallMs, each.longestStallMs),
      runDelayShare: greater(all.runDelayShare, each.runDelayShare),
      stealShare: greater(all.stealShare, each.stealShare),
      longestCollectionMs: Math.max(all.longestCollectionMs, each.longestCollectionMs),
      dispatchLagP99Ms: greater(all.dispatchLagP99Ms, each.dispatchLagP99Ms),
      reusedShare:
        all.reusedShare === null || each.reusedShare === null ? null : Math.min(all.reusedShare, each.reusedShare),
    }),
    first,
  )
}

/** What one host cannot tell is not known of all. */
function greater(left: number | null, right: number | null): number | null {
  return left === null || right === null ? null : Math.max(left, right)
}
