import type { Arrival, Slo, Workload } from '../../plan/load.ts'

/** One load point: what is sent, when, and how much of it. */
export interface LoadSpec {
  scenario: string
  /** Names the level among those of its scenario: `c16`, `4 req/s`. */
  load: string
  arrival: Arrival
  workload: Workload
  /** Measured conversations (of one turn: requests); warm-up comes on top. A trace or data set may hold fewer. */
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
