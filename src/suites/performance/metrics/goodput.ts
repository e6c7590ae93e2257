import type { Slo } from '../../../plan/load.ts'
import { timePerOutputToken } from './answer-times.ts'
import { type Answer, type MetricDefinition, type MetricPoint, NOT_DERIVED } from './metric.ts'

/**
 * Goodput (DistServe, OSDI '24): requests per second that ended well within every bound of the SLO that is named. TTFT
 * and E2EL count from when the request should have been sent, so what waited in the client's queue waited; TPOT bounds
 * only requests that have one. Failed requests are not good. Null without an SLO.
 */
export const goodput: MetricDefinition = {
  name: 'goodput',
  label: 'Goodput',
  unit: 'req/s',
  direction: 'higher-is-better',
  family: 'throughput',
  role: 'recorded',
  minimumSamples: 1,
  derive(point) {
    const good = goodRequests(point)
    if (good === null || point.durationMs <= 0) return NOT_DERIVED
    return { value: (1000 * good) / point.durationMs, samples: point.planned }
  },
}

/** Good requests of all that were planned: failed ones and those never sent met no bound. Null without an SLO. */
export const sloAttainment: MetricDefinition = {
  name: 'slo-attainment',
  label: 'SLO attainment',
  unit: '%',
  direction: 'higher-is-better',
  family: 'throughput',
  role: 'recorded',
  minimumSamples: 1,
  derive(point) {
    const good = goodRequests(point)
    if (good === null || point.planned <= 0) return NOT_DERIVED
    return { value: (100 * good) / point.planned, samples: point.planned }
  },
}

function goodRequests({ answers, slo }: MetricPoint): number | null {
  if (slo === null) return null
  return answers.filter((answer) => isGood(answer, slo)).length
}

function isGood({ record, times }: Answer, slo: Slo): boolean {
  if (times.firstTokenMs === null || times.lastTokenMs === null || record.completionTokens === null) return false
  const tpotMs = timePerOutputToken(record, times)
  return (
    within(times.firstTokenMs - record.intendedMs, slo.ttftMs) &&
    within(times.lastTokenMs - record.intendedMs, slo.e2elMs) &&
    (tpotMs === null || within(tpotMs, slo.tpotMs))
  )
}

function within(value: number, bound: number | null): boolean {
  return bound === null || value <= bound
}
