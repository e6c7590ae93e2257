import type { PointFault } from '../record/cell-result.ts'
import { type ComparedMetric, logValue, type MeasuredPoint, voidingFaults } from './sessions.ts'

/** Sessions of one metric that one side measured and the other did not, by whose doing that is. */
export interface Unmeasured {
  /** Measured on the base; the head failed requests, answered wrongly or gave no value. */
  head: number
  /** The other way round. */
  base: number
}

/**
 * Only what the server did with the requests counts against it. A client that was busy or stood still spoils its own
 * measurement, and a load that is not what it says (others on the server, prompts of another length) puts another
 * question to the server: nobody's fault, even where requests failed too, since they may have failed for that.
 */
export function isServerFault(faults: readonly PointFault[]): boolean {
  return faults.length > 0 && faults.every(({ by }) => by === 'server')
}

/** `paired`: sessions of equal index stand beside each other; else one session of the other side is enough. */
export function unmeasured(
  metric: ComparedMetric,
  head: readonly MeasuredPoint[],
  base: readonly MeasuredPoint[],
  paired: boolean,
): Unmeasured {
  return {
    head: countFaults(metric, head, base, paired),
    base: countFaults(metric, base, head, paired),
  }
}

function countFaults(
  metric: ComparedMetric,
  points: readonly MeasuredPoint[],
  others: readonly MeasuredPoint[],
  paired: boolean,
): number {
  const measured = others.filter((point) => logValue(point, metric) !== null)
  const pairs = new Set(measured.map(({ pair }) => pair))
  const stands = (point: MeasuredPoint) => (paired ? pairs.has(point.pair) : pairs.size > 0)
  return points.filter((point) => isUnmeasuredByServer(point, metric) && stands(point)).length
}

function isUnmeasuredByServer(point: MeasuredPoint, metric: ComparedMetric): boolean {
  const faults = voidingFaults(point, metric)
  if (faults.length > 0) return isServerFault(faults)
  return (point.metrics.get(metric.name)?.value ?? null) === null
}
