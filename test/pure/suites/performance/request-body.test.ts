import { describe, expect, it } from 'vitest'
import {
  ALL_EXTENSIONS,
  type ChatMessage,
  chatBody,
  NO_EXTENSIONS,
  prepareRequest,
} from '../../../../src/suites/performance/request-body.ts'

const question: ChatMessage[] = [{ role: 'user', content: 'two and two?' }]

describe('the body of a chat request', () => {
  it('asks with every extension', () => {
    expect(chatBody('m', question, 4, ALL_EXTENSIONS)).toEqual({
      model: 'm',
      messages: question,
      stream: true,
      stream_options: { include_usage: true, continuous_usage_stats: true },
      temperature: 0,
      max_tokens: 4,
      min_tokens: 4,
      ignore_eos: true,
      include_metrics: true,
    })
  })

  it('is the plain OpenAI request without any', () => {
    expect(chatBody('m', question, 4, NO_EXTENSIONS)).toEqual({
      model: 'm',
      messages: question,
      stream: true,
      temperature: 0,
      max_tokens: 4,
    })
  })

  it('does not ask for counts in each event where it may not ask for counts', () => {
    const body = chatBody('m', question, 4, { ...ALL_EXTENSIONS, includeUsage: false })
    expect(body).not.toHaveProperty('stream_options')
  })

  it('carries calls of tools, their results and the tools', () => {
    const call = { id: 'c1', type: 'function', function: { name: 'add', arguments: '{}' } }
    const messages: ChatMessage[] = [
      ...question,
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', content: '4', tool_call_id: 'c1' },
    ]
    expect(chatBody('m', messages, 4, NO_EXTENSIONS, [{ type: 'function' }])).toMatchObject({
      messages,
      tools: [{ type: 'function' }],
    })
  })

  it('has the same bytes however the messages were put together', () => {
    const one: ChatMessage = { role: 'tool', content: '4', tool_call_id: 'c1' }
    const other: ChatMessage = { tool_call_id: 'c1', content: '4', role: 'tool' }
    const text = (message: ChatMessage) => JSON.stringify(chatBody('m', [message], 4, ALL_EXTENSIONS))
    expect(text(other)).toBe(text(one))
  })
})

describe('a prepared request', () => {
  const endpoint = { url: 'http://[::1]:8000/base', model: 'm', headers: { authorization: 'Bearer x' } }

  it('says the same as one message and in parts', () => {
    const request = prepareRequest(endpoint, 'a/1', { text: 'ü' })
    const [head, body] = request.bytes.toString('utf8').split('\r\n\r\n')
    expect(body).toBe('{"text":"ü"}')
    expect(Buffer.from(request.body).toString('utf8')).toBe(body)
    expect(head!.split('\r\n')[0]).toBe(`POST ${request.path} HTTP/1.1`)
    expect(request.path).toBe('/base/v1/chat/completions')
    for (const [name, value] of Object.entries(request.headers)) expect(head).toContain(`\r\n${name}: ${value}`)
    expect(request.headers['x-request-id']).toBe('a-1')
  })
})
