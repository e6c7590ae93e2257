import { describe, expect, it } from 'vitest'
import { ask, assemble, CHAT, COMPLETIONS, type Json, post, start, stream } from './client.ts'

const user = (content: string) => ({ messages: [{ role: 'user', content }], temperature: 0 })
const thinking = { chat_template_kwargs: { thinking: true, reasoning_effort: 'low' } }
const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
}

describe('chat', () => {
  it('answers in the documented shape', async () => {
    const simulator = await start({ model: 'v4-flash' })
    const json = await ask(simulator, 'What is 6 * 7?', { model: 'v4-flash' })
    expect(json).toMatchObject({
      object: 'chat.completion',
      model: 'v4-flash',
      choices: [
        { index: 0, message: { role: 'assistant', content: '6 * 7 = 42\n\nAnswer: 42' }, finish_reason: 'stop' },
      ],
    })
    expect(json.id).toMatch(/^chatcmpl-/)
    expect((await ask(simulator, 'What is 6 * 7?')).id).not.toBe(json.id)
  })

  it('says the same streamed and not, for answers, reasoning and tool calls', async () => {
    const simulator = await start()
    const bodies = [
      user('Tell me something.'),
      { ...user('Repeat exactly: 你好 龘 🙂 <b>'), logprobs: true, top_logprobs: 3 },
      { ...user('What is 12 * 12?'), ...thinking },
      { ...user('What is the weather in Paris?'), ...thinking, tools: [weather] },
      { ...user('Tell me something.'), max_tokens: 20, stop: ['e'] },
      { ...user('Tell me something.'), temperature: 1, seed: 5 },
    ]
    for (const body of bodies) {
      const { json } = await post(simulator, CHAT, body)
      const { message, logprobs, finish_reason } = json.choices[0]
      const streamed = await stream(simulator, CHAT, { ...body, stream_options: { include_usage: true } })
      const together = assemble(streamed.chunks)
      expect(together.content).toBe(message.content ?? '')
      expect(together.reasoning).toBe(message.reasoning ?? '')
      expect(together.toolCalls.map((call: Json) => [call.name, call.arguments])).toEqual(
        (message.tool_calls ?? []).map((call: Json) => [call.function.name, call.function.arguments]),
      )
      expect(together.finish).toBe(finish_reason)
      expect(together.logprobs).toEqual(logprobs?.content ?? [])
      expect(together.usage.completion_tokens).toBe(json.usage.completion_tokens)
      expect(streamed.done).toBe(true)
    }
  })

  it('streams one role chunk first, a chunk for each token, usage on its own, then [DONE]', async () => {
    const simulator = await start()
    const body = { ...user('Tell me something.'), max_tokens: 12, stream_options: { include_usage: true } }
    const { chunks, data } = await stream(simulator, CHAT, body)
    expect(chunks.length).toBe(14)
    expect(chunks[0].choices[0].delta).toEqual({ role: 'assistant', content: '' })
    expect(chunks.slice(1).some((chunk) => chunk.choices[0]?.delta.role)).toBe(false)
    expect(chunks[12].choices[0].finish_reason).toBe('length')
    expect(chunks[13]).toMatchObject({ choices: [], usage: { completion_tokens: 12 } })
    expect(Buffer.from(data.at(-1)!).toString()).toBe('[DONE]')
    expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1)
  })

  it('counts up in every chunk when continuous usage is asked for', async () => {
    const simulator = await start({ timing: { itlMs: 3 } })
    const options = { include_usage: true, continuous_usage_stats: true }
    const { chunks } = await stream(simulator, CHAT, { ...user('Hi'), max_tokens: 5, stream_options: options })
    const counts = chunks.slice(1).map((chunk) => chunk.usage.completion_tokens)
    expect(counts.at(-1)).toBe(5)
    expect([...counts].sort()).toEqual(counts)
  })

  it('counts tokens as ids, log probabilities and /tokenize do', async () => {
    const simulator = await start()
    for (const body of [user('Say something.'), { ...user('Is 91 prime?'), ...thinking }]) {
      const { json } = await post(simulator, CHAT, { ...body, logprobs: true, return_token_ids: true })
      const { usage, choices, prompt_token_ids } = json
      expect(usage.completion_tokens).toBe(choices[0].token_ids.length)
      expect(usage.completion_tokens).toBe(choices[0].logprobs.content.length)
      expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens)
      expect(usage.prompt_tokens).toBe(prompt_token_ids.length)
      const tokenized = await post(simulator, '/tokenize', body)
      expect(tokenized.json.tokens).toEqual(prompt_token_ids)
      const text = await post(simulator, '/detokenize', { tokens: prompt_token_ids })
      expect(text.json.prompt).toMatch(/^<｜begin▁of▁sentence｜>.*<｜Assistant｜><\/?think>$/)
      expect(usage.completion_tokens_details.reasoning_tokens > 0).toBe('reasoning' in choices[0].message)
    }
  })

  it('puts reasoning into the field that is asked for, and its end mark nowhere', async () => {
    const older = await start({ reasoningField: 'reasoning_content' })
    const { message } = (await ask(older, 'What is 2 + 2?', thinking)).choices[0]
    expect(message.reasoning_content).toContain('2 + 2 = 4')
    expect(message.reasoning).toBeUndefined()
    expect(message.content).toBe('2 + 2 = 4\n\nAnswer: 4')
    const cut = (await ask(older, 'What is 2 + 2?', { ...thinking, max_tokens: 5 })).choices[0]
    expect(cut).toMatchObject({ message: { content: null }, finish_reason: 'length' })
  })

  it('honours tool_choice', async () => {
    const simulator = await start()
    const other = { type: 'function', function: { name: 'send_mail', parameters: {} } }
    const tools = { tools: [weather, other] }
    const choiceOf = async (text: string, rest: object) =>
      (await ask(simulator, text, { ...tools, ...rest })).choices[0]
    const auto = await choiceOf('What is the weather in Paris?', {})
    expect(auto.finish_reason).toBe('tool_calls')
    expect(auto.message.content).toBeNull()
    expect(JSON.parse(auto.message.tool_calls[0].function.arguments)).toEqual({ city: 'Paris' })
    expect(
      (await choiceOf('What is the weather in Paris?', { tool_choice: 'none' })).message.tool_calls,
    ).toBeUndefined()
    expect((await choiceOf('Tell me a story.', {})).message.tool_calls).toBeUndefined()
    const required = await choiceOf('Tell me a story.', { tool_choice: 'required' })
    expect(required.message.tool_calls[0].function.name).toBe('get_weather')
    const named = { tool_choice: { type: 'function', function: { name: 'send_mail' } } }
    expect((await choiceOf('What is the weather?', named)).message.tool_calls[0].function).toEqual({
      name: 'send_mail',
      arguments: '{}',
    })
  })

  it('repeats a seed, also among others, and answers anew without one', async () => {
    const simulator = await start()
    const text = async (rest: object) =>
      (await ask(simulator, 'Make up words.', { temperature: 1, max_tokens: 24, ...rest })).choices[0].message.content
    const seeded = await Promise.all(Array.from({ length: 6 }, () => text({ seed: 7 })))
    expect(new Set(seeded).size).toBe(1)
    const free = await Promise.all(Array.from({ length: 32 }, () => text({})))
    expect(new Set(free).size).toBe(32)
  })
})

