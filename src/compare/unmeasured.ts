import { logValue, type MeasuredPoint } from './sessions.ts'

/** Sessions of one metric that one side measured and the other did not, by whose doing that is. */
export interface Unmeasured {
  /** Measured on the base; the head failed requests, answered wrongly or gave no value. */
  head: number
  /** The other way round. */
  base: number
}

/**
 * A client that was busy or stood still spoils its own measurement, whatever the server did: nobody's fault. Every other
 * reason is what the server did with the requests. The words are those of the client's health in the performance suite.
 */
export function isClientFault(reason: string): boolean {
  return /^(the )?client\b/i.test(reason)
}

/** `paired`: sessions of equal index stand beside each other; else one session of the other side is enough. */
export function unmeasured(
  metric: string,
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
  metric: string,
  points: readonly MeasuredPoint[],
  others: readonly MeasuredPoint[],
  paired: boolean,
): number {
  const measured = others.filter((point) => logValue(point, metric) !== null)
  const pairs = new Set(measured.map(({ pair }) => pair))
  const stands = (point: MeasuredPoint) => (paired ? pairs.has(point.pair) : pairs.size > 0)
  return points.filter((point) => isServerFault(point, metric) && stands(point)).length
}

function isServerFault(point: MeasuredPoint, metric: string): boolean {
  if (point.invalid.length > 0) return !point.invalid.some(isClientFault)
  return (point.metrics.get(metric)?.value ?? null) === null
}
