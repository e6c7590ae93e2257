import type { Answer } from '../model/answer.ts'
import type { Disturbance } from '../model/distribution.ts'
import type { PositionLogprobs } from '../model/generation.ts'
import type { Sampling } from '../model/sampling.ts'

/** What a fault may change, each at one place of the server. All hooks are pure; `ordinal` counts requests from 1. */
export interface Fault {
  name: string
  /** One line for a person: what goes wrong. */
  meaning: string

  /** Lifecycle: whether `/health` is green and requests are taken. */
  ready?(sinceStartMs: number): boolean
  /** Lifecycle: whether the process ends now. */
  dies?(completedRequests: number): boolean
  /** Lifecycle: what happens to a request before the model sees it. */
  refuse?(ordinal: number, body: Record<string, unknown>): Refusal | null

  timing?(timing: RequestTiming): RequestTiming

  /** Rendering: the prompt tokens of a chat. */
  prompt?(tokens: number[]): number[]
  /** What the model means to say; `others` are the answers of the requests that run beside this one. */
  answer?(answer: Answer, others: readonly Answer[], seed: number): Answer
  /** One logit. */
  logit?: Disturbance
  sampling?(sampling: Sampling, ordinal: number): Sampling
  /** Stop strings and stop token ids are never looked for. */
  ignoresStop?: true
  /** Special tokens and tool markup stay in the text. */
  leaksMarkup?: true

  /** Reporting: the log probabilities of one generated token. */
  logprobs?(position: PositionLogprobs): PositionLogprobs
  /** Reporting: null leaves usage out. */
  usage?(usage: Usage): Usage | null
  /** Reporting: a whole response object or stream chunk. */
  object?(json: Record<string, unknown>): Record<string, unknown>
  /** Framing: one event of a stream becomes none or several, or the stream ends here. */
  frame?(frame: Frame): Frame[] | 'end'
}

export type Refusal =
  | { kind: 'reply'; status: number; contentType: string; body: string }
  /** The connection stays open and nothing ever comes. */
  | { kind: 'silence' }

export interface RequestTiming {
  ttftMs: number
  itlMs: number
}

export interface Usage {
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
  prompt_tokens_details: { cached_tokens: number }
  completion_tokens_details?: { reasoning_tokens: number }
}

/** One server-sent event. `tokenIndex` counts the events with tokens from 0 and is -1 for the others. */
export interface Frame {
  kind: 'role' | 'tokens' | 'usage' | 'done'
  tokenIndex: number
  /** The last event with tokens, which has the finish reason. */
  last: boolean
  data: Buffer
}
