/** Whether this process could keep up with what it measured, over one load point. */
export interface ClientHealth {
  /** Share of the time in which the event loop was busy, 0 to 1. */
  utilisation: number
  /** Longest time for which a due timer was not served. */
  longestStallMs: number
  /** 99th percentile of how late a timer was. */
  delayP99Ms: number
}

/* The three limits are a first cut: they void what is surely wrong. */

/** Above this reads queue up behind each other and every stamp is late. */
export const MAX_UTILISATION = 0.9
/** One hundredth of the time at least this late: medians of TTFT and ITL are shifted, not only tails. */
export const MAX_DELAY_P99_MS = 50
/** A stopped process, a suspended machine or a blocking call; no scheduler does this to a process by itself. */
export const MAX_STALL_MS = 500

/** Why the numbers of a point are the client's rather than the server's; empty when they are not. */
export function healthFaults(health: ClientHealth): string[] {
  const faults: string[] = []
  if (health.utilisation > MAX_UTILISATION)
    faults.push(`the client was busy ${percent(health.utilisation)} of the time (limit ${percent(MAX_UTILISATION)})`)
  if (health.delayP99Ms > MAX_DELAY_P99_MS)
    faults.push(
      `the client's event loop was ${health.delayP99Ms.toFixed(0)} ms late at p99 (limit ${MAX_DELAY_P99_MS} ms)`,
    )
  if (health.longestStallMs > MAX_STALL_MS)
    faults.push(`the client stood still for ${health.longestStallMs.toFixed(0)} ms (limit ${MAX_STALL_MS} ms)`)
  return faults
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`
}
