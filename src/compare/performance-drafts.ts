import type { Metric } from '../record/cell-result.ts'
import { JUDGED_VERDICTS, type Verdict } from '../record/words.ts'
import type { BaseSide } from './base-side.ts'
import { type MetricRule, ruleOf } from './metric-rules.ts'
import type { PerformanceEvidence } from './schema.ts'
import {
  type ComparedMetric,
  geometricMean,
  logValue,
  logValues,
  type MeasuredPoint,
  type PointKey,
  voidingFaults,
} from './sessions.ts'
import { unmeasured } from './unmeasured.ts'
import { counted, percent } from './wording.ts'

/** Fewer say nothing about scatter. */
export const FEWEST_PAIRS = 2

/** Logarithms of what the sessions measured: differences of pairs, or both sides for themselves. */
export type Observations =
  | { kind: 'pairs'; differences: readonly number[] }
  | { kind: 'apart'; base: readonly number[]; head: readonly number[] }

/** What is decided without a test, since there is nothing to test. */
export interface SettledDraft {
  state: 'settled'
  verdict: Verdict
  reason: string
  evidence: PerformanceEvidence
}

/** One metric at one load point, measured but not tested. */
export interface MeasuredDraft {
  state: 'measured'
  observations: Observations
  rule: MetricRule
  evidence: PerformanceEvidence
  /** Sessions that the head spoiled though enough others remain; empty for none. */
  leftOut: string
}

/** Compares the sessions of both sides for one metric, or says why that cannot be done. */
export function draftPerformance(
  key: PointKey,
  metric: ComparedMetric,
  head: readonly MeasuredPoint[],
  base: readonly MeasuredPoint[],
  side: BaseSide,
): SettledDraft | MeasuredDraft {
  const rule = ruleOf(metric)
  const evidence = emptyEvidence(key, metric, rule)
  evidence.head = geometricMean(logValues(head, metric))
  evidence.base = geometricMean(logValues(base, metric))
  // A secondary metric is never judged, so it can be neither inconclusive nor broken.
  const settled = (verdict: Verdict, reason: string): SettledDraft => ({
    state: 'settled',
    verdict: JUDGED_VERDICTS.includes(verdict) && metric.role === 'reported' ? 'skipped' : verdict,
    reason,
    evidence,
  })

  const invalid = invalidReasons(metric, head, base)
  if (
    evidence.head === null &&
    evidence.base === null &&
    [head, base].every((points) => lacksSamples(metric, points))
  ) {
    return settled('skipped', `${metric.label} has no value on either side: too few samples for it`)
  }
  if (side.evidence === 'none') {
    if (evidence.head === null) return settled('inconclusive', noPairs(invalid))
    return settled('new', 'nothing to compare with: neither a base side nor a stored baseline')
  }
  if (side.incomparable !== null) return settled('not-comparable', `not the same on both sides: ${side.incomparable}`)
  const redefined = redefinition(metric, [...head, ...base])
  if (redefined !== null) return settled('not-comparable', redefined)
  if (base.length === 0) return settled('not-comparable', 'the base was not measured at this load point')

  const measured = side.evidence === 'paired' ? pair(metric, head, base) : unpair(metric, head, base)
  evidence.pairs = measured.pairs
  const faults = unmeasured(metric, head, base, side.evidence === 'paired')
  if (faults.head > faults.base && (measured.pairs < FEWEST_PAIRS || faults.head > measured.pairs)) {
    return settled('broken', notMeasured(metric, faults.head, invalidReasons(metric, head, [])))
  }
  if (measured.pairs < FEWEST_PAIRS) {
    evidence.morePairs = FEWEST_PAIRS - measured.pairs
    return settled(
      'inconclusive',
      `${counted(measured.pairs, 'usable pair')}, ${FEWEST_PAIRS} needed: ${noPairs(invalid)}`,
    )
  }
  evidence.base = measured.base
  evidence.head = measured.head
  const leftOut = faults.head > 0 ? notMeasured(metric, faults.head, invalidReasons(metric, head, [])) : ''
  return { state: 'measured', observations: measured.observations, rule, evidence, leftOut }
}

