import type { Metric } from '../record/cell-result.ts'
import type { Verdict } from '../record/words.ts'
import { type Estimate, moderatedPaired, moderatedUnpaired, twoSidedP } from '../stats/moderated-t.ts'
import type { BaseSide } from './base-side.ts'
import { effectOf } from './effect.ts'
import { type MetricRule, pairPrior, ruleOf, sessionPrior } from './metric-rules.ts'
import type { PerformanceEvidence } from './schema.ts'
import { geometricMean, logValue, logValues, type MeasuredPoint, type PointKey } from './sessions.ts'
import { counted, percent } from './wording.ts'

/** Fewer say nothing about scatter. */
const FEWEST_PAIRS = 2

/** One metric at one load point, measured but not judged: its p must first be adjusted among all others. */
export type PerformanceDraft =
  | { state: 'settled'; verdict: Verdict; reason: string; evidence: PerformanceEvidence }
  | { state: 'estimated'; estimate: Estimate; evidence: PerformanceEvidence; stored: boolean }

/** Compares the sessions of both sides for one metric, or says why that cannot be done. */
export function draftPerformance(
  key: PointKey,
  metric: Metric,
  head: readonly MeasuredPoint[],
  base: readonly MeasuredPoint[],
  side: BaseSide,
): PerformanceDraft {
  const rule = ruleOf(metric)
  const evidence = emptyEvidence(key, metric, rule)
  evidence.head = geometricMean(logValues(head, metric.name))
  evidence.base = geometricMean(logValues(base, metric.name))
  const settled = (verdict: Verdict, reason: string): PerformanceDraft => ({
    state: 'settled',
    verdict,
    reason,
    evidence,
  })

  const invalid = invalidReasons(head, base)
  if (evidence.head === null && evidence.base === null && invalid.length === 0) {
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

  const measured = side.evidence === 'paired' ? pair(metric, rule, head, base) : unpair(metric, rule, head, base)
  evidence.pairs = measured.pairs
  if (measured.estimate === null) {
    evidence.morePairs = FEWEST_PAIRS - measured.pairs
    return settled(
      'inconclusive',
      `${counted(measured.pairs, 'usable pair')}, ${FEWEST_PAIRS} needed: ${noPairs(invalid)}`,
    )
  }
  const { estimate } = measured
  evidence.base = measured.base
  evidence.head = measured.head
  evidence.effect = effectOf(estimate, 0.95)
  evidence.noise = estimate.standardDeviation
  evidence.p = twoSidedP(estimate)
  return { state: 'estimated', estimate, evidence, stored: side.evidence === 'stored' }
}

interface Measured {
  pairs: number
  base: number | null
  head: number | null
  estimate: Estimate | null
}

function pair(
  metric: Metric,
  rule: MetricRule,
  head: readonly MeasuredPoint[],
  base: readonly MeasuredPoint[],
): Measured {
  const baseByPair = new Map(base.map((point) => [point.pair, logValue(point, metric.name)]))
  const both = head.flatMap((point) => {
    const headLog = logValue(point, metric.name)
    const baseLog = baseByPair.get(point.pair) ?? null
    return headLog === null || baseLog === null ? [] : [{ headLog, baseLog }]
  })
  const differences = both.map(({ headLog, baseLog }) => headLog - baseLog)
  return {
    pairs: both.length,
    base: geometricMean(both.map(({ baseLog }) => baseLog)),
    head: geometricMean(both.map(({ headLog }) => headLog)),
    estimate: both.length < FEWEST_PAIRS ? null : moderatedPaired(differences, pairPrior(rule)),
  }
}

/** Sessions of another day: no pairs, and what lies between the days counts as noise. */
function unpair(
  metric: Metric,
  rule: MetricRule,
  head: readonly MeasuredPoint[],
  base: readonly MeasuredPoint[],
): Measured {
  const headLogs = logValues(head, metric.name)
  const baseLogs = logValues(base, metric.name)
  const pairs = Math.min(headLogs.length, baseLogs.length)
  return {
    pairs,
    base: geometricMean(baseLogs),
    head: geometricMean(headLogs),
    estimate:
      pairs < FEWEST_PAIRS ? null : moderatedUnpaired(baseLogs, headLogs, sessionPrior(rule), rule.betweenRuns ** 2),
  }
}

function emptyEvidence(key: PointKey, metric: Metric, rule: MetricRule): PerformanceEvidence {
  return {
    scenario: key.scenario,
    concurrency: key.concurrency,
    metric: metric.name,
    label: metric.label,
    unit: metric.unit,
    direction: metric.direction,
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

function invalidReasons(head: readonly MeasuredPoint[], base: readonly MeasuredPoint[]): string[] {
  const of = (side: string, points: readonly MeasuredPoint[]) =>
    points.flatMap((point) => point.invalid.map((reason) => `${side} session ${point.pair}: ${reason}`))
  return [...of('head', head), ...of('base', base)]
}

function noPairs(invalid: readonly string[]): string {
  if (invalid.length === 0) return 'too few sessions have a positive value; measure more sessions'
  const more = invalid.length > 2 ? ` and ${invalid.length - 2} more` : ''
  return `invalid measurement: ${invalid.slice(0, 2).join('; ')}${more}`
}

function redefinition(metric: Metric, points: readonly MeasuredPoint[]): string | null {
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
