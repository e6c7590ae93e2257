import type { Arm, LoadPoint, Metric } from '../record/cell-result.ts'

/** One load point of a plan. */
export interface PointKey {
  scenario: string
  concurrency: number
}

/** What one session measured at one load point. */
export interface MeasuredPoint {
  pair: number
  invalid: readonly string[]
  metrics: ReadonlyMap<string, Metric>
}

/** As many metrics of a point are looked at; a result file may not invent more. */
const MAX_METRICS = 64

/** The sessions that reached this point, one per pair index: of several the last in order counts. */
export function measuredPoints(arm: Arm | null, key: PointKey): MeasuredPoint[] {
  const byPair = new Map<number, MeasuredPoint>()
  const sessions = [...(arm?.sessions ?? [])].sort((left, right) => left.order - right.order)
  for (const session of sessions) {
    const point = session.points.findLast((each) => isAt(each, key))
    if (!point) continue
    const metrics = new Map(point.metrics.map((metric) => [metric.name, metric]))
    byPair.set(session.pair, { pair: session.pair, invalid: point.invalid, metrics })
  }
  return [...byPair.values()]
}

/** Every metric that any of the sessions names, defined as the first of them defines it. */
export function metricsOf(...sides: readonly MeasuredPoint[][]): Metric[] {
  const found = new Map<string, Metric>()
  for (const point of sides.flat()) {
    for (const metric of point.metrics.values()) {
      if (!found.has(metric.name) && found.size < MAX_METRICS) found.set(metric.name, metric)
    }
  }
  return [...found.values()]
}

/** Natural logarithm of a metric in a session; null where it is absent, null, not positive, or the point is invalid. */
export function logValue(point: MeasuredPoint, metric: string): number | null {
  if (point.invalid.length > 0) return null
  const value = point.metrics.get(metric)?.value ?? null
  return value !== null && value > 0 ? Math.log(value) : null
}

/** The logarithms of the sessions that have one. */
export function logValues(points: readonly MeasuredPoint[], metric: string): number[] {
  return points.map((point) => logValue(point, metric)).filter((value) => value !== null)
}

/** Geometric mean from logarithms; null for none. */
export function geometricMean(logs: readonly number[]): number | null {
  if (logs.length === 0) return null
  return Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length)
}

function isAt(point: LoadPoint, key: PointKey): boolean {
  return point.scenario === key.scenario && point.concurrency === key.concurrency
}
