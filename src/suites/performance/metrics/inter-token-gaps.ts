import { carriesTokens } from '../event-classifier.ts'
import type { RequestRecord } from '../record.ts'

/**
 * ITL samples of one answer: the times between consecutive reads that brought tokens. Tokens that came in one read give
 * no sample of their own (neither zeros nor a share of the gap), since when they were made is not known.
 */
export function interTokenGaps(record: RequestRecord): number[] {
  const gaps: number[] = []
  let read = -1
  let atMs = 0
  for (const event of record.events) {
    if (!carriesTokens(event.class) || event.read === read) continue
    if (read >= 0) gaps.push(event.atMs - atMs)
    read = event.read
    atMs = event.atMs
  }
  return gaps
}