interface Measured {
  pairs: number
  base: number | null
  head: number | null
  observations: Observations
}

function pair(metric: ComparedMetric, head: readonly MeasuredPoint[], base: readonly MeasuredPoint[]): Measured {
  const baseByPair = new Map(base.map((point) => [point.pair, logValue(point, metric)]))
  const both = head.flatMap((point) => {
    const headLog = logValue(point, metric)
    const baseLog = baseByPair.get(point.pair) ?? null
    return headLog === null || baseLog === null ? [] : [{ headLog, baseLog }]
  })
  return {
    pairs: both.length,
    base: geometricMean(both.map(({ baseLog }) => baseLog)),
    head: geometricMean(both.map(({ headLog }) => headLog)),
    observations: { kind: 'pairs', differences: both.map(({ headLog, baseLog }) => headLog - baseLog) },
  }
}

/** Sessions of another day: no pairs, and what lies between the days counts as noise. */
function unpair(metric: ComparedMetric, head: readonly MeasuredPoint[], base: readonly MeasuredPoint[]): Measured {
  const headLogs = logValues(head, metric)
  const baseLogs = logValues(base, metric)
  return {
    pairs: Math.min(headLogs.length, baseLogs.length),
    base: geometricMean(baseLogs),
    head: geometricMean(headLogs),
    observations: { kind: 'apart', base: baseLogs, head: headLogs },
  }
}

/** No value though nothing voids it: in one session of a side that is the shape of the load, whatever voids the others. */
function lacksSamples(metric: ComparedMetric, points: readonly MeasuredPoint[]): boolean {
  return points.length === 0 || points.some((point) => voidingFaults(point, metric).length === 0)
}

function emptyEvidence(key: PointKey, metric: ComparedMetric, rule: MetricRule): PerformanceEvidence {
  return {
    scenario: key.scenario,
    load: key.load,
    metric: metric.name,
    label: metric.label,
    unit: metric.unit,
    direction: metric.direction,
    role: metric.role,
    base: null,
    head: null,
    effect: null,
    noise: null,
    floor: rule.floor,
    pairs: 0,
    p: null,
    adjustedP: null,
    morePairs: null,
  }
}

function invalidReasons(
  metric: ComparedMetric,
  head: readonly MeasuredPoint[],
  base: readonly MeasuredPoint[],
): string[] {
  const of = (side: string, points: readonly MeasuredPoint[]) =>
    points.flatMap((point) =>
      voidingFaults(point, metric).map(({ reason }) => `${side} session ${point.pair}: ${reason}`),
    )
  return [...of('head', head), ...of('base', base)]
}

function notMeasured(metric: ComparedMetric, sessions: number, invalid: readonly string[]): string {
  const why = invalid.length === 0 ? `${metric.label} has no value there` : noPairs(invalid)
  return `measured on the base, not on the head in ${counted(sessions, 'session')}: ${why}`
}

function noPairs(invalid: readonly string[]): string {
  if (invalid.length === 0) return 'too few sessions have a positive value; measure more sessions'
  const more = invalid.length > 2 ? ` and ${invalid.length - 2} more` : ''
  return `invalid measurement: ${invalid.slice(0, 2).join('; ')}${more}`
}

function redefinition(metric: ComparedMetric, points: readonly MeasuredPoint[]): string | null {
  const other = points
    .map((point) => point.metrics.get(metric.name))
    .find(
      (each) =>
        each !== undefined &&
        (each.unit !== metric.unit || each.direction !== metric.direction || each.family !== metric.family),
    )
  if (!other) return null
  return `${metric.label} is defined differently on the two sides: ${define(metric)} and ${define(other)}`
}

function define({ unit, direction, family, name }: Metric): string {
  return `${unit}, ${direction}, ${family} (floor ${percent(ruleOf({ name, family }).floor)})`
}
