import { type Arrival, loadName, type Slo, type Workload } from '../../plan/load.ts'
import type { Scenario } from '../../plan/schema.ts'

/** One load point: what is sent, when, and how much of it. */
export interface LoadSpec {
  scenario: string
  /** Names the level among those of its scenario: `c16`, `4 req/s`. */
  load: string
  arrival: Arrival
  workload: Workload
  /**
   * Measured conversations (of one turn: requests), {@link ALL_SESSIONS} for all that there are; warm-up comes on top. A
   * trace or data set may hold fewer.
   */
  sessions: number
  /** Requests before them, not measured. */
  warmupRequests: number
  /** Fixes prompts, lengths, their order and the arrival times: both sides of a pair send the same bytes. */
  seed: number
  /** No request may take longer. */
  requestTimeoutMs: number
  /** For goodput; null where none was declared. */
  slo: Slo | null
  /** Devices of the server, for throughput per device; null where not known. */
  devices: number | null
}

/** As many sessions as the file holds: more than any file does. */
export const ALL_SESSIONS = Number.MAX_SAFE_INTEGER

/** The load points of a scenario, one for each of its arrivals. */
export function loadSpecs(
  scenario: Scenario,
  { seed, requestTimeoutMs, devices }: Pick<LoadSpec, 'seed' | 'requestTimeoutMs' | 'devices'>,
): LoadSpec[] {
  return scenario.arrivals.map((arrival) => ({
    scenario: scenario.name,
    load: loadName(arrival),
    arrival,
    workload: scenario.workload,
    sessions: sessionsFor(scenario, arrival),
    warmupRequests: warmupFor(scenario.warmupRequests, arrival),
    seed,
    requestTimeoutMs,
    slo: scenario.slo,
    devices,
  }))
}

/** How many sessions a load point measures: a closed loop counts them, an open load has time for them. */
export function sessionsFor(
  { requestsPerStream, durationSeconds }: Pick<Scenario, 'requestsPerStream' | 'durationSeconds'>,
  arrival: Arrival,
): number {
  switch (arrival.kind) {
    case 'closed':
      return requestsPerStream * arrival.concurrency
    case 'open':
      return Math.max(1, Math.round(arrival.requestsPerSecond * durationSeconds))
    case 'ramp':
      return Math.max(1, Math.round(((arrival.fromPerSecond + arrival.toPerSecond) / 2) * durationSeconds))
    case 'trace':
      return ALL_SESSIONS
  }
}

/** Every connection of a closed loop is warmed, at the same concurrency; none where nobody wants it. */
function warmupFor(asked: number, arrival: Arrival): number {
  return asked > 0 && arrival.kind === 'closed' ? Math.max(asked, arrival.concurrency) : asked
}
