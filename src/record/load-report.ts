import type { Arrival, Slo, Workload } from '../plan/load.ts'
import type { LoadPoint } from './cell-result.ts'
import type { CompatPeer } from './words.ts'

/** What `load --json` and `summarise --json` print, and what their table and page are drawn from. */

export const LOAD_SCHEMA = 'crosschip.load/2'

/** One number as a peer would print it, made from our records by the peer's own definition. */
export interface CompatRow {
  /** The peer's own words. */
  name: string
  /** Null where there is nothing to make it of. */
  value: number | null
  unit: string
  /** How its definition differs from ours, and where the record cannot give exactly what the peer would. */
  note: string
}

export interface CompatTable {
  peer: CompatPeer
  load: string
  repetition: number
  rows: CompatRow[]
}

/** What the page draws of one load point: few enough numbers for a browser, whatever the point's size. */
export interface PointPicture {
  load: string
  repetition: number
  /** At most 2,000 requests, evenly picked: when each was written (seconds), TTFT and E2EL (ms); null TTFT when it failed. */
  requests: { atSeconds: number; ttftMs: number | null; e2elMs: number; failed: boolean }[]
  /** Gaps between tokens; bins evenly spaced in the logarithm, `edgesMs` one longer than `counts`. */
  gaps: { edgesMs: number[]; counts: number[] }
}

/** How late this machine's client is beside a known truth, found out before the load. */
export interface ClientCalibration {
  streams: number
  eventsPerSecond: number
  errorP50Ms: number
  errorP99Ms: number
  /** What one thread of this client could take on this machine. */
  capacityEventsPerSecond: number
}

export interface LoadReport {
  schema: typeof LOAD_SCHEMA
  toolVersion: string
  startedAt: string
  /** Null in a summary of records that do not tell. */
  url: string | null
  model: string
  /** Fixes prompts, lengths and arrival times; null in a summary of loads of several seeds. */
  seed: number | null
  /** Null in a summary of several workloads. */
  workload: Workload | null
  arrivals: Arrival[]
  /** What counts as good for goodput; null where none was declared. */
  slo: Slo | null
  threads: number
  calibration: ClientCalibration | null
  /** In the order measured; the first again last where there are several. */
  points: LoadPoint[]
  compat: CompatTable[]
  remarks: string[]
  /** The load was stopped before its last point. */
  interrupted: boolean
}