describe('completions', () => {
  it('takes text, token ids and lists of both', async () => {
    const simulator = await start()
    const { json } = await post(simulator, '/tokenize', { prompt: 'Once upon a time' })
    const body = { max_tokens: 8, temperature: 0 }
    const text = await post(simulator, COMPLETIONS, { ...body, prompt: 'Once upon a time' })
    const ids = await post(simulator, COMPLETIONS, { ...body, prompt: json.tokens })
    expect(ids.json.choices[0].text).toBe(text.json.choices[0].text)
    expect(ids.json.usage).toMatchObject({ prompt_tokens: json.count, completion_tokens: 8 })
    const list = await post(simulator, COMPLETIONS, { ...body, prompt: ['Once upon a time', 'Other'] })
    expect(list.json.choices.map((choice: Json) => choice.index)).toEqual([0, 1])
    expect(list.json.choices[0].text).toBe(text.json.choices[0].text)
    expect(list.json.usage.completion_tokens).toBe(16)
    const lists = await post(simulator, COMPLETIONS, { ...body, prompt: [json.tokens, [1, 2]] })
    expect(lists.json.choices[0].text).toBe(text.json.choices[0].text)
  })

  it('scores a prompt alike by echo and by prompt_logprobs, and as decode did', async () => {
    const simulator = await start({ phaseScatter: 0.01 })
    const body = {
      prompt: 'The capital of France is',
      max_tokens: 32,
      temperature: 0,
      logprobs: 3,
      return_token_ids: true,
    }
    const generated = (await post(simulator, COMPLETIONS, body)).json.choices[0]
    const prompt = [...generated.prompt_token_ids, ...generated.token_ids]
    const scoring = { prompt, temperature: 0, logprobs: 3, prompt_logprobs: 3 }
    const echoed = (await post(simulator, COMPLETIONS, { ...scoring, max_tokens: 0, echo: true })).json.choices[0]
    expect(echoed.logprobs.token_logprobs.length).toBe(prompt.length)
    expect(echoed.logprobs.token_logprobs[0]).toBeNull()
    expect(echoed.prompt_logprobs[0]).toBeNull()
    for (const [index, token] of prompt.entries()) {
      if (index === 0) continue
      const listed = echoed.prompt_logprobs[index][String(token)]
      expect(listed.logprob).toBe(echoed.logprobs.token_logprobs[index])
      const decoded = generated.logprobs.token_logprobs[index - generated.prompt_token_ids.length]
      if (decoded !== undefined) expect(Math.abs(decoded - listed.logprob)).toBeLessThan(0.06)
    }
    expect(echoed.text).toBe(`The capital of France is${generated.text}`)
  })

  it('says where in the text each token begins', async () => {
    const simulator = await start()
    const body = { prompt: 'naïve 你好 龘', echo: true, max_tokens: 12, logprobs: 1, temperature: 0 }
    const { text, logprobs } = (await post(simulator, COMPLETIONS, body)).json.choices[0]
    for (const [index, token] of logprobs.tokens.entries()) {
      if (index === 0 || token === '\ufffd') continue
      expect(text.slice(logprobs.text_offset[index]).startsWith(token)).toBe(true)
    }
  })

  it('streams what it says whole, with the echo first', async () => {
    const simulator = await start()
    const body = { prompt: ['One day', 'Two days'], max_tokens: 6, temperature: 0, echo: true, logprobs: 2 }
    const { json } = await post(simulator, COMPLETIONS, body)
    const { chunks, done } = await stream(simulator, COMPLETIONS, { ...body, stream_options: { include_usage: true } })
    for (const choice of json.choices) {
      const parts = chunks.flatMap((chunk) => chunk.choices).filter((part) => part.index === choice.index)
      expect(parts.map((part) => part.text).join('')).toBe(choice.text)
      expect(parts.flatMap((part) => part.logprobs.token_logprobs)).toEqual(choice.logprobs.token_logprobs)
      expect(parts.flatMap((part) => part.logprobs.text_offset)).toEqual(choice.logprobs.text_offset)
      expect(parts.at(-1).finish_reason).toBe('length')
    }
    expect(chunks.at(-1).usage).toMatchObject({ completion_tokens: 12 })
    expect(done).toBe(true)
  })

  it('continues a rendered chat as the chat route does', async () => {
    const simulator = await start()
    const chat = await ask(simulator, 'What is 3 * 4?', { return_token_ids: true })
    const body = { prompt: chat.prompt_token_ids, max_tokens: 64, temperature: 0 }
    const { json } = await post(simulator, COMPLETIONS, body)
    expect(json.choices[0]).toMatchObject({ text: chat.choices[0].message.content, finish_reason: 'stop' })
  })
})

