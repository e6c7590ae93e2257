import type { GenerationRequest } from '../model/generation.ts'
import { VOCABULARY_SIZE } from '../model/vocabulary.ts'
import type { Engine } from '../serving/engine.ts'
import { ApiError, badRequest } from './errors.ts'
import type { Fields } from './fields.ts'

/** What chat and completion requests have in common, but for the prompt. */
export interface CommonRequest {
  generation: Omit<GenerationRequest, 'prompt' | 'maxTokens' | 'topLogprobs' | 'forced'>
  /** Undefined: as many as the context holds. */
  maxTokens: number | undefined
  stream: { includeUsage: boolean; continuousUsage: boolean } | null
  /** Of the prompt tokens: null for none, else how many of the most probable ones. */
  promptLogprobs: number | null
  returnTokenIds: boolean
  tokensAsIds: boolean
  /** vLLM: the server's own times in the answer. */
  includeMetrics: boolean
}

export const MAX_TOP_LOGPROBS = 20
const MAX_STOPS = 4

export function readCommon(fields: Fields, engine: Engine, ordinal: number): CommonRequest {
  const model = fields.string('model')
  if (model !== undefined && model !== engine.options.model)
    throw new ApiError(404, `The model \`${model}\` does not exist.`, 'model')
  const stream = fields.boolean('stream') ?? false
  const streamOptions = fields.object('stream_options')
  if (streamOptions && !stream) throw badRequest('stream_options needs stream: true', 'stream_options')
  const promptLogprobs = fields.integer('prompt_logprobs', { min: 0, max: MAX_TOP_LOGPROBS }) ?? null
  if (promptLogprobs !== null && stream)
    throw badRequest('prompt_logprobs are not available when stream is true', 'prompt_logprobs')
  if ((fields.integer('n', { min: 1 }) ?? 1) !== 1) throw badRequest('n must be 1 on this server', 'n')
  const sampling = {
    temperature: fields.number('temperature', { min: 0 }) ?? 1,
    topP: fields.number('top_p', { above: 0, max: 1 }) ?? 1,
    topK: Math.max(0, fields.integer('top_k', { min: -1 }) ?? 0),
    minP: fields.number('min_p', { min: 0, max: 1 }) ?? 0,
    seed: fields.integer('seed', {}) ?? engine.seedFor(ordinal),
  }
  // Checked as the engines check them; the toy model has no use for them.
  for (const penalty of ['presence_penalty', 'frequency_penalty']) fields.number(penalty, { min: -2, max: 2 })
  const stopTokenIds = (fields.list('stop_token_ids') ?? []).map((id) => readTokenId(id, 'stop_token_ids'))
  const ignoresStop = engine.hooks.ignoresStop
  return {
    generation: {
      sampling: engine.hooks.sampling(sampling, ordinal),
      minTokens: fields.integer('min_tokens', { min: 0 }) ?? 0,
      ignoreEos: fields.boolean('ignore_eos') ?? false,
      stop: ignoresStop ? [] : readStop(fields),
      stopTokenIds: ignoresStop ? [] : stopTokenIds,
      includeStop: fields.boolean('include_stop_str_in_output') ?? false,
      showSpecialTokens: engine.hooks.leaksMarkup || fields.boolean('skip_special_tokens') === false,
    },
    maxTokens: fields.integer('max_completion_tokens', { min: 0 }) ?? fields.integer('max_tokens', { min: 0 }),
    stream: stream
      ? {
          includeUsage: streamOptions?.boolean('include_usage') ?? false,
          continuousUsage: streamOptions?.boolean('continuous_usage_stats') ?? false,
        }
      : null,
    promptLogprobs,
    returnTokenIds: fields.boolean('return_token_ids') ?? false,
    tokensAsIds: fields.boolean('return_tokens_as_token_ids') ?? false,
    includeMetrics: fields.boolean('include_metrics') ?? false,
  }
}

/** The output length that fits. Throws 400 when prompt and wish are longer than the context. */
export function fitMaxTokens(
  asked: number | undefined,
  fallback: number | undefined,
  prompt: number,
  context: number,
): number {
  const room = context - prompt
  const wish = asked ?? Math.min(fallback ?? room, room)
  if (room < Math.max(1, wish))
    throw badRequest(
      `This model's maximum context length is ${context} tokens. However, you requested ${wish} output tokens and your ` +
        `prompt contains ${prompt} tokens. Please reduce the length of the prompt or of the output.`,
      'max_tokens',
    )
  return wish
}

export function readTokenId(value: unknown, parameter: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value >= VOCABULARY_SIZE)
    throw badRequest(`${parameter} holds ${JSON.stringify(value)}, which is no token id of this model`, parameter)
  return value
}

function readStop(fields: Fields): string[] {
  const value = fields.raw('stop')
  if (value === undefined) return []
  const stops = typeof value === 'string' ? [value] : value
  if (!Array.isArray(stops) || stops.some((stop) => typeof stop !== 'string' || stop === ''))
    throw fields.wrong('stop', 'must be a string or a list of strings, none empty')
  if (stops.length > MAX_STOPS) throw fields.wrong('stop', `must have at most ${MAX_STOPS} strings`)
  return stops as string[]
}
