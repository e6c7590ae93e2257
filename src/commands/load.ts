import { availableParallelism } from 'node:os'
import type { Endpoint } from '../engine/endpoint.ts'
import type { NetworkSettings } from '../engine/http/connection.ts'
import { createTransport } from '../engine/http/transport.ts'
import type { Arrival, Slo, Workload } from '../plan/load.ts'
import type { Clock, Progress } from '../ports.ts'
import { LOAD_SCHEMA, type LoadReport } from '../record/load-report.ts'
import type { CompatPeer } from '../record/words.ts'
import { type LoadSpec, loadSpecs } from '../suites/performance/load-spec.ts'
import { probeServer } from '../suites/performance/probe.ts'
import { measureSession } from '../suites/performance/session.ts'
import type { calibrateClient } from '../suites/performance/validity/calibration.ts'
import { TOOL_VERSION } from '../version.ts'
import { busyRemark } from './load/busy-remark.ts'
import { chooseThreads } from './load/choose-threads.ts'
import { addPoint, type LoadResult } from './load/load-result.ts'
import { RawFile } from './load/raw-file.ts'
import { askModel, explainFailure, NoUsableServer } from './load/usable-server.ts'

export type { LoadResult }
export { NoUsableServer }

export interface LoadOptions {
  /** Without `/v1` and a trailing slash. */
  url: string
  /** Null takes the first that the server lists. */
  model: string | null
  headers: Record<string, string>
  network: NetworkSettings | null
  workload: Workload
  /** One load point each. */
  arrivals: readonly Arrival[]
  /** Closed loop: measured conversations for each unit of concurrency. */
  requestsPerStream: number
  /** Open loop and ramp: conversations begin for so long. */
  durationSeconds: number
  warmupPerStream: number
  seed: number
  requestTimeoutMs: number
  slo: Slo | null
  /** Devices of the server. */
  devices: number | null
  tokenizerFile: string | null
  metricsUrl: string | null
  /** `auto`: as many as the rate needs. */
  threads: number | 'auto'
  /** Which part of the load this machine takes, of how many. */
  hostShare: { host: number; hosts: number } | null
  /** Measure the first load point again at the end. */
  repeatFirst: boolean
  compat: readonly CompatPeer[]
  /** Where the raw record of every measured request goes, one line of JSON each. */
  rawFile: string | null
}

export interface LoadSurroundings {
  clock: Clock
  progress: Progress
  signal: AbortSignal
  /** The self-test of the client before the load, which takes seconds; {@link calibrateClient} when absent. */
  calibrate?: typeof calibrateClient
}

/**
 * Measures one load point for each arrival, in the given order. Throws {@link NoUsableServer} when the first small
 * request fails, ConfigurationError when the raw file cannot be written or the workload cannot be made. An abort gives
 * what was measured so far.
 */
export async function runLoad(options: LoadOptions, surroundings: LoadSurroundings): Promise<LoadResult> {
  const { clock, signal, progress } = surroundings
  const report = emptyReport(options, clock.date())
  const result: LoadResult = { report, pictures: [] }
  const remark = (text: string) => {
    if (!report.remarks.includes(text)) report.remarks.push(text)
  }
  const rawFile = options.rawFile === null ? null : await RawFile.start(options.rawFile)
  try {
    const transport = await createTransport(options.url, options.network, clock)
    const endpoint = await usableEndpoint(options, signal)
    report.model = endpoint.model
    const { seed, requestTimeoutMs } = options
    const probe = await probeServer({ endpoint, transport, clock, signal, seed, requestTimeoutMs })
    if (probe.failure !== null) throw new NoUsableServer(explainFailure(options.url, probe.failure))
    for (const text of probe.remarks) remark(text)
    const choice = await chooseThreads(options, availableParallelism(), surroundings)
    report.threads = choice.threads
    report.calibration = choice.calibration
    for (const text of choice.remarks) remark(text)
    const drift = await measureSession({
      ...{ endpoint, transport, probe, clock, signal, threads: choice.threads },
      tokenizerFile: options.tokenizerFile,
      memory: { costs: null },
      metricsUrl: options.metricsUrl,
      hostShare: options.hostShare,
      specs: specsOf(options),
      repeatFirst: options.repeatFirst,
      progressFor: (spec, repetition) => labelled(progress, repetition === 1 ? spec.load : `${spec.load} again`, clock),
      keep: async (measured, spec) => {
        addPoint(result, measured, spec, options.compat)
        const lost = await rawFile?.append(measured)
        if (lost) remark(lost)
      },
    })
    const hosts = options.hostShare?.hosts ?? 1
    const busy = busyRemark(report.points, choice.threads, availableParallelism(), hosts)
    if (busy !== null) remark(busy)
    if (drift !== null) for (const point of report.points) point.invalid.push(drift)
  } catch (error) {
    if (!signal.aborted) throw error
    report.interrupted = true
  }
  return result
}

function emptyReport(options: LoadOptions, startedAt: string): LoadReport {
  return {
    schema: LOAD_SCHEMA,
    toolVersion: TOOL_VERSION,
    startedAt,
    url: options.url,
    model: options.model ?? '',
    seed: options.seed,
    workload: options.workload,
    arrivals: [...options.arrivals],
    slo: options.slo,
    threads: 1,
    calibration: null,
    points: [],
    compat: [],
    remarks: [],
    interrupted: false,
  }
}

async function usableEndpoint(options: LoadOptions, signal: AbortSignal): Promise<Endpoint> {
  const { url, headers, network } = options
  const reach = { url, headers, ...(network === null ? {} : { network }) }
  return { ...reach, model: options.model ?? (await askModel(reach, signal)) }
}

/** Each level has prompts of its own: a cache that the level before filled must not serve the next. */
function specsOf(options: LoadOptions): LoadSpec[] {
  const { workload, arrivals, requestsPerStream, durationSeconds, slo, seed, requestTimeoutMs, devices } = options
  return arrivals.flatMap((arrival) => {
    const streams = arrival.kind === 'closed' ? arrival.concurrency : 1
    const warmupRequests = options.warmupPerStream * streams
    const scenario = {
      ...{ name: 'load', workload, arrivals: [arrival], requestsPerStream, durationSeconds, warmupRequests, slo },
    }
    return loadSpecs(scenario, { seed, requestTimeoutMs, devices })
  })
}

/** Prompts that are soon made are not worth a line. */
const QUIET_PROMPTS_MS = 1000

function labelled(progress: Progress, label: string, clock: Clock): Progress {
  const begunMs = clock.monotonicMs()
  let told = false
  return {
    note: (message) => progress.note(`${label}: ${message}`),
    step(what, done, total, detail) {
      told ||= what !== 'prompts' || clock.monotonicMs() - begunMs >= QUIET_PROMPTS_MS
      if (told) progress.step(`${label}: ${what}`, done, total, detail)
    },
  }
}
