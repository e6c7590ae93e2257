import type { RequestRecord } from '../record.ts'

/** What the executor gives for one load point, before anything is judged. */
export interface LoadRun {
  /** One for each measured request that was begun, in the order planned. */
  records: RequestRecord[]
  /** Measured requests in the plan. */
  planned: number
  /** From the start of the measured requests to the end of the last of them. */
  durationMs: number
  /** Requests in flight, looked at about ten times a second from outside the records. */
  inFlight: readonly { atMs: number; requests: number }[]
  /** The server keeps connections open. */
  keepAlive: boolean
}
