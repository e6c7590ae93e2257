import { badRequest } from '../api/errors.ts'
import { Fields } from '../api/fields.ts'
import { readTokenId } from '../api/generation-fields.ts'
import { readConversation, renderPrompt } from '../api/prompt.ts'
import { BOS } from '../model/special-tokens.ts'
import { decode, encode, nameOf } from '../model/tokenizer.ts'
import { type Route, readBody, sendJson } from '../serving/exchange.ts'

/** vLLM's routes: a text (`prompt`) or a conversation (`messages`, rendered as the chat route renders it). */
export const tokenizeRoute: Route = {
  method: 'POST',
  path: '/tokenize',
  async answer({ engine, request, response }) {
    const fields = new Fields(await readBody(request))
    let tokens: number[]
    if (fields.raw('messages') !== undefined) {
      tokens = renderPrompt(readConversation(fields, engine).conversation, engine)
    } else {
      const prompt = fields.string('prompt')
      if (prompt === undefined) throw badRequest('prompt or messages is missing', 'prompt')
      const bos = fields.boolean('add_special_tokens') ?? true
      tokens = bos ? [BOS, ...encode(prompt)] : encode(prompt)
    }
    const names = fields.boolean('return_token_strs') ? { token_strs: tokens.map(nameOf) } : {}
    const { contextTokens } = engine.options
    sendJson(response, 200, { count: tokens.length, max_model_len: contextTokens, tokens, ...names })
  },
}

export const detokenizeRoute: Route = {
  method: 'POST',
  path: '/detokenize',
  async answer({ request, response }) {
    const tokens = new Fields(await readBody(request)).list('tokens')
    if (!tokens) throw badRequest('tokens is missing', 'tokens')
    sendJson(response, 200, { prompt: decode(tokens.map((id) => readTokenId(id, 'tokens'))) })
  },
}
