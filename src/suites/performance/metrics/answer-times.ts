import { carriesTokens } from '../event-classifier.ts'
import type { RequestRecord } from '../record.ts'

/** What one walk over the events of an answer finds; times as in the record. */
export interface AnswerTimes {
  /** The first event, whatever it carries. */
  firstEventMs: number | null
  /** The first and the last event with tokens, reasoning and tool calls included. */
  firstTokenMs: number | null
  lastTokenMs: number | null
  /** The first event of the answer itself, after any reasoning. */
  firstAnswerMs: number | null
  /** Tokens in the read of the first token, where the server tells them; else null. */
  tokensInFirstRead: number | null
  /** Longest time between consecutive reads with tokens; null for fewer than two. */
  longestGapMs: number | null
  /** Events with tokens, and those of them that shared their read with another. */
  tokenEvents: number
  coalescedTokenEvents: number
  /** Every event with tokens says how many it holds. */
  tokensTold: boolean
  /** Reads with tokens. */
  chunks: number
}

/** Makes no object for an event: an answer may have a million. */
export function answerTimes({ events }: RequestRecord): AnswerTimes {
  let firstTokenMs: number | null = null
  let lastTokenMs: number | null = null
  let firstAnswerMs: number | null = null
  let longestGapMs: number | null = null
  let tokensInFirstRead: number | null = 0
  let tokenEvents = 0
  let coalesced = 0
  let tokensTold = true
  let chunks = 0
  let read = -1
  let inRead = 0
  const count = events.length
  for (let index = 0; index < count; index++) {
    const eventClass = events.classAt(index)
    if (!carriesTokens(eventClass)) continue
    const atMs = events.atMs(index)
    const tokens = events.tokens(index)
    tokenEvents++
    if (tokens === null) tokensTold = false
    if (firstAnswerMs === null && eventClass === 'answer') firstAnswerMs = atMs
    if (events.read(index) === read) {
      inRead++
      coalesced += inRead === 2 ? 2 : 1
    } else {
      if (lastTokenMs !== null) {
        const gapMs: number = atMs - lastTokenMs
        if (longestGapMs === null || gapMs > longestGapMs) longestGapMs = gapMs
      }
      chunks++
      inRead = 1
      read = events.read(index)
    }
    firstTokenMs ??= atMs
    lastTokenMs = atMs
    if (chunks === 1)
      tokensInFirstRead = tokensInFirstRead === null || tokens === null ? null : tokensInFirstRead + tokens
  }
  return {
    firstEventMs: count > 0 ? events.atMs(0) : null,
    firstTokenMs,
    lastTokenMs,
    firstAnswerMs,
    tokensInFirstRead: tokenEvents > 0 ? tokensInFirstRead : null,
    longestGapMs,
    tokenEvents,
    coalescedTokenEvents: coalesced,
    tokensTold: tokensTold && tokenEvents > 0,
    chunks,
  }
}

/**
 * Time per output token of one request: (tLastToken − tFirstToken) / (tokens − tokensInFirstRead), where `tokens` is the
 * server's `usage.completion_tokens`, and the tokens that came with the first one are 1 where the server does not tell
 * them for each event. Null where nothing came after the first read, or the server did not count.
 */
export function timePerOutputToken({ completionTokens }: RequestRecord, times: AnswerTimes): number | null {
  if (completionTokens === null || times.firstTokenMs === null || times.lastTokenMs === null) return null
  const later = completionTokens - Math.max(1, times.tokensInFirstRead ?? 1)
  return later > 0 ? (times.lastTokenMs - times.firstTokenMs) / later : null
}
