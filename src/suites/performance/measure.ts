import type { Endpoint } from '../../engine/endpoint.ts'
import type { Transport } from '../../engine/http/connection.ts'
import type { Clock, Progress } from '../../ports.ts'
import type { LoadPoint, PointFault } from '../../record/cell-result.ts'
import { executeLoad } from './execute.ts'
import type { LoadRun } from './load/run.ts'
import { splitLoad } from './load/shards/split.ts'
import type { LoadSpec } from './load-spec.ts'
import { answerTimes } from './metrics/answer-times.ts'
import { nearestRank } from './metrics/percentile.ts'
import type { ServerProbe } from './probe.ts'
import type { RawRecordsHeader } from './raw-header.ts'
import { metricsPage } from './server-metrics/metrics-page.ts'
import { serverTruth } from './server-metrics/server-truth.ts'
import { ServerMetricsWatch } from './server-metrics/watch.ts'
import { summarisePoint } from './summarise.ts'
import { clientFaults } from './validity/client-faults.ts'
import { clientRemarks, clientState } from './validity/client-state.ts'
import type { ReferenceStream } from './validity/reference-stream.ts'
import { buildLoad } from './workload/build-load.ts'
import type { BuiltLoad } from './workload/planned.ts'
import type { WordCostMemory } from './workload/word-costs.ts'

/** What all load points of one server have in common. */
export interface LoadSurroundings {
  endpoint: Endpoint
  transport: Transport
  /** What was found out about the server before it was loaded. */
  probe: ServerProbe
  /** A `tokenizer.json` or its folder; null to let the server count. */
  tokenizerFile: string | null
  /** What one load point learns of the engine's tokenizer and the next need not ask again. */
  memory: WordCostMemory
  /** Where the server shows its metrics, when that is not `/metrics`. */
  metricsUrl: string | null
  /** Threads that share the load. */
  threads: number
  /** Tells how late the stamps are while a load runs in this thread; null where there is none. */
  reference: ReferenceStream | null
  /** Which part of the load is this machine's, of how many; null for all of it. */
  hostShare: { host: number; hosts: number } | null
  clock: Clock
  signal: AbortSignal
}

export interface MeasuredPoint {
  point: LoadPoint
  run: LoadRun
  /** What stands before its raw records, if they are kept. */
  header: RawRecordsHeader
  /** The signal came while it ran; the point holds what had ended, and says so. */
  interrupted: boolean
}

/**
 * One load point: prompts, warm-up, measured requests, and everything that speaks for or against the numbers. Throws
 * ConfigurationError for a workload that cannot be made, and the signal's reason when aborted before the clock started.
 */
export async function measureLoadPoint(
  spec: LoadSpec,
  repetition: 1 | 2,
  surroundings: LoadSurroundings,
  progress: Progress,
): Promise<MeasuredPoint> {
  const { endpoint, probe, tokenizerFile, memory, threads, transport, clock, signal } = surroundings
  const built = await buildLoad({ endpoint, spec, probe, tokenizerFile, signal, progress, memory })
  const metrics = await ServerMetricsWatch.find(metricsPage(endpoint, surroundings.metricsUrl ?? undefined), signal)
  let startedAt: string | null = null
  const { run, observation, originMs, interrupted } = await executeLoad({
    ...shareOf(built, spec, surroundings),
    endpoint,
    transport,
    threads,
    reference: surroundings.reference,
    keepAlive: probe.keepAlive,
    seed: spec.seed,
    requestTimeoutMs: spec.requestTimeoutMs,
    clock,
    signal,
    progress,
    onWarm: async () => {
      await metrics?.begin()
      startedAt = clock.date()
    },
  }).catch(async (error: unknown) => {
    await metrics?.stop()
    throw error
  })
  if (!interrupted) await metrics?.end()
  const truth = serverTruth(metrics?.observation() ?? null, run.records, built.templateTokens)
  const remarks = [
    ...unreadMetrics(surroundings, metrics),
    ...built.remarks,
    ...(observation === null ? [] : clientRemarks(observation)),
  ]
  const facts = { threads, transport: transport.name, records: run.records }
  const point = summarisePoint({
    run,
    spec,
    repetition,
    client: observation === null ? null : clientState(observation, facts),
    server: truth.server,
    faults: [
      ...(observation === null ? [] : clientFaults(observation, ttftP50Ms(run))),
      ...serverFaults(truth.faults, surroundings),
    ],
    tokenSource: built.tokenSource,
    templateTokens: built.templateTokens,
    remarks,
  })
  const { tokenSource, templateTokens } = built
  const { url, model } = endpoint
  const origin = { originMs, startedAt, url, model, hostShare: surroundings.hostShare, threads, interrupted }
  return {
    point,
    run,
    header: rawHeader({ point, run, spec, tokenSource, templateTokens, remarks, origin }),
    interrupted,
  }
}

