import type { LoadSpec } from './record.ts'

/** One load level as `run` and `load` ask for it. */
export interface LoadLevel extends Omit<LoadSpec, 'requests'> {
  /** Measured requests for each unit of concurrency. */
  requestsPerStream: number
}

/**
 * The requests of a load level. Its warm-up is at least one request for each connection, so that every one of them is
 * warm and the server has seen the level's concurrency before the clock starts; 0 asks for none.
 */
export function loadSpec(level: LoadLevel): LoadSpec {
  const { concurrency } = level
  return {
    scenario: level.scenario,
    concurrency,
    requests: level.requestsPerStream * concurrency,
    warmupRequests: level.warmupRequests === 0 ? 0 : Math.max(level.warmupRequests, concurrency),
    inputTokens: level.inputTokens,
    outputTokens: level.outputTokens,
    seed: level.seed,
    requestTimeoutMs: level.requestTimeoutMs,
  }
}