describe('log probabilities', () => {
  it('are sorted, sum to less than 1, and name the chosen token first at temperature 0', async () => {
    const simulator = await start()
    const json = await ask(simulator, 'Tell me something.', { logprobs: true, top_logprobs: 20 })
    for (const entry of json.choices[0].logprobs.content) {
      const values = entry.top_logprobs.map((top: Json) => top.logprob)
      expect(values.length).toBe(20)
      expect([...values].sort((one, other) => other - one)).toEqual(values)
      expect(values.reduce((sum: number, value: number) => sum + Math.exp(value), 0)).toBeLessThan(1)
      expect(entry.top_logprobs[0]).toMatchObject({ token: entry.token, logprob: entry.logprob })
      expect(Buffer.from(entry.bytes).toString()).toBe(entry.token)
    }
  })

  it('name tokens by id when that is asked for', async () => {
    const simulator = await start()
    const rest = { logprobs: true, return_tokens_as_token_ids: true, return_token_ids: true, max_tokens: 4 }
    const choice = (await ask(simulator, 'Hi', rest)).choices[0]
    expect(choice.logprobs.content.map((entry: Json) => entry.token)).toEqual(
      choice.token_ids.map((id: number) => `token_id:${id}`),
    )
  })
})

describe('bad requests', () => {
  const bad: [string, string, unknown, number][] = [
    ['no JSON', CHAT, '{', 400],
    ['no object', CHAT, '[1]', 400],
    ['another model', CHAT, { ...user('Hi'), model: 'gpt' }, 404],
    ['no messages', CHAT, {}, 400],
    ['an unknown role', CHAT, { messages: [{ role: 'robot', content: 'Hi' }] }, 400],
    ['content of a wrong type', CHAT, { messages: [{ role: 'user', content: 5 }] }, 400],
    ['temperature below 0', CHAT, { ...user('Hi'), temperature: -1 }, 400],
    ['temperature as text', CHAT, { ...user('Hi'), temperature: 'warm' }, 400],
    ['top_p above 1', CHAT, { ...user('Hi'), top_p: 2 }, 400],
    ['top_p of 0', CHAT, { ...user('Hi'), top_p: 0 }, 400],
    ['max_tokens of 0', CHAT, { ...user('Hi'), max_tokens: 0 }, 400],
    ['max_tokens in parts', CHAT, { ...user('Hi'), max_tokens: 1.5 }, 400],
    ['two answers', CHAT, { ...user('Hi'), n: 2 }, 400],
    ['21 top_logprobs', CHAT, { ...user('Hi'), logprobs: true, top_logprobs: 21 }, 400],
    ['top_logprobs alone', CHAT, { ...user('Hi'), top_logprobs: 2 }, 400],
    ['five stop strings', CHAT, { ...user('Hi'), stop: ['a', 'b', 'c', 'd', 'e'] }, 400],
    ['stream_options alone', CHAT, { ...user('Hi'), stream_options: { include_usage: true } }, 400],
    ['prompt_logprobs of a stream', COMPLETIONS, { prompt: 'Hi', stream: true, prompt_logprobs: 1 }, 400],
    ['required tools without any', CHAT, { ...user('Hi'), tool_choice: 'required' }, 400],
    ['an unknown tool', CHAT, { ...user('Hi'), tools: [weather], tool_choice: { function: { name: 'x' } } }, 400],
    ['an unknown effort', CHAT, { ...user('Hi'), reasoning_effort: 'enormous' }, 400],
    ['an empty list of ids', COMPLETIONS, { prompt: [] }, 400],
    ['ids that do not exist', COMPLETIONS, { prompt: [1e9] }, 400],
    ['a prompt that is too long', CHAT, { ...user('word '.repeat(300)) }, 400],
    ['an output that is too long', CHAT, { ...user('Hi'), max_tokens: 300 }, 400],
    ['an image', CHAT, { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: {} }] }] }, 400],
  ]

  it('are refused with an error object, one by one, and the server lives on', async () => {
    const simulator = await start({ contextTokens: 256 })
    for (const [what, path, body, status] of bad) {
      const answer = await post(simulator, path, body)
      expect(answer.status, what).toBe(status)
      expect(typeof answer.json.error.message, what).toBe('string')
      expect(answer.json.error.code, what).toBe(status)
    }
    expect((await ask(simulator, 'What is 1 + 1?')).choices[0].finish_reason).toBe('stop')
  })

  it('names the true number of tokens of a prompt that is too long', async () => {
    const simulator = await start({ contextTokens: 256 })
    const { json } = await post(simulator, '/tokenize', user('word '.repeat(300)))
    const { error } = await ask(simulator, 'word '.repeat(300))
    expect(error.message).toContain(`${json.count} tokens`)
  })

  it('takes null for absent and ignores what it does not know', async () => {
    const simulator = await start()
    const json = await ask(simulator, 'Hi', { top_p: null, stop: null, whatever: 1, max_tokens: 3 })
    expect(json.usage.completion_tokens).toBe(3)
  })
})

