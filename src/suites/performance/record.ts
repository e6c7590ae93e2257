/**
 * The raw record of one timed request: everything else (TTFT, TPOT, ITL, rates) is derived from it later, so that any
 * definition can be recomputed. Times are milliseconds on one monotonic clock, relative to the start of the load point.
 */

/** What an event carried, told apart by bytes before any JSON is parsed. */
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

export interface TimedEvent {
  /** Taken in the read callback, before parsing: all events of one read share it. */
  atMs: number
  /** Which read of the connection delivered it; equal ids were coalesced. */
  read: number
  class: EventClass
  /** Tokens in this event where the server tells (token ids, log probabilities), else null. */
  tokens: number | null
}

/** Every request ends in exactly one of these; there is no retry. */
export const REQUEST_ERRORS = [
  'connect',
  'timeout',
  'reset-before-first-byte',
  'reset-after-first-byte',
  'http-status',
  'content-type',
  'error-event',
  'truncated',
  'malformed',
  'wrong-token-count',
] as const
export type RequestError = (typeof REQUEST_ERRORS)[number]

export interface RequestRecord {
  id: string
  /** When it should have been sent, when a connection was free, when the last byte was handed to the socket. */
  intendedMs: number
  dequeuedMs: number
  writtenMs: number
  firstByteMs: number | null
  endMs: number
  events: TimedEvent[]
  promptTokens: number | null
  completionTokens: number | null
  cachedTokens: number | null
  finishReason: string | null
  outcome: { state: 'ok' } | { state: 'failed'; error: RequestError; detail: string }
}

/** One closed-loop load level. */
export interface LoadSpec {
  scenario: string
  concurrency: number
  /** Measured requests; warm-up comes on top. */
  requests: number
  warmupRequests: number
  inputTokens: number
  outputTokens: number
  /** Fixes prompts and their order: both sides of a pair send the same bytes. */
  seed: number
  /** No request may take longer. */
  requestTimeoutMs: number
}
