import { z } from 'zod'

/**
 * The shapes of load: what is sent (workload), when (arrival), and what counts as good (SLO). Part of the plan, and what
 * `load` builds from its command line.
 */

const tokens = z.number().int().positive().max(1_048_576)
const rate = z.number().positive().max(100_000)
const path = z.string().min(1).max(1024)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** Most connections of one client process. */
export const MAX_CONCURRENCY = 4096

/** Most measured conversations of one load point, where no file says how many there are: more would be another kind of test. */
export const MAX_CONVERSATIONS = 1_000_000

const concurrency = z.number().int().positive().max(MAX_CONCURRENCY)

/** How many tokens: always the same, or drawn from a law by the seed. */
export const lengthsSchema = z.discriminatedUnion('law', [
  z.strictObject({ law: z.literal('fixed'), tokens }),
  z.strictObject({ law: z.literal('uniform'), least: tokens, most: tokens }),
  /** `deviation`: standard deviation in tokens; draws are clipped to 1 and to `most`. */
  z.strictObject({
    law: z.literal('normal'),
    mean: tokens,
    deviation: z.number().nonnegative().max(1e6),
    most: tokens,
  }),
  /** `sigma`: standard deviation of the natural logarithm. */
  z.strictObject({ law: z.literal('lognormal'), median: tokens, sigma: z.number().nonnegative().max(5), most: tokens }),
])
export type Lengths = z.infer<typeof lengthsSchema>

const seconds = z.number().nonnegative().max(3600)

/** What is sent. Lengths count the whole prompt by `usage.prompt_tokens`, chat template included, where not said otherwise. */
export const workloadSchema = z.discriminatedUnion('kind', [
  /** Unrelated prompts: nothing for a prefix cache. */
  z.strictObject({ kind: z.literal('single'), input: lengthsSchema, output: lengthsSchema }),
  /** Every prompt begins with the `prefixTokens` of its group; `input` counts prefix and rest together. */
  z.strictObject({
    kind: z.literal('shared-prefix'),
    groups: z.number().int().positive().max(100_000),
    prefixTokens: tokens,
    input: lengthsSchema,
    output: lengthsSchema,
  }),
  /** Conversations: each turn carries all turns before it, with answers written beforehand, so that both sides send the same bytes. */
  z.strictObject({
    kind: z.literal('multi-turn'),
    turns: z.number().int().min(2).max(1000),
    /** Of the first prompt, and of what each later turn adds. */
    input: lengthsSchema,
    nextInput: lengthsSchema,
    output: lengthsSchema,
    /** Mean of the exponential pause between an answer and the next turn. */
    thinkSeconds: seconds,
  }),
  /** Conversations whose later turns bring the result of a tool call instead of a user's words. */
  z.strictObject({
    kind: z.literal('agentic'),
    turns: z.number().int().min(2).max(1000),
    tools: z.number().int().positive().max(128),
    input: lengthsSchema,
    toolResult: lengthsSchema,
    output: lengthsSchema,
    /** Mean of the exponential time that a tool takes. */
    toolSeconds: seconds,
  }),
  /** ShareGPT-like conversations from a file of the user. */
  z.strictObject({
    kind: z.literal('dataset'),
    file: path,
    sha256: sha256.nullable(),
    output: lengthsSchema.nullable(),
  }),
  /** Mooncake-like JSON lines: timestamps (ms), lengths, hashes of shared blocks. */
  z.strictObject({ kind: z.literal('trace'), file: path, sha256: sha256.nullable() }),
])
export type Workload = z.infer<typeof workloadSchema>

export const ARRIVAL_LAWS = ['poisson', 'gamma', 'constant'] as const

const law = {
  law: z.enum(ARRIVAL_LAWS),
  /** Shape of the gamma law: 1 is Poisson, below 1 bursts, above 1 is smoother. Only read by `gamma`. */
  burstiness: z.number().positive().max(1000),
  /** Connections that may be open at once; a request that finds none waits, and the point says so. */
  maxConcurrency: concurrency,
}

/** When conversations begin. Later turns follow their answers. */
export const arrivalSchema = z.discriminatedUnion('kind', [
  /** So many at any time: the next begins when one ends. */
  z.strictObject({ kind: z.literal('closed'), concurrency }),
  /** At their own times, whatever the server does. */
  z.strictObject({ kind: z.literal('open'), requestsPerSecond: rate, ...law }),
  /** The rate rises (or falls) linearly from the first to the last conversation. */
  z.strictObject({ kind: z.literal('ramp'), fromPerSecond: rate, toPerSecond: rate, ...law }),
  /** At the times of the trace, `speed` times as fast. */
  z.strictObject({ kind: z.literal('trace'), speed: z.number().positive().max(1000), maxConcurrency: concurrency }),
])
export type Arrival = z.infer<typeof arrivalSchema>

/** A request is good when every bound that is named holds; a failed request never is. Milliseconds. */
export const sloSchema = z.strictObject({
  ttftMs: z.number().positive().max(1e7).nullable(),
  tpotMs: z.number().positive().max(1e6).nullable(),
  e2elMs: z.number().positive().max(1e8).nullable(),
})
export type Slo = z.infer<typeof sloSchema>

/** Names a level among those of its scenario. */
export function loadName(arrival: Arrival): string {
  switch (arrival.kind) {
    case 'closed':
      return `c${arrival.concurrency}`
    case 'open':
      return `${arrival.requestsPerSecond} req/s${lawName(arrival)}`
    case 'ramp':
      return `${arrival.fromPerSecond}-${arrival.toPerSecond} req/s${lawName(arrival)}`
    case 'trace':
      return `trace x${arrival.speed}`
  }
}

function lawName({ law, burstiness }: { law: (typeof ARRIVAL_LAWS)[number]; burstiness: number }): string {
  if (law === 'poisson') return ''
  return law === 'constant' ? ' constant' : ` gamma ${burstiness}`
}
