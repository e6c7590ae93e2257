import type { EventClass } from '../../../../src/suites/performance/record.ts'

/** An answer put together in the form of one server, with what must be recorded of it. Values are invented. */
export interface ServedStream {
  name: string
  /** `class` null: bytes that are no event. `tokens` as the log must hold them. */
  events: { text: string; class: EventClass | null; tokens: number | null }[]
  facts: {
    promptTokens: number | null
    completionTokens: number | null
    cachedTokens: number | null
    reasoningTokens: number | null
    finishReason: string | null
  }
}

const event = (value: object | string, name: EventClass | null, tokens: number | null = null) => ({
  text: `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`,
  class: name,
  tokens,
})
const DONE = event('[DONE]', 'done')

const vllmChunk = (delta: object | null, completion: number | null, finish: string | null = null) => ({
  id: 'chatcmpl-5d1e',
  object: 'chat.completion.chunk',
  created: 1790000001,
  model: 'example',
  choices: delta === null ? [] : [{ index: 0, delta, logprobs: null, finish_reason: finish, token_ids: null }],
  ...(completion === null
    ? {}
    : {
        usage: {
          prompt_tokens: 21,
          total_tokens: 21 + completion,
          completion_tokens: completion,
          prompt_tokens_details: { cached_tokens: 16 },
        },
      }),
})

/** Continuous usage; several tokens an event (speculative decoding); half a character without text; texts with escapes. */
const vllm: ServedStream = {
  name: 'vLLM with continuous usage',
  events: [
    event(vllmChunk({ role: 'assistant', content: '' }, 0), 'role'),
    event(vllmChunk({ reasoning: 'Let' }, 1), 'reasoning', 1),
    event(vllmChunk({ reasoning: ' us' }, 2), 'reasoning', 1),
    event(vllmChunk({ reasoning: ' "see"\n' }, 5), 'reasoning', 3),
    event(vllmChunk({ content: 'é' }, 6), 'answer', 1),
    event(vllmChunk({ content: '' }, 7), 'other'),
    event(vllmChunk({ content: '🙂' }, 8), 'answer', 2),
    event(vllmChunk({ content: ' \\ {"a":1}' }, 9), 'answer', 1),
    event(vllmChunk({ content: ' b' }, 10), 'answer', 1),
    event(vllmChunk({ content: ' c' }, 13), 'answer', 3),
    event(vllmChunk({ content: '' }, 14, 'length'), 'finish'),
    event(vllmChunk(null, 14), 'usage'),
    DONE,
  ],
  facts: { promptTokens: 21, completionTokens: 14, cachedTokens: 16, reasoningTokens: null, finishReason: 'length' },
}

const sglangChunk = (delta: object, finish: string | null = null, usage: object | null = null) => ({
  id: '8c0f',
  object: 'chat.completion.chunk',
  created: 1790000002,
  model: 'example',
  choices: [
    {
      index: 0,
      delta: { role: null, content: null, reasoning_content: null, tool_calls: null, ...delta },
      logprobs: null,
      finish_reason: finish,
      matched_stop: finish === null ? null : 1,
    },
  ],
  usage,
})

/** Every key in every delta; usage at the end only; the server's comments between events. */
const sglang: ServedStream = {
  name: 'SGLang',
  events: [
    event(sglangChunk({ role: 'assistant', content: '' }), 'role'),
    event(sglangChunk({ reasoning_content: 'Hm' }), 'reasoning'),
    event(sglangChunk({ reasoning_content: ', so' }), 'reasoning'),
    { text: ': keep-alive\n\n', class: null, tokens: null },
    event(sglangChunk({ content: 'The' }), 'answer'),
    event(sglangChunk({ content: ' answer\tis' }), 'answer'),
    event(sglangChunk({ content: ' "42"' }), 'answer'),
    event(sglangChunk({}, 'stop'), 'finish'),
    event(
      {
        ...sglangChunk({}),
        choices: [],
        usage: {
          prompt_tokens: 9,
          total_tokens: 19,
          completion_tokens: 10,
          completion_tokens_details: { reasoning_tokens: 4 },
        },
      },
      'usage',
    ),
    DONE,
  ],
  facts: { promptTokens: 9, completionTokens: 10, cachedTokens: null, reasoningTokens: 4, finishReason: 'stop' },
}

const llamaChunk = (delta: object, finish: string | null = null, created = 1790000003) => ({
  choices: [{ finish_reason: finish, index: 0, delta }],
  created,
  id: 'chatcmpl-Qz7',
  model: 'example.gguf',
  system_fingerprint: 'b1-0000000',
  object: 'chat.completion.chunk',
})

/** Keys in another order, a date that goes on, times of its own; a tool call; an event of several lines. */
const llama: ServedStream = {
  name: 'llama.cpp',
  events: [
    event(llamaChunk({ role: 'assistant', content: null }), 'role'),
    event(llamaChunk({ content: 'Once' }), 'answer'),
    event(llamaChunk({ content: ' upon' }), 'answer'),
    event(llamaChunk({ content: ' a' }, null, 1790000004), 'answer'),
    event(llamaChunk({ content: ' time' }, null, 1790000004), 'answer'),
    event(
      llamaChunk({ tool_calls: [{ index: 0, id: 'x', type: 'function', function: { name: 'f', arguments: '{' } }] }),
      'tool',
    ),
    event(llamaChunk({ tool_calls: [{ index: 0, function: { arguments: '"a":"[DONE]"}' } }] }), 'tool'),
    {
      text: `event: message\nid: 7\n${JSON.stringify(llamaChunk({ content: 'x' }), null, 1).replace(/^/gm, 'data: ')}\n\n`,
      class: 'answer',
      tokens: null,
    },
    event(llamaChunk({}, 'tool_calls'), 'finish'),
    event(
      {
        ...llamaChunk({}),
        choices: [],
        usage: { completion_tokens: 11, prompt_tokens: 5, total_tokens: 16 },
        timings: { cache_n: 0, prompt_n: 5, prompt_ms: 12.5, predicted_n: 11, predicted_ms: 80.25 },
      },
      'usage',
    ),
    DONE,
  ],
  facts: {
    promptTokens: 5,
    completionTokens: 11,
    cachedTokens: 0,
    reasoningTokens: null,
    finishReason: 'tool_calls',
  },
}

/** No usage of its own at the end: the counts of the last event with tokens stand. A byte order mark, no spaces. */
const bare: ServedStream = {
  name: 'a server that ends without usage',
  events: [
    { text: `\ufeffdata:${JSON.stringify(vllmChunk({ content: 'a' }, 1))}\n\n`, class: 'answer', tokens: 1 },
    { text: `data:${JSON.stringify(vllmChunk({ content: 'b' }, 2))}\n\n`, class: 'answer', tokens: 1 },
    event(vllmChunk({ content: '' }, 3), 'other'),
    { text: `data:${JSON.stringify(vllmChunk({ content: 'cd' }, 5))}\n\n`, class: 'answer', tokens: 3 },
    event(vllmChunk({}, null, 'stop'), 'finish'),
    DONE,
  ],
  facts: { promptTokens: 21, completionTokens: 5, cachedTokens: 16, reasoningTokens: null, finishReason: 'stop' },
}

export const SERVED_STREAMS = [vllm, sglang, llama, bare]