/** A server that fails its first small request is not loaded: the point holds that one failed request. */
export function failedProbePoint(spec: LoadSpec, failure: NonNullable<ServerProbe['failure']>): MeasuredPoint {
  const run: LoadRun = { records: [failure], planned: 1, durationMs: 0, inFlight: [], keepAlive: true }
  const point = summarisePoint({
    run,
    spec,
    repetition: 1,
    client: null,
    server: null,
    faults: [],
    tokenSource: null,
    templateTokens: 0,
    remarks: [],
  })
  const nowhere = { originMs: 0, startedAt: null, url: null, model: null, hostShare: null, threads: 1 }
  const origin = { ...nowhere, interrupted: false }
  const header = rawHeader({ point, run, spec, tokenSource: null, templateTokens: 0, remarks: [], origin })
  return { point, run, header, interrupted: false }
}

/** The server counted what all hosts sent; what that means, only the records of all of them together can tell. */
function serverFaults(faults: readonly PointFault[], { hostShare }: LoadSurroundings): readonly PointFault[] {
  if (hostShare === null || hostShare.hosts === 1) return faults
  return faults.filter(({ code }) => code !== 'foreign-load' && code !== 'cache-contamination')
}

function rawHeader({
  point,
  run,
  spec,
  tokenSource,
  templateTokens,
  remarks,
  origin,
}: {
  point: LoadPoint
  run: LoadRun
  spec: LoadSpec
  tokenSource: BuiltLoad['tokenSource'] | null
  templateTokens: number
  remarks: string[]
  origin: Pick<RawRecordsHeader, 'originMs' | 'startedAt' | 'url' | 'model' | 'hostShare' | 'threads' | 'interrupted'>
}): RawRecordsHeader {
  const { scenario, load, repetition, client, server, invalid: faults } = point
  const { workload, arrival, seed, slo, devices } = spec
  const { planned, keepAlive } = run
  return {
    ...{ scenario, load, repetition: repetition === 1 ? 1 : 2 },
    ...origin,
    ...{ workload, arrival, seed, planned, keepAlive, tokenSource, templateTokens, slo, devices },
    ...{ client, server, faults, remarks },
  }
}

function shareOf(
  { sessions, warmup }: BuiltLoad,
  { arrival, seed }: LoadSpec,
  { hostShare }: LoadSurroundings,
): Pick<BuiltLoad, 'sessions' | 'warmup'> & { arrival: LoadSpec['arrival'] } {
  const whole = { arrival, sessions, warmup }
  if (hostShare === null) return whole
  // A load of fewer streams than hosts leaves some hosts without any.
  return splitLoad(whole, seed, hostShare.hosts)[hostShare.host - 1] ?? { arrival, sessions: [], warmup: [] }
}

/** Of the requests that ended well; what a late stamp weighs depends on it. */
function ttftP50Ms({ records }: LoadRun): number | null {
  const times = records.flatMap((record) => {
    const { firstTokenMs } = answerTimes(record)
    return record.outcome.state === 'ok' && firstTokenMs !== null ? [firstTokenMs - record.writtenMs] : []
  })
  return nearestRank(times, 50)
}

/** Whoever names an address wants its metrics read. */
function unreadMetrics({ metricsUrl }: LoadSurroundings, metrics: ServerMetricsWatch | null): string[] {
  if (metricsUrl === null || metrics !== null) return []
  return [`${metricsUrl} shows no metrics that are known here: nothing is held against the server's own counts`]
}
