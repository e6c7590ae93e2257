import { carriesTokens } from '../event-classifier.ts'
import type { RequestRecord } from '../record.ts'

/** When the first and the last event with tokens came; null for an answer without any. */
export function tokenSpan(record: RequestRecord): { firstMs: number; lastMs: number } | null {
  const first = [...record.events].find((event) => carriesTokens(event.class))
  const last = [...record.events].findLast((event) => carriesTokens(event.class))
  return first && last ? { firstMs: first.atMs, lastMs: last.atMs } : null
}

/** TTFT of one request: from its last byte written to the read that brought its first token, whatever kind. */
export function timeToFirstToken(record: RequestRecord): number | null {
  const span = tokenSpan(record)
  return span ? span.firstMs - record.writtenMs : null
}

/** All values that are not null. */
export function present(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null)
}
