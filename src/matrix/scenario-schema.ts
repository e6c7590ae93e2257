import { z } from 'zod'

/** A load scenario of a matrix file: what is sent, when, and what counts as good. Its form; scenario-findings.ts says which fields go together. */

const MOST_INPUT_TOKENS = 1_048_576
const MOST_OUTPUT_TOKENS = 393_216
/** Load points of one scenario. */
export const MAX_LOAD_POINTS = 32
export const LENGTH_LAWS = ['uniform', 'normal', 'lognormal'] as const
/** Keys that choose another workload than unrelated prompts. */
export const WORKLOAD_KEYS = ['shared-prefix', 'conversation', 'agent', 'dataset', 'trace'] as const

export const DEFAULT_REQUESTS_PER_STREAM = 8
const DEFAULT_WARMUP_REQUESTS = 8
export const DEFAULT_DURATION_SECONDS = 60
const DEFAULT_MAX_CONCURRENCY = 1024

const whole = (most: number) => z.number().int().positive().max(most)

/** A number of tokens, or a law that draws it by the seed. */
const lengths = (most: number) =>
  z.union([
    whole(most),
    z
      .strictObject({
        uniform: z.array(whole(most)).min(2).max(2).optional().describe('[least, most], each length as likely.'),
        normal: z
          .strictObject({ mean: whole(most), deviation: z.number().nonnegative().max(1e6), most: whole(most) })
          .optional()
          .describe('Draws are clipped to 1 and to `most`.'),
        lognormal: z
          .strictObject({ median: whole(most), sigma: z.number().nonnegative().max(5), most: whole(most) })
          .optional()
          .describe('`sigma`: standard deviation of the natural logarithm.'),
      })
      .describe('One law; lengths are drawn by the seed, equal on both sides.'),
  ])
const inputTokens = lengths(MOST_INPUT_TOKENS)
const outputTokens = lengths(MOST_OUTPUT_TOKENS)

const rate = z.number().positive().max(100_000)
const turns = z.number().int().min(2).max(1000)
const pause = z.number().nonnegative().max(3600).default(0)
const file = z.string().min(1).max(1024).describe('Path, from where the cell runs.')
const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be the SHA-256 of the file, 64 hexadecimal digits in lower case')
  .describe('Of the file (`sha256sum FILE`): a file that differs is refused.')

const workload = {
  'input-tokens': inputTokens.optional().describe('The whole prompt. Not with `dataset` or `trace`.'),
  'output-tokens': outputTokens.optional().describe('Not with `trace`; with `dataset` in place of its own lengths.'),
  'shared-prefix': z
    .strictObject({ tokens: whole(MOST_INPUT_TOKENS), groups: whole(100_000) })
    .optional()
    .describe('Every prompt begins with the `tokens` of its group; they are part of `input-tokens`.'),
  conversation: z
    .strictObject({
      turns,
      'next-input-tokens': inputTokens.describe('What each later turn adds.'),
      'think-seconds': pause.describe('Mean pause between an answer and the next turn. Default: 0.'),
    })
    .optional()
    .describe('Each turn carries all turns before it. `input-tokens`: the first prompt.'),
  agent: z
    .strictObject({
      turns,
      tools: whole(128),
      'tool-result-tokens': inputTokens.describe('What each later turn brings.'),
      'tool-seconds': pause.describe('Mean time that a tool takes. Default: 0.'),
    })
    .optional()
    .describe('Conversations whose later turns bring the result of a tool call.'),
  dataset: z.strictObject({ file, sha256 }).optional().describe('ShareGPT-like conversations from a file.'),
  trace: z
    .strictObject({
      file,
      sha256,
      speed: z.number().positive().max(1000).default(1).describe('How many times as fast as recorded. Default: 1.'),
    })
    .optional()
    .describe('Mooncake-like JSON lines, replayed at their own times; one load point.'),
}

const arrivals = {
  concurrency: z
    .array(whole(4096))
    .min(1)
    .max(MAX_LOAD_POINTS)
    .optional()
    .describe('Load points, closed loop: so many at any time.'),
  rates: z
    .array(rate)
    .min(1)
    .max(MAX_LOAD_POINTS)
    .optional()
    .describe('Load points, open loop: requests (conversations) that begin each second, whatever the server does.'),
  ramp: z
    .strictObject({ from: rate, to: rate })
    .optional()
    .describe('One load point, open loop: the rate goes linearly from the first to the second.'),
  arrival: z.enum(['poisson', 'gamma', 'constant']).optional().describe('Law of `rates` and `ramp`. Default: poisson.'),
  burstiness: z
    .number()
    .positive()
    .max(1000)
    .optional()
    .describe('Shape of the gamma law: 1 is Poisson, below 1 bursts, above 1 is smoother.'),
  'max-concurrency': whole(4096)
    .default(DEFAULT_MAX_CONCURRENCY)
    .describe(
      `Connections of an open loop that may be open at once; a request that finds none waits, and the point says so. Default: ${DEFAULT_MAX_CONCURRENCY}.`,
    ),
  'duration-seconds': z
    .number()
    .positive()
    .max(86_400)
    .default(DEFAULT_DURATION_SECONDS)
    .describe(`How long requests of \`rates\` and \`ramp\` begin. Default: ${DEFAULT_DURATION_SECONDS}.`),
  'requests-per-stream': whole(10_000)
    .default(DEFAULT_REQUESTS_PER_STREAM)
    .describe(`Measured requests (conversations) per unit of concurrency. Default: ${DEFAULT_REQUESTS_PER_STREAM}.`),
}

export const scenarioSchema = z.strictObject({
  ...workload,
  ...arrivals,
  'warmup-requests': z
    .number()
    .int()
    .nonnegative()
    .max(10_000)
    .default(DEFAULT_WARMUP_REQUESTS)
    .describe(
      `Before each load point, not measured. At least one for each unit of concurrency is sent, so that every connection is warm; 0 sends none. Default: ${DEFAULT_WARMUP_REQUESTS}.`,
    ),
  slo: z
    .strictObject({
      'ttft-ms': z.number().positive().max(1e7).optional(),
      'tpot-ms': z.number().positive().max(1e6).optional(),
      'e2el-ms': z.number().positive().max(1e8).optional(),
    })
    .optional()
    .describe('A request is good, and counts for goodput, where every bound named here holds.'),
})
export type MatrixScenario = z.infer<typeof scenarioSchema>
export type MatrixLengths = z.infer<typeof inputTokens>
