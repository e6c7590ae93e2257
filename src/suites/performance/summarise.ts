import type { ClientState, LoadPoint, PointFault, ServerCounts } from '../../record/cell-result.ts'
import { cacheContamination } from './faults/cache-contamination.ts'
import { dispatchFaults } from './faults/dispatch-faults.ts'
import { littlesLawFaults } from './faults/littles-law.ts'
import { failuresByClass, requestFaults } from './faults/request-faults.ts'
import { tokenFaults } from './faults/token-faults.ts'
import type { LoadRun } from './load/run.ts'
import type { LoadSpec } from './load-spec.ts'
import { metricPoint } from './metrics/metric-point.ts'
import { METRICS } from './metrics/registry.ts'
import { pointRemarks } from './point-remarks.ts'
import { steadyFaults } from './steady.ts'
import type { TokenSource } from './workload/planned.ts'

export interface PointInput {
  run: LoadRun
  spec: LoadSpec
  /** 2 when the first point of a session is measured again at its end. */
  repetition: 1 | 2
  client: ClientState | null
  server: ServerCounts | null
  /** What others found: the client's validity, the server's own truth. */
  faults: readonly PointFault[]
  /** How the prompts were counted; null where none were made. */
  tokenSource: TokenSource | null
  /** Tokens of the chat template, which any prompt may find in a cache. */
  templateTokens: number
  remarks: readonly string[]
}

/* Maxima of the result schema. */
const MAX_FAULTS = 32
const MAX_REMARKS = 32
const MAX_LINE_CHARACTERS = 2000

/** The metrics of one load point, and every reason why they must not be compared. */
export function summarisePoint(input: PointInput): LoadPoint {
  const { run, spec } = input
  const point = metricPoint(run, spec, input.server)
  const faults = [
    ...requestFaults(run),
    ...tokenFaults(point.answers),
    ...cacheContamination(run.records, input.templateTokens),
    ...dispatchFaults(run, point.answers, spec.arrival),
    ...littlesLawFaults(run),
    ...steadyFaults(point.answers, spec),
    ...input.faults,
  ]
  return {
    scenario: spec.scenario,
    load: spec.load,
    concurrency: spec.arrival.kind === 'closed' ? spec.arrival.concurrency : null,
    repetition: input.repetition,
    planned: run.planned,
    succeeded: point.answers.length,
    failed: failuresByClass(run.records),
    durationMs: run.durationMs,
    metrics: METRICS.map((metric) => {
      const { name, label, unit, direction, family, role } = metric
      const { value, samples } = metric.derive(point)
      const enough = samples >= metric.minimumSamples
      return { name, label, unit, direction, family, role, value: enough ? value : null, samples }
    }),
    invalid: faults.slice(0, MAX_FAULTS).map((fault) => ({ ...fault, reason: cut(fault.reason) })),
    client: input.client,
    server: input.server,
    remarks: [...input.remarks, ...pointRemarks(point, input.tokenSource)].slice(0, MAX_REMARKS).map(cut),
    rawRecord: null,
  }
}

function cut(text: string): string {
  return text.slice(0, MAX_LINE_CHARACTERS)
}
