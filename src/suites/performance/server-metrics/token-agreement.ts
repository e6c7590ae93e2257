import type { PointFault } from '../../../record/cell-result.ts'
import type { RequestRecord } from '../record.ts'
import type { BothSides } from './agreement.ts'

/** Counters run a little ahead of the stream or behind it, and engines differ in how they count the end token. */
const TOLERATED_SHARE = 0.01
const TOLERATED_TOKENS = 16
const TOLERATED_REQUESTS = 1

/**
 * Tokens and requests that the server counted against those that were sent. More than was sent: somebody else used the
 * server. Fewer tokens than the answers' own `usage`: one of the two numbers of the server is wrong.
 */
export function tokenAgreement({ counts, records }: BothSides): PointFault | null {
  const { generationTokens, requestsFinished } = counts.values
  const { least, most } = generatedTokens(records)
  if (generationTokens !== undefined && generationTokens > most * (1 + TOLERATED_SHARE) + TOLERATED_TOKENS)
    return foreign(`the server generated ${generationTokens} tokens, of which at most ${most} were asked for here`)
  const mostRequests = records.length * (1 + TOLERATED_SHARE) + TOLERATED_REQUESTS
  if (requestsFinished !== undefined && requestsFinished > mostRequests)
    return foreign(`the server finished ${requestsFinished} requests, of which ${records.length} were sent here`)
  if (generationTokens !== undefined && generationTokens < least * (1 - TOLERATED_SHARE) - TOLERATED_TOKENS)
    return {
      code: 'server-disagrees',
      by: 'server',
      voids: 'all',
      reason: `the server's counter rose by ${generationTokens} generated tokens, but its answers say ${least}`,
    }
  return null
}

function foreign(what: string): PointFault {
  return { code: 'foreign-load', by: 'load', voids: 'all', reason: `${what}: somebody else used the server` }
}

/** A request without usage may have generated nothing or all that was asked for. */
function generatedTokens(records: readonly RequestRecord[]): { least: number; most: number } {
  let least = 0
  let most = 0
  for (const { completionTokens, asked, outcome } of records) {
    // A failed answer may have carried a count before its end.
    if (outcome.state === 'ok') least += completionTokens ?? 0
    most +=
      outcome.state === 'ok'
        ? (completionTokens ?? asked.outputTokens)
        : Math.max(completionTokens ?? 0, asked.outputTokens)
  }
  return { least, most }
}
