import type { Tool } from '../model/chat-template.ts'
import type { GenerationRequest } from '../model/generation.ts'
import { intend } from '../model/intention.ts'
import { understand } from '../model/reading.ts'
import { EOS } from '../model/special-tokens.ts'
import { argumentsFor, wantedTool } from '../model/tool-use.ts'
import type { Engine } from '../serving/engine.ts'
import { badRequest } from './errors.ts'
import type { Fields } from './fields.ts'
import { type CommonRequest, fitMaxTokens, MAX_TOP_LOGPROBS, readCommon } from './generation-fields.ts'
import type { ToolChoice } from './messages.ts'
import { readConversation, renderPrompt } from './prompt.ts'

export interface ChatRequest {
  common: CommonRequest
  generation: GenerationRequest
  thinking: boolean
  readsTools: boolean
}

/** Throws {@link ApiError}. */
export function readChatRequest(fields: Fields, engine: Engine, ordinal: number): ChatRequest {
  const common = readCommon(fields, engine, ordinal)
  const logprobs = fields.boolean('logprobs') ?? false
  const topLogprobs = fields.integer('top_logprobs', { min: 0, max: MAX_TOP_LOGPROBS })
  if (topLogprobs !== undefined && !logprobs) throw badRequest('top_logprobs needs logprobs: true', 'top_logprobs')
  const { conversation, choice } = readConversation(fields, engine)
  const { tools, thinking } = conversation
  const prompt = renderPrompt(conversation, engine)
  if (common.maxTokens === 0) throw badRequest('max_tokens must be at least 1', 'max_tokens')
  const maxTokens = fitMaxTokens(common.maxTokens, undefined, prompt.length, engine.options.contextTokens)
  return {
    common,
    thinking: thinking.on,
    readsTools: tools.length > 0,
    generation: {
      ...common.generation,
      prompt,
      maxTokens,
      minTokens: Math.min(common.generation.minTokens, maxTokens),
      topLogprobs: logprobs ? (topLogprobs ?? 0) : null,
      forced: forcedTokens(choice, tools, prompt, engine),
    },
  }
}

/** A required or named call is enforced token by token, as a grammar does it in the engines. */
function forcedTokens(choice: ToolChoice, tools: readonly Tool[], prompt: readonly number[], engine: Engine): number[] {
  if (choice.kind === 'none' || choice.kind === 'auto') return []
  const understood = understand(prompt)
  const question = understood.asked.at(-1) ?? ''
  const tool =
    choice.kind === 'named'
      ? tools.find(({ name }) => name === choice.name)!
      : (wantedTool(tools, question) ?? tools[0]!)
  const call = { name: tool.name, arguments: argumentsFor(tool, question) }
  return [...intend({ kind: 'tool-call', call }, understood, engine.options.modelSeed).fixed, EOS]
}
