import type { ServerCounts } from '../../../record/cell-result.ts'
import type { LoadSpec } from '../load-spec.ts'
import type { RequestRecord } from '../record.ts'
import { answerTimes } from './answer-times.ts'
import type { MetricPoint } from './metric.ts'

/** Walks the events of every request that ended well once, for all metrics. */
export function metricPoint(
  run: { records: readonly RequestRecord[]; planned: number; durationMs: number },
  { slo, devices }: Pick<LoadSpec, 'slo' | 'devices'>,
  server: ServerCounts | null,
): MetricPoint {
  return {
    answers: run.records
      .filter((record) => record.outcome.state === 'ok')
      .map((record) => ({ record, times: answerTimes(record) })),
    planned: run.planned,
    durationMs: run.durationMs,
    slo,
    devices,
    server,
  }
}
