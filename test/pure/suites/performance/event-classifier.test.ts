import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventClassifier } from '../../../../src/suites/performance/event-classifier.ts'

/** Classifies text that lies in the middle of other bytes, as it does in a read buffer. */
function classify(text: string) {
  const classifier = new EventClassifier()
  const bytes = Buffer.from(`"}${text}","content":"x"}`)
  const eventClass = classifier.classify(bytes, 2, 2 + Buffer.byteLength(text))
  return { class: eventClass, finish: classifier.finish, usage: classifier.usage, broken: classifier.broken }
}

const chunk = (delta: unknown, rest: Record<string, unknown> = {}, choice: Record<string, unknown> = {}) => ({
  id: 'a',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, logprobs: null, finish_reason: null, ...choice }],
  usage: null,
  ...rest,
})

/** Compact, as llama.cpp and vLLM write it, and spaced, as Python's json does by default. */
const forms = (value: unknown) => [JSON.stringify(value), JSON.stringify(value, null, 1), ` ${JSON.stringify(value)} `]

describe('EventClassifier', () => {
  it.each([
    ['role', chunk({ role: 'assistant', content: '' })],
    ['role', chunk({ role: 'assistant', content: null, reasoning: null })],
    ['answer', chunk({ role: 'assistant', content: 'Hi' })],
    ['answer', chunk({ content: ' ' })],
    ['answer', chunk({ content: '"' })],
    ['answer', chunk({ content: '\\' })],
    ['reasoning', chunk({ reasoning: 'so' })],
    ['reasoning', chunk({ reasoning_content: 'so', content: null })],
    ['answer', chunk({ reasoning_content: '', content: 'x' })],
    ['tool', chunk({ tool_calls: [{ index: 0, function: { arguments: '{"content":"x"}' } }] })],
    ['other', chunk({ tool_calls: [], content: '' })],
    ['other', chunk({ content: '' })],
    ['other', chunk({})],
    ['answer', { choices: [{ text: 'x' }] }],
    ['error', { error: { message: 'no', code: 500 } }],
    ['error', { error: 'no' }],
    ['error', { object: 'error', message: 'no' }],
    ['answer', { error: null, ...chunk({ content: 'x' }) }],
  ])('calls it %s: %j', (expected, value) => {
    for (const text of forms(value)) expect(classify(text)).toMatchObject({ class: expected, broken: false })
  })

  it('tells finish and usage, alone and on an event with a token', () => {
    const usage = { usage: { completion_tokens: 3 } }
    for (const text of forms(chunk({}, {}, { finish_reason: 'stop' })))
      expect(classify(text)).toMatchObject({ class: 'finish', finish: true, usage: false })
    for (const text of forms({ choices: [], ...usage }))
      expect(classify(text)).toMatchObject({ class: 'usage', finish: false, usage: true })
    for (const text of forms(chunk({ content: 'x' }, usage, { finish_reason: 'length' })))
      expect(classify(text)).toMatchObject({ class: 'answer', finish: true, usage: true })
  })

  it('keeps the class of an event that carries the counts so far', () => {
    const counts = { usage: { prompt_tokens: 4, completion_tokens: 3 } }
    expect(classify(JSON.stringify(chunk({ role: 'assistant', content: '' }, counts)))).toMatchObject({
      class: 'role',
      usage: true,
    })
    expect(classify(JSON.stringify(chunk({ content: '' }, counts)))).toMatchObject({ class: 'other', usage: true })
  })

  it('reads the count of completion tokens, where it is a plain number of the usage itself', () => {
    const read = (usage: unknown, indent = 0) => {
      const bytes = Buffer.from(JSON.stringify({ choices: [], usage }, null, indent))
      const classifier = new EventClassifier()
      classifier.classify(bytes, 0, bytes.length)
      return classifier.completionTokens
    }
    expect(read({ prompt_tokens: 4, completion_tokens: 123, total_tokens: 127 })).toBe(123)
    expect(read({ completion_tokens: 0 }, 2)).toBe(0)
    for (const other of [null, {}, { completion_tokens: null }, { completion_tokens: 1.5 }, { completion_tokens: '7' }])
      expect(read(other)).toBe(-1)
    expect(read({ completion_tokens_details: { completion_tokens: 9 } })).toBe(-1)
  })

  it('looks only where the API puts things', () => {
    const logprobs = { content: [{ token: 'x', text: 'x', finish_reason: 'stop', delta: { content: 'x' } }] }
    expect(classify(JSON.stringify(chunk({ content: '' }, {}, { logprobs })))).toMatchObject({
      class: 'other',
      finish: false,
    })
    expect(classify(JSON.stringify({ delta: { content: 'x' }, meta: { usage: {}, error: 'x' } })).class).toBe('other')
    expect(classify(JSON.stringify(chunk({}, {}, { native_finish_reason: 'stop' }))).finish).toBe(false)
  })

  it('knows the end of the stream', () => {
    expect(classify('[DONE]').class).toBe('done')
    expect(classify(' [DONE]').class).toBe('done')
  })

  it('says when an event is not one whole object', () => {
    for (const text of ['', 'x', '[DON', '{"choices":[', '{"a":"', '{"a":"b\\', '<html>'])
      expect(classify(text).broken).toBe(true)
  })

  it('is not deceived by any text in a string', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('"finish_reason":"stop"', '\\', '\\"', '"},{"'),
    )
    fc.assert(
      fc.property(nasty, nasty, (content, other) => {
        const value = chunk({ content }, { system_fingerprint: other }, { stop_reason: other })
        for (const text of forms(value))
          expect(classify(text)).toEqual({
            class: content === '' ? 'other' : 'answer',
            finish: false,
            usage: false,
            broken: false,
          })
      }),
    )
  })
})
