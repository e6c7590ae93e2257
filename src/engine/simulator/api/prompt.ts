import type { Conversation } from '../model/chat-template.ts'
import { renderConversation } from '../model/chat-template.ts'
import { thinkingOf, UnknownEffort } from '../model/effort.ts'
import { BOS } from '../model/special-tokens.ts'
import { encode } from '../model/tokenizer.ts'
import type { Engine } from '../serving/engine.ts'
import { badRequest } from './errors.ts'
import type { Fields } from './fields.ts'
import { readTokenId } from './generation-fields.ts'
import { readMessages, readToolChoice, readTools, type ToolChoice } from './messages.ts'

/** A chat request's conversation, for the chat route and for `/tokenize` alike. */
export function readConversation(fields: Fields, engine: Engine): { conversation: Conversation; choice: ToolChoice } {
  const messages = readMessages(fields)
  const tools = readTools(fields)
  const choice = readToolChoice(fields, tools)
  const template = fields.object('chat_template_kwargs')
  const asked = template?.boolean('thinking') ?? template?.boolean('enable_thinking')
  const effort = template?.raw('reasoning_effort') ?? fields.raw('reasoning_effort')
  if (effort !== undefined && typeof effort !== 'string' && typeof effort !== 'number')
    throw fields.wrong('reasoning_effort', 'must be a word or a number')
  try {
    const thinking = thinkingOf(engine.options.encoding, asked, effort)
    const responseSchema = fields.object('response_format')?.object('json_schema')?.raw('schema') ?? null
    return { conversation: { messages, tools: choice.kind === 'none' ? [] : tools, thinking, responseSchema }, choice }
  } catch (error) {
    if (!(error instanceof UnknownEffort)) throw error
    throw badRequest(`reasoning_effort ${error.message} is unknown to ${engine.options.encoding}`, 'reasoning_effort')
  }
}

export function renderPrompt(conversation: Conversation, engine: Engine): number[] {
  return engine.hooks.prompt(encode(renderConversation(conversation)))
}

/** The prompts of a completion request: text, token ids, or a list of either. Text gets BOS in front. */
export function readPrompts(fields: Fields): number[][] {
  const value = fields.raw('prompt')
  const bos = fields.boolean('add_special_tokens') ?? true
  const one = (prompt: unknown): number[] => {
    if (typeof prompt === 'string') return bos ? [BOS, ...encode(prompt)] : encode(prompt)
    if (Array.isArray(prompt)) return prompt.map((id) => readTokenId(id, 'prompt'))
    throw fields.wrong('prompt', 'must be text, token ids, or a list of these')
  }
  const isList = Array.isArray(value) && (typeof value[0] === 'string' || Array.isArray(value[0]))
  const prompts = isList ? value.map(one) : [one(value)]
  if (prompts.some((prompt) => prompt.length === 0)) throw fields.wrong('prompt', 'must not be empty')
  return prompts
}
