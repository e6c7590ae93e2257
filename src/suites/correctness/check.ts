import type { CheckResult, Evidence, Item, Judgement } from '../../record/cell-result.ts'
import type { Encoding } from '../../record/words.ts'

/**
 * What a correctness check is: a pure plan (seed to requests) and a pure judge (responses to a verdict with evidence).
 * The driver sends, bounds and orders; a check never touches the network. Adding one is one file and one line in
 * `registry.ts`.
 */

/** Things a server may or may not be able to do; probed once before any check runs. */
export const CAPABILITIES = [
  'chat',
  'completions',
  'streaming',
  'include-usage',
  'chat-logprobs',
  'completion-logprobs',
  'token-ids',
  'token-id-prompts',
  'prompt-logprobs',
  'echo',
  'tokenize',
  'seed',
  'cached-tokens',
  'metrics',
  /** Takes `chat_template_kwargs`, the way V4 servers are asked for non-thinking mode. */
  'template-kwargs',
] as const
export type Capability = (typeof CAPABILITIES)[number]
export type Capabilities = Record<Capability, boolean>

export interface CheckContext {
  seed: number
  model: string
  encoding: Encoding
  /** Number of generated arithmetic items. */
  arithmeticItems: number
  capabilities: Capabilities
}

/** One HTTP request, as data. `id` is unique within the check and stable for a seed. */
export interface CheckRequest {
  id: string
  method: 'GET' | 'POST'
  path: string
  /** Sent as JSON. */
  body?: Record<string, unknown>
  /** Read the answer as server-sent events. */
  stream?: boolean
  /** Leave the connection once this many events have come. */
  abortAfterEvents?: number
}

/** What came back, as data. Every planned request has exactly one. */
export type CheckResponse =
  | {
      state: 'answered'
      request: CheckRequest
      status: number
      contentType: string
      text: string
      json: unknown
      durationMs: number
    }
  | {
      state: 'streamed'
      request: CheckRequest
      status: number
      contentType: string
      /** The bytes as they came, one entry per read, for checks of the framing itself. */
      reads: Uint8Array[]
      /** The `data:` payloads in order, `[DONE]` included. */
      events: string[]
      done: boolean
      durationMs: number
    }
  | { state: 'aborted'; request: CheckRequest; events: string[]; durationMs: number }
  | { state: 'failed'; request: CheckRequest; error: string; durationMs: number }

export interface Verdict {
  judgement: Judgement
  evidence?: Evidence[]
  measures?: Record<string, number>
  exact?: Record<string, number>
  items?: Item[]
}

export interface Check {
  id: string
  title: string
  /** Without all of these it is `not-exercised`. */
  needs: readonly Capability[]
  /** Without at least one of these it is `not-exercised` as well. */
  needsOneOf?: readonly Capability[]
  /** Checks that must have passed first; otherwise this one is `blocked`. */
  after: readonly string[]
  /** Most requests in flight at once; default 8. X1 wants many, a repeat test wants 1. */
  concurrency?: number
  plan(context: CheckContext): CheckRequest[]
  /** A second round made from the first one's answers, for example re-scoring what was generated. */
  followUp?(context: CheckContext, responses: CheckResponse[]): CheckRequest[]
  /** Sees the responses of both rounds, in the order planned. */
  judge(context: CheckContext, responses: CheckResponse[]): Verdict
}

/** The result of a check that was never sent. */
export function unsent(check: Check, judgement: Judgement): CheckResult {
  return {
    id: check.id,
    title: check.title,
    judgement,
    requests: 0,
    evidence: [],
    measures: {},
    exact: {},
    items: null,
  }
}
