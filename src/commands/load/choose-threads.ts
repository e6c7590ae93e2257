import type { Arrival, Lengths, Workload } from '../../plan/load.ts'
import type { Clock } from '../../ports.ts'
import type { ClientCalibration } from '../../record/load-report.ts'
import { calibrateClient } from '../../suites/performance/validity/calibration.ts'
import { hostsRemark, shardsFor } from '../../suites/performance/validity/shards.ts'
import type { LoadOptions } from '../load.ts'

/** What a stream of a fast server brings; slower ones need less of the client. */
const EVENTS_PER_STREAM_AND_SECOND = 50
/** An answer of an open load is taken to last this long, for the streams that are open at once. */
const ASSUMED_ANSWER_SECONDS = 10
const OUTPUT_TOKENS_OF_A_FILE = 256
/** A trace is read only when its prompts are made: it is taken to bring so many requests a second. */
const REQUESTS_PER_SECOND_OF_A_TRACE = 10

interface ThreadSurroundings {
  clock: Clock
  signal: AbortSignal
  calibrate?: typeof calibrateClient
}

export interface ThreadChoice {
  threads: number
  calibration: ClientCalibration | null
  remarks: string[]
}

/** The self-test of this machine's client, and how many threads its share of the load takes by it. */
export async function chooseThreads(
  { arrivals, workload, threads, hostShare }: Pick<LoadOptions, 'arrivals' | 'workload' | 'threads' | 'hostShare'>,
  cores: number,
  { clock, signal, calibrate = calibrateClient }: ThreadSurroundings,
): Promise<ThreadChoice> {
  const expected = arrivals.map((arrival) => expectedLoad(arrival, workload))
  const hosts = hostShare?.hosts ?? 1
  const streams = Math.ceil(Math.max(...expected.map((each) => each.streams)) / hosts)
  const eventsPerSecond = Math.max(...expected.map((each) => each.eventsPerSecond)) / hosts
  const found = await calibrate({ streams, eventsPerSecond, clock, signal })
  if (found.state === 'failed') {
    const remark = `the client could not be calibrated: ${found.reason}`
    return { threads: threads === 'auto' ? 1 : threads, calibration: null, remarks: [remark] }
  }
  const calibration: ClientCalibration = {
    streams: found.streams,
    eventsPerSecond: found.eventsPerSecond,
    errorP50Ms: found.errorP50Ms,
    errorP99Ms: found.errorP99Ms,
    capacityEventsPerSecond: found.capacityEventsPerSecond,
  }
  if (threads !== 'auto') return { threads, calibration, remarks: [] }
  const plan = shardsFor(eventsPerSecond, found.capacityEventsPerSecond, cores)
  const remark = hostsRemark(plan.state === 'fits' ? plan : { ...plan, hosts: hosts * plan.hosts })
  return { threads: plan.shards, calibration, remarks: remark === null ? [] : [remark] }
}

interface ExpectedLoad {
  streams: number
  eventsPerSecond: number
}

function expectedLoad(arrival: Arrival, workload: Workload): ExpectedLoad {
  switch (arrival.kind) {
    case 'closed':
      return { streams: arrival.concurrency, eventsPerSecond: arrival.concurrency * EVENTS_PER_STREAM_AND_SECOND }
    case 'open':
      return expectedOpen(arrival.requestsPerSecond, arrival.maxConcurrency, workload)
    case 'ramp':
      return expectedOpen(Math.max(arrival.fromPerSecond, arrival.toPerSecond), arrival.maxConcurrency, workload)
    case 'trace':
      return expectedOpen(REQUESTS_PER_SECOND_OF_A_TRACE * arrival.speed, arrival.maxConcurrency, workload)
  }
}

/** `conversationsPerSecond`: each goes on for all of its turns. */
function expectedOpen(conversationsPerSecond: number, maxConcurrency: number, workload: Workload): ExpectedLoad {
  const turns = workload.kind === 'multi-turn' || workload.kind === 'agentic' ? workload.turns : 1
  const output = workload.kind === 'trace' || workload.kind === 'dataset' ? null : workload.output
  const requestsPerSecond = conversationsPerSecond * turns
  const streams = Math.min(maxConcurrency, Math.max(1, Math.ceil(requestsPerSecond * ASSUMED_ANSWER_SECONDS)))
  return { streams, eventsPerSecond: requestsPerSecond * typicalTokens(output) }
}

function typicalTokens(output: Lengths | null): number {
  switch (output?.law) {
    case undefined:
      return OUTPUT_TOKENS_OF_A_FILE
    case 'fixed':
      return output.tokens
    case 'uniform':
      return (output.least + output.most) / 2
    case 'normal':
      return output.mean
    case 'lognormal':
      return output.median
  }
}
