import type { Message } from './requests.ts'

/**
 * Fixed conversations whose prompt tokens are counted: each exercises one part of the prompt rendering. They do not
 * depend on the seed, so that counts can be compared between runs, commits and vendors. Changing one changes its id.
 */
export interface Conversation {
  id: string
  messages: Message[]
  tools?: unknown[]
  /** Absent: non-thinking mode. `default`: nothing said about thinking. Otherwise thinking with that effort. */
  effort?: string
}

const SYSTEM: Message = { role: 'system', content: 'You are a careful assistant. Answer briefly.' }
const say = (content: string): Message => ({ role: 'user', content })
const reply = (content: string): Message => ({ role: 'assistant', content })

const WEATHER_TOOL = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Current weather of a city.',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string', description: 'Name of the city' }, celsius: { type: 'boolean' } },
      required: ['city'],
    },
  },
}
const CLOCK_TOOL = {
  type: 'function',
  function: {
    name: 'get_time',
    description: 'Time in a zone. 返回时区的当前时间。',
    parameters: { type: 'object', properties: { zone: { type: 'string', enum: ['UTC', 'Asia/Shanghai'] } } },
  },
}
const CALL: Message = {
  role: 'assistant',
  content: '',
  tool_calls: [
    {
      id: 'call_0001',
      type: 'function',
      function: { name: 'get_weather', arguments: '{"city":"Oslo","celsius":true}' },
    },
  ],
}
const RESULT: Message = { role: 'tool', tool_call_id: 'call_0001', content: '{"sky":"clear","degrees":-3}' }

/** The values that OpenAI, DeepSeek and the V4 encoders know; a server may refuse some. */
const EFFORTS = ['default', 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const

export const CONVERSATIONS: readonly Conversation[] = [
  { id: 'one-word', messages: [say('Hello')] },
  { id: 'sentence', messages: [say('What is the tallest mountain on Earth?')] },
  { id: 'system', messages: [SYSTEM, say('What is the tallest mountain on Earth?')] },
  { id: 'two-turns', messages: [say('Hi'), reply('Hello! How can I help?'), say('Tell me a fact.')] },
  {
    id: 'four-turns',
    messages: [
      SYSTEM,
      say('One?'),
      reply('Two.'),
      say('Three?'),
      reply('Four.'),
      say('Five?'),
      reply('Six.'),
      say('7?'),
    ],
  },
  { id: 'chinese', messages: [say('请用一句话介绍长江的长度和流向。')] },
  { id: 'chinese-system', messages: [{ role: 'system', content: '你是一位严谨的助手。' }, say('今天星期几？')] },
  { id: 'emoji', messages: [say('🌍🚀👩‍🔬🇳🇴 what do these mean? 🏳️‍🌈')] },
  { id: 'scripts', messages: [say('Привет, γειά, שלום, مرحبا, こんにちは, 안녕하세요')] },
  { id: 'code', messages: [say('```js\nconst x = [1, 2].map((n) => n ** 2)\n\treturn  x\n```')] },
  { id: 'white-space', messages: [say('  leading, trailing  \n\n\n\ttabs\t\tand\r\nline ends  ')] },
  { id: 'numbers', messages: [say('3.14159265358979 1,000,000 0x7fffffff 2026-01-31T23:59:60Z 1e-9')] },
  { id: 'markup', messages: [say('<b>bold</b> &amp; {"json": [true, null]} <think>not a thought</think>')] },
  { id: 'tool', messages: [say('Is it cold in Oslo?')], tools: [WEATHER_TOOL] },
  { id: 'two-tools', messages: [SYSTEM, say('Time and weather?')], tools: [WEATHER_TOOL, CLOCK_TOOL] },
  { id: 'tool-result', messages: [say('Is it cold in Oslo?'), CALL, RESULT], tools: [WEATHER_TOOL] },
  ...EFFORTS.map((effort) => ({ id: `effort-${effort}`, messages: [say('Is 91 prime?')], effort })),
]
