import type { EventLog } from './event-log.ts'

/**
 * The raw record of one timed request: everything else (TTFT, TPOT, ITL, rates) is derived from it later, so that any
 * definition can be recomputed. Times are milliseconds on one monotonic clock, relative to the start of the load point.
 */

/** What an event carried, told apart by bytes before any JSON is parsed. The order is that of the codes in the log. */
export const EVENT_CLASSES = [
  'role',
  'reasoning',
  'answer',
  'tool',
  'finish',
  'usage',
  'done',
  'error',
  'other',
] as const
export type EventClass = (typeof EVENT_CLASSES)[number]

/** Every request ends in exactly one of these; there is no retry. */
export const REQUEST_ERRORS = [
  'connect',
  'timeout',
  'reset-before-first-byte',
  'reset-after-first-byte',
  'http-status',
  'redirect',
  'content-type',
  'content-encoding',
  'error-event',
  'truncated',
  'malformed',
  'too-long',
  'wrong-token-count',
] as const
export type RequestError = (typeof REQUEST_ERRORS)[number]

/** What the server itself says of one request, in the body of the answer; null for what it does not say. */
export interface ServerTimes {
  /** vLLM `metrics.time_to_first_token_ms`; llama.cpp `timings.prompt_ms`. */
  ttftMs: number | null
  /** Time in the server's queue. */
  queueMs: number | null
  /** From the first to the last token. */
  generationMs: number | null
  /** Speculative decoding: drafts made, tokens drafted, tokens accepted. */
  drafts: number | null
  draftTokens: number | null
  acceptedTokens: number | null
}

export interface RequestRecord {
  id: string
  /** Conversation and turn within it; single requests are conversations of one turn. */
  session: number
  turn: number
  /** When it should have been sent, when a connection was free, when the last byte was handed to the socket. */
  intendedMs: number
  dequeuedMs: number
  writtenMs: number
  firstByteMs: number | null
  endMs: number
  /** False when a connection had to be made for it; that took `connectMs`, which lies before `dequeuedMs`. */
  reused: boolean
  connectMs: number
  /** What was asked for. `cachedTokens`: of the prompt, what the scenario lets a prefix cache serve. Null: not known. */
  asked: { inputTokens: number | null; outputTokens: number; cachedTokens: number }
  events: EventLog
  promptTokens: number | null
  completionTokens: number | null
  cachedTokens: number | null
  reasoningTokens: number | null
  finishReason: string | null
  server: ServerTimes | null
  outcome: { state: 'ok' } | { state: 'failed'; error: RequestError; detail: string }
}
