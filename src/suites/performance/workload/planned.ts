import type { PreparedRequest } from '../../../engine/http/connection.ts'

/** One request of a load point, ready to be written: nothing is built while the clock runs. */
export interface PlannedRequest {
  request: PreparedRequest
  session: number
  turn: number
  /** Pause between the end of the turn before and this one; 0 for the first. */
  thinkMs: number
  /** `inputTokens` null where nothing could count them. `cachedTokens`: what of the prompt a prefix cache may serve. */
  asked: { inputTokens: number | null; outputTokens: number; cachedTokens: number }
}

/** Turns that follow each other; most have one. */
export interface PlannedSession {
  /** When the trace has it begin, milliseconds from the first; null where the arrival law decides. */
  atMs: number | null
  requests: readonly PlannedRequest[]
}

/** How the tokens of a prompt were counted, best first. */
export const TOKEN_SOURCES = ['tokenizer-file', 'server', 'calibrated', 'assumed'] as const
export type TokenSource = (typeof TOKEN_SOURCES)[number]

export interface BuiltLoad {
  warmup: readonly PlannedRequest[]
  sessions: readonly PlannedSession[]
  tokenSource: TokenSource
  /** Tokens that the chat template puts around one message; any prompt may find these in a cache. */
  templateTokens: number
  /** For a person: what had to differ from the ideal. */
  remarks: string[]
}