describe('the other routes', () => {
  it('serve health, models, version and the metrics under the names of vLLM', async () => {
    const simulator = await start({ model: 'v4-pro' })
    const get = async (path: string) => {
      const response = await fetch(simulator.url + path)
      return { status: response.status, text: await response.text() }
    }
    expect((await get('/health')).status).toBe(200)
    expect(JSON.parse((await get('/v1/models')).text).data[0]).toMatchObject({ id: 'v4-pro', max_model_len: 65_536 })
    expect(JSON.parse((await get('/version')).text).version).toBeTypeOf('string')
    expect((await get('/nothing')).status).toBe(404)
    expect((await get(CHAT)).status).toBe(405)

    const long = 'word '.repeat(100)
    const first = await ask(simulator, long, { max_tokens: 4 })
    const second = await ask(simulator, long, { max_tokens: 4 })
    expect(first.usage.prompt_tokens_details.cached_tokens).toBe(0)
    expect(second.usage.prompt_tokens_details.cached_tokens).toBe(64)
    const { text } = await get('/metrics')
    const value = (name: string) =>
      Number(new RegExp(`^${name}\\{[^}]*model_name="v4-pro"[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1])
    expect(value('vllm:generation_tokens_total')).toBe(8)
    expect(value('vllm:prompt_tokens_total')).toBe(2 * first.usage.prompt_tokens)
    expect(value('vllm:prefix_cache_hits_total')).toBe(64)
    expect(value('vllm:prefix_cache_queries_total')).toBe(2 * first.usage.prompt_tokens)
    expect(value('vllm:num_requests_running')).toBe(0)
    expect(value('vllm:num_requests_waiting')).toBe(0)
    expect(value('vllm:time_to_first_token_seconds_count')).toBe(2)
    expect(text).toMatch(/^# TYPE vllm:time_to_first_token_seconds histogram$/m)
  })
})
