import type { Arm, LoadPoint, Metric, PointFault } from '../record/cell-result.ts'

/** One load point of a plan. */
export interface PointKey {
  scenario: string
  /** Names the level: `c16`, `4 req/s`. */
  load: string
}

/** A metric that has a row; what is only recorded has none. */
export type ComparedMetric = Metric & { role: 'judged' | 'reported' }

/** What one session measured at one load point. */
export interface MeasuredPoint {
  pair: number
  invalid: readonly PointFault[]
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

/** Every metric with a row that any of the sessions names, defined as the first of them defines it. */
export function metricsOf(...sides: readonly MeasuredPoint[][]): ComparedMetric[] {
  const found = new Map<string, Metric>()
  for (const point of sides.flat()) {
    for (const metric of point.metrics.values()) if (!found.has(metric.name)) found.set(metric.name, metric)
  }
  return [...found.values()].filter(isCompared).slice(0, MAX_METRICS)
}

/** What makes the value of this metric not that of the server: a fault may void the tails alone. */
export function voidingFaults({ invalid }: MeasuredPoint, { family }: Pick<Metric, 'family'>): readonly PointFault[] {
  return invalid.filter(({ voids }) => voids === 'all' || family === 'latency-tail')
}

/** Natural logarithm of a metric in a session; null where it is absent, null, not positive, or void. */
export function logValue(point: MeasuredPoint, metric: Pick<Metric, 'name' | 'family'>): number | null {
  if (voidingFaults(point, metric).length > 0) return null
  const value = point.metrics.get(metric.name)?.value ?? null
  return value !== null && value > 0 ? Math.log(value) : null
}

/** The logarithms of the sessions that have one. */
export function logValues(points: readonly MeasuredPoint[], metric: Pick<Metric, 'name' | 'family'>): number[] {
  return points.map((point) => logValue(point, metric)).filter((value) => value !== null)
}

/** Geometric mean from logarithms; null for none. */
export function geometricMean(logs: readonly number[]): number | null {
  if (logs.length === 0) return null
  return Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length)
}

function isCompared(metric: Metric): metric is ComparedMetric {
  return metric.role !== 'recorded'
}

/** The repetition at the end of a session shows drift and is no second measurement. */
function isAt(point: LoadPoint, key: PointKey): boolean {
  return point.scenario === key.scenario && point.load === key.load && point.repetition === 1
}
