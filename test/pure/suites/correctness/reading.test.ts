import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAnswer } from '../../../../src/suites/correctness/answer.ts'
import { clip, evidenceOf } from '../../../../src/suites/correctness/evidence.ts'
import { readLogprobs } from '../../../../src/suites/correctness/logprobs.ts'
import { redactionOf } from '../../../../src/suites/correctness/redact.ts'
import { answered, chatChunks, chatObject, completionObject, failed, streamed } from './responses.ts'

const request = { id: 'r', method: 'POST' as const, path: '/v1/chat/completions', body: { model: 'toy' } }

describe('readAnswer', () => {
  it('reads chat, completion and stream alike', () => {
    expect(readAnswer(answered(request, chatObject('hello')))).toMatchObject({ text: 'hello', finishReason: 'stop' })
    expect(readAnswer(answered(request, completionObject('hello')))).toMatchObject({ text: 'hello' })
    const stream = readAnswer(streamed(request, chatChunks(['hel', 'lo'])))
    expect(stream).toMatchObject({
      text: 'hello',
      finishReason: 'stop',
      usage: { promptTokens: 9, completionTokens: 4 },
    })
  })

  it('reads the reasoning from either field, and null content as no text', () => {
    for (const field of ['reasoning', 'reasoning_content'])
      expect(readAnswer(answered(request, chatObject(null, { message: { [field]: 'hm' } })))).toMatchObject({
        text: '',
        reasoning: 'hm',
      })
  })

  it('has nothing to read in an error or in silence', () => {
    expect(readAnswer(answered(request, { error: {} }, 400))).toBeNull()
    expect(readAnswer(answered(request, '<html>'))).toBeNull()
    expect(readAnswer(failed(request))).toBeNull()
  })

  it('never throws, whatever JSON comes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.jsonValue()), (value, choices) => {
        readAnswer(answered(request, value))
        readAnswer(answered(request, { choices, usage: value }))
        readAnswer(streamed(request, [JSON.stringify(value), JSON.stringify({ choices }), 'not json']))
      }),
    )
  })
})

describe('readLogprobs', () => {
  it('reads the chat shape and the classic shape to the same entries', () => {
    const chat = readLogprobs({
      logprobs: { content: [{ token: 'a', logprob: -0.5, top_logprobs: [{ token: 'a', logprob: -0.5 }] }] },
    })
    const classic = readLogprobs({ logprobs: { tokens: ['a'], token_logprobs: [-0.5], top_logprobs: [{ a: -0.5 }] } })
    expect(classic).toEqual(chat)
  })

  it('takes ids from the entry or from a token_id name', () => {
    expect(readLogprobs({ logprobs: { content: [{ token: 'a', id: 7, logprob: -1 }] } })![0]!.id).toBe(7)
    expect(readLogprobs({ logprobs: { tokens: ['token_id:60'], token_logprobs: [-1] } })![0]!.id).toBe(60)
  })

  it('keeps the first token of an echoed prompt as unscored', () => {
    const entries = readLogprobs({ logprobs: { tokens: ['a', 'b'], token_logprobs: [null, -1] } })!
    expect(entries.map(({ logprob }) => logprob)).toEqual([null, -1])
  })
})

describe('evidence', () => {
  it('is bounded and well formed whatever the server wrote', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 400, maxLength: 1200 }),
        fc.integer({ min: 1, max: 900 }),
        (text, limit) => {
          expect(clip(text, limit).length).toBeLessThanOrEqual(limit)
          const evidence = evidenceOf(answered(request, text), text)
          for (const part of Object.values(evidence)) expect(part.length).toBeLessThanOrEqual(2000)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('never cuts a pair of surrogates', () => {
    expect(clip('ab🌍cd', 4)).toBe('ab…')
  })
})

describe('redactionOf', () => {
  const redaction = redactionOf({ url: '', model: '', headers: { authorization: 'Bearer sk-0123456789', 'x-n': '1' } })

  it('hides the key that a server repeats, with or without its scheme', () => {
    expect(redaction('bad key sk-0123456789!')).toBe('bad key [hidden]!')
    expect(redaction('got "Bearer sk-0123456789"')).toBe('got "[hidden]"')
  })

  it('hides what is left of a key that the bound cut', () => {
    expect(redaction('bad key sk-01234…')).toBe('bad key [hidden]…')
  })

  it('leaves short header values alone', () => {
    expect(redaction('1 of 1')).toBe('1 of 1')
  })
})
