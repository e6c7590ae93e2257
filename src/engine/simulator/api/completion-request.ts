import type { GenerationRequest } from '../model/generation.ts'
import type { Engine } from '../serving/engine.ts'
import { badRequest } from './errors.ts'
import type { Fields } from './fields.ts'
import { type CommonRequest, fitMaxTokens, MAX_TOP_LOGPROBS, readCommon } from './generation-fields.ts'
import { readPrompts } from './prompt.ts'

export interface CompletionRequest {
  common: CommonRequest
  echo: boolean
  /** One for each prompt. */
  generations: GenerationRequest[]
}

/** OpenAI's default for completions. */
const DEFAULT_MAX_TOKENS = 16
const MAX_PROMPTS = 256

/** Throws {@link ApiError}. */
export function readCompletionRequest(fields: Fields, engine: Engine, ordinal: number): CompletionRequest {
  const common = readCommon(fields, engine, ordinal)
  const echo = fields.boolean('echo') ?? false
  const topLogprobs = fields.integer('logprobs', { min: 0, max: MAX_TOP_LOGPROBS }) ?? null
  const prompts = readPrompts(fields)
  if (prompts.length > MAX_PROMPTS) throw badRequest(`prompt must have at most ${MAX_PROMPTS} entries`, 'prompt')
  if (common.maxTokens === 0 && !echo) throw badRequest('max_tokens must be at least 1 without echo', 'max_tokens')
  const generations = prompts.map((prompt, index) => {
    const context = engine.options.contextTokens
    const maxTokens = fitMaxTokens(common.maxTokens, DEFAULT_MAX_TOKENS, prompt.length, context)
    const { sampling, minTokens } = common.generation
    return {
      ...common.generation,
      prompt,
      maxTokens,
      minTokens: Math.min(minTokens, maxTokens),
      topLogprobs,
      // Equal prompts of one list are sampled apart.
      sampling: { ...sampling, seed: sampling.seed + index },
      forced: [],
    }
  })
  return { common, echo, generations }
}
