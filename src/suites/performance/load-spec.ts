import { type Arrival, loadName, type Slo, type Workload } from '../../plan/load.ts'
import { plannedConversations, plannedWarmup } from '../../plan/requests.ts'
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
    warmupRequests: plannedWarmup(scenario, arrival),
    seed,
    requestTimeoutMs,
    slo: scenario.slo,
    devices,
  }))
}

/** How many sessions a load point measures: as many as are planned, or {@link ALL_SESSIONS} of its trace. */
export function sessionsFor(length: Pick<Scenario, 'requestsPerStream' | 'durationSeconds'>, arrival: Arrival): number {
  return plannedConversations(length, arrival) ?? ALL_SESSIONS
}
