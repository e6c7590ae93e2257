import type { Phase } from './phase.ts'

/** More at once may overflow the queue of a server that is slow to accept. */
export const CONNECTING_AT_ONCE = 128

/** Who sends when: it owns the connections and takes a phase through its sessions. */
export interface LoadShape {
  /**
   * Connecting is not part of any answer, so it is done before the clock starts; again after the warm-up, for what the
   * server has closed. What fails here is tried again, and recorded, by its request.
   */
  connect(timeoutMs: number): Promise<void>
  /** Sends the warm-up over the connections that the measured requests will use. */
  warm(phase: Phase): Promise<void>
  /** Ends when every session has, or when the phase was halted and what was under way has ended. */
  run(phase: Phase): Promise<void>
  /** Ends what is under way, and every connection. Idempotent. */
  close(): void
}
