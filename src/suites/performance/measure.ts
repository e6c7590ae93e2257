import type { Endpoint } from '../../engine/endpoint.ts'
import type { Clock, Progress } from '../../ports.ts'
import type { LoadPoint } from '../../record/cell-result.ts'
import { runLoadPoint } from './closed-loop.ts'
import { probeServer, type ServerProbe } from './probe.ts'
import { buildPrompts } from './prompts.ts'
import type { LoadSpec, RequestRecord } from './record.ts'
import { chatBody, type PreparedRequest, prepareRequest } from './request-body.ts'
import { summarisePoint } from './summarise.ts'

export interface MeasureOptions {
  endpoint: Endpoint
  spec: LoadSpec
  clock: Clock
  signal: AbortSignal
  progress: Progress
  /** What an earlier point of the same server found out; probed when absent. */
  probe?: ServerProbe
}

export interface MeasuredPoint {
  point: LoadPoint
  records: RequestRecord[]
  /** How the requests had to differ from the ideal; for a person. */
  remarks: string[]
}

/**
 * One load point from nothing but a server and a specification: probe, prompts, warm-up, measured requests, summary.
 * A server that fails the probe is not loaded: its point holds that one failed request. Only an abort throws.
 */
export async function measureLoadPoint(options: MeasureOptions): Promise<MeasuredPoint> {
  const { endpoint, spec, clock, signal, progress } = options
  const { seed, requestTimeoutMs } = spec
  const probe = options.probe ?? (await probeServer({ endpoint, clock, signal, seed, requestTimeoutMs }))
  if (probe.failure !== null)
    return { point: summarisePoint([probe.failure], spec, 0), records: [probe.failure], remarks: probe.remarks }
  const { prompts, remarks } = await buildPrompts(endpoint, spec, probe, signal, progress)
  const requests = prompts.map((prompt, index) => prepare(endpoint, spec, probe, prompt, index))
  const load = {
    measured: requests.slice(0, spec.requests),
    warmup: requests.slice(spec.requests),
    keepAlive: probe.keepAlive,
  }
  const { records, durationMs, health } = await runLoadPoint({ endpoint, spec, load, clock, signal, progress })
  const point = summarisePoint(records, spec, durationMs, health)
  return { point, records, remarks: [...(options.probe ? [] : probe.remarks), ...remarks] }
}

function prepare(
  endpoint: Endpoint,
  spec: LoadSpec,
  probe: ServerProbe,
  prompt: string,
  index: number,
): PreparedRequest {
  const id = `${spec.scenario}-c${spec.concurrency}-${index}`
  return prepareRequest(endpoint, id, chatBody(endpoint.model, prompt, spec.outputTokens, probe.extensions))
}
