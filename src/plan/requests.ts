import type { Arrival } from './load.ts'
import type { Scenario } from './schema.ts'

/** What a session costs in requests, as far as the plan tells. */
export interface RequestCount {
  requests: number
  /** Random arrivals: the number that is expected. */
  expected: boolean
  /** Files whose conversations come on top, or bound the count. */
  files: string[]
}

/**
 * Measured conversations of one load point: a closed loop counts them, an open load has time for them; null where the
 * trace says how many there are.
 */
export function plannedConversations(
  { requestsPerStream, durationSeconds }: Pick<Scenario, 'requestsPerStream' | 'durationSeconds'>,
  arrival: Arrival,
): number | null {
  switch (arrival.kind) {
    case 'closed':
      return arrival.concurrency * requestsPerStream
    case 'open':
      return Math.max(1, Math.round(arrival.requestsPerSecond * durationSeconds))
    case 'ramp':
      return Math.max(1, Math.round(((arrival.fromPerSecond + arrival.toPerSecond) / 2) * durationSeconds))
    case 'trace':
      return null
  }
}

/** Requests of one session: one server start, every load point once, and the first of them again at the end. */
export function sessionRequests(scenarios: readonly Scenario[]): RequestCount {
  const points = scenarios.flatMap((scenario) => scenario.arrivals.map((arrival) => ({ scenario, arrival })))
  const files = scenarios.flatMap(({ workload }) =>
    workload.kind === 'dataset' || workload.kind === 'trace' ? [workload.file] : [],
  )
  return {
    requests: [...points, ...points.slice(0, 1)].reduce(
      (sum, { scenario, arrival }) => sum + pointRequests(scenario, arrival),
      0,
    ),
    expected: points.some(({ arrival }) => arrival.kind !== 'closed'),
    files: [...new Set(files)],
  }
}

/** Measured and warm-up; of a file none but the warm-up, since the file says how many it holds. */
function pointRequests(scenario: Scenario, arrival: Arrival): number {
  const conversations = plannedConversations(scenario, arrival) ?? 0
  return conversations * turnsOf(scenario) + plannedWarmup(scenario, arrival)
}

function turnsOf({ workload }: Scenario): number {
  switch (workload.kind) {
    case 'single':
    case 'shared-prefix':
      return 1
    case 'multi-turn':
    case 'agentic':
      return workload.turns
    case 'dataset':
    case 'trace':
      return 0
  }
}

/** Requests before a load point: every connection of a closed loop is warmed; none where nobody wants it. */
export function plannedWarmup({ warmupRequests }: Pick<Scenario, 'warmupRequests'>, arrival: Arrival): number {
  return warmupRequests > 0 && arrival.kind === 'closed'
    ? Math.max(warmupRequests, arrival.concurrency)
    : warmupRequests
}
