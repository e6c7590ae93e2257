import type { RequestRecord } from '../record.ts'

/** What the executor gives for one load point, before anything is judged. */
export interface LoadRun {
  /** One for each measured request that was begun and ended, in the order planned. */
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

/** Thrown when the signal stops a load whose clock had started. Its cause is the signal's reason. */
export class LoadInterrupted extends Error {
  override readonly name = 'LoadInterrupted'
  /** What had ended until then; requests that were under way have no record. */
  readonly run: LoadRun

  constructor(reason: unknown, run: LoadRun) {
    super(reason instanceof Error ? reason.message : String(reason), { cause: reason })
    this.run = run
  }
}
