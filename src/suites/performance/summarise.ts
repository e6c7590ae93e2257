import type { LoadPoint } from '../../record/cell-result.ts'
import { type ClientHealth, healthFaults } from './client-health.ts'
import { carriesTokens } from './event-classifier.ts'
import { METRICS } from './metrics/registry.ts'
import type { LoadSpec, RequestRecord } from './record.ts'

/**
 * Any failed request voids its point: what failed is missing from the latencies and left its share of the machine to the
 * others, so what remains looks better than it was.
 */
export const MAX_ERROR_SHARE = 0
/** Prompts this far from the asked length measure another prefill. Template and rounding stay well below. */
export const MAX_PROMPT_DEVIATION = 0.05

/** The metrics of one load point and why they must not be compared, if so. `health` is null when nobody watched. */
export function summarisePoint(
  records: readonly RequestRecord[],
  spec: LoadSpec,
  durationMs: number,
  health: ClientHealth | null = null,
): LoadPoint {
  const succeeded = records.filter((record) => record.outcome.state === 'ok')
  return {
    scenario: spec.scenario,
    concurrency: spec.concurrency,
    planned: spec.requests,
    succeeded: succeeded.length,
    failed: failuresByClass(records),
    durationMs,
    metrics: METRICS.map((metric) => {
      const { name, label, unit, direction, family, role } = metric
      const { value, samples } = metric.derive(succeeded, durationMs)
      const enough = samples >= metric.minimumSamples
      return { name, label, unit, direction, family, role, value: enough ? value : null, samples }
    }),
    invalid: [
      ...requestFaults(records, spec),
      ...tokenFaults(succeeded, spec),
      ...(health === null ? [] : healthFaults(health)),
    ],
    rawRecord: null,
  }
}

function failuresByClass(records: readonly RequestRecord[]): Record<string, number> {
  const failed: Record<string, number> = {}
  for (const { outcome } of records)
    if (outcome.state === 'failed') failed[outcome.error] = (failed[outcome.error] ?? 0) + 1
  return failed
}

function requestFaults(records: readonly RequestRecord[], spec: LoadSpec): string[] {
  const faults: string[] = []
  if (records.length < spec.requests) faults.push(`only ${records.length} of ${spec.requests} requests were sent`)
  const failed = Object.entries(failuresByClass(records))
  const count = failed.reduce((sum, [, requests]) => sum + requests, 0)
  if (count > MAX_ERROR_SHARE * records.length) {
    const classes = failed.map(([error, requests]) => `${requests} × ${error}`).join(', ')
    const example = records.find((record) => record.outcome.state === 'failed')?.outcome
    const detail = example?.state === 'failed' ? `; the first: ${example.detail}` : ''
    faults.push(`${count} of ${records.length} requests failed (${classes})${detail}`)
  }
  return faults
}

function tokenFaults(succeeded: readonly RequestRecord[], spec: LoadSpec): string[] {
  const faults: string[] = []
  const say = (faulty: readonly RequestRecord[], what: string) => {
    if (faulty.length > 0) faults.push(`${what} in ${faulty.length} of ${succeeded.length} answers`)
  }
  say(
    succeeded.filter((record) => !record.events.some((event) => carriesTokens(event.class))),
    'no event carried a token',
  )
  say(
    succeeded.filter((record) => record.completionTokens === null),
    'the server did not count the tokens (no usage)',
  )
  const counted = succeeded.filter((record) => record.completionTokens !== null)
  const wrong = counted.filter((record) => record.completionTokens !== spec.outputTokens)
  say(
    wrong,
    `${range(wrong.map((record) => record.completionTokens!))} completion tokens instead of ${spec.outputTokens}`,
  )
  const off = succeeded.filter(
    ({ promptTokens }) =>
      promptTokens !== null && Math.abs(promptTokens - spec.inputTokens) > MAX_PROMPT_DEVIATION * spec.inputTokens,
  )
  say(off, `${range(off.map((record) => record.promptTokens!))} prompt tokens instead of ${spec.inputTokens}`)
  return faults
}

function range(values: readonly number[]): string {
  const least = values.reduce((left, right) => Math.min(left, right), Number.POSITIVE_INFINITY)
  const most = values.reduce((left, right) => Math.max(left, right), Number.NEGATIVE_INFINITY)
  return least === most ? `${least}` : `${least} to ${most}`
}
