import { describe, expect, it } from 'vitest'
import type { CheckRequest } from '../../../../src/suites/correctness/check.ts'
import { objectShape } from '../../../../src/suites/correctness/checks/p1-object-shape.ts'
import { framing, isCut } from '../../../../src/suites/correctness/checks/p2-framing.ts'
import { usage as usageCheck } from '../../../../src/suites/correctness/checks/p4-usage.ts'
import {
  answered,
  capabilities,
  chatChunks,
  chatObject,
  completionObject,
  context,
  failed,
  judge,
  rawStream,
  streamed,
  usage,
} from './responses.ts'

const isChat = (request: CheckRequest) => request.path.includes('chat')
const healthy = (request: CheckRequest) => {
  if (request.stream) return streamed(request, chatChunks(['Hello', ' there']))
  return answered(request, isChat(request) ? chatObject('Hello there') : completionObject(' Paris'))
}

describe('P1', () => {
  const state = (answer: typeof healthy) => judge(objectShape, context(), answer).judgement

  it('passes objects of the documented shape, with fields that engines add', () => {
    expect(state(healthy)).toEqual({ state: 'pass' })
    expect(
      state((request) =>
        request.id === 'chat'
          ? answered(request, chatObject('x', { top: { timings: {}, kv_transfer_params: null } }))
          : healthy(request),
      ),
    ).toEqual({ state: 'pass' })
  })

  it.each([
    ['id', { id: undefined }],
    ['an empty id', { id: '' }],
    ['object', { object: 'text_completion' }],
    ['created', { created: 'yesterday' }],
    ['choices', { choices: [] }],
    ['usage of a wrong type', { usage: { prompt_tokens: '9' } }],
  ])('fails an object without a right %s', (_, top) => {
    const verdict = judge(objectShape, context(), (request) =>
      request.id === 'chat' ? answered(request, chatObject('x', { top })) : healthy(request),
    )
    expect(verdict.judgement.state).toBe('fail')
    expect(verdict.evidence?.[0]?.request).toContain('POST /v1/chat/completions')
  })

  it('fails a chunk without an id', () => {
    const verdict = judge(objectShape, context(), (request) =>
      request.stream ? streamed(request, chatChunks(['a'], { id: undefined })) : healthy(request),
    )
    expect(verdict.judgement).toMatchObject({ state: 'fail', reason: expect.stringContaining('chat-stream') })
  })

  it('fails null content that tokens were counted for, not a reasoning answer', () => {
    const content = (message: object) =>
      state((request) => (request.id === 'chat' ? answered(request, chatObject(null, { message })) : healthy(request)))
    expect(content({}).state).toBe('fail')
    expect(content({ reasoning: 'let me think' }).state).toBe('pass')
  })

  it('fails an id that two answers share', () => {
    const same = state((request) => {
      if (request.stream) return healthy(request)
      const object = isChat(request) ? chatObject('x') : completionObject('x')
      return answered(request, { ...object, id: 'always-the-same' })
    })
    expect(same).toMatchObject({ state: 'fail', reason: expect.stringContaining('always-the-same') })
  })

  it('accepts a server with only one of the two routes, and fails one with none', () => {
    const absent = (request: CheckRequest) => answered(request, { detail: 'Not Found' }, 404)
    expect(state((request) => (isChat(request) ? healthy(request) : absent(request))).state).toBe('pass')
    expect(state((request) => (isChat(request) ? absent(request) : healthy(request))).state).toBe('pass')
    expect(state(absent).state).toBe('fail')
  })

  it('fails a web page and a crash, and calls silence an error', () => {
    expect(state((request) => answered(request, '<html>hello</html>')).state).toBe('fail')
    expect(state((request) => answered(request, { error: 'x' }, 500)).state).toBe('fail')
    expect(state((request) => failed(request)).state).toBe('error')
  })
})

describe('P2', () => {
  const verdictOf = (answer: typeof healthy) => judge(framing, context(), answer)
  const onStreams = (answer: (request: CheckRequest) => ReturnType<typeof healthy>) =>
    verdictOf((request) => (request.stream ? answer(request) : healthy(request))).judgement

  it('passes a well framed stream', () => {
    expect(verdictOf(healthy).judgement).toEqual({ state: 'pass' })
  })

  it.each<[string, (request: CheckRequest) => ReturnType<typeof healthy>, string]>([
    ['without [DONE]', (request) => streamed(request, chatChunks(['a']), false), 'without [DONE]'],
    ['with two [DONE]', (request) => streamed(request, [...chatChunks(['a']), '[DONE]']), 'came 2 times'],
    [
      'that goes on after [DONE]',
      (request) => streamed(request, [...chatChunks(['a']), '[DONE]', ...chatChunks([]).slice(2)], false),
      'after [DONE]',
    ],
    ['with two roles', (request) => streamed(request, [chatChunks([])[0]!, ...chatChunks(['a'])]), 'role was sent 2'],
    [
      'without a finish reason',
      (request) => streamed(request, chatChunks(['a']).slice(0, 2)),
      'finish_reason was sent 0',
    ],
    [
      'with an event that is not JSON',
      (request) => streamed(request, ['{"choices":[', ...chatChunks(['a'])]),
      'not JSON',
    ],
    [
      'with an error event',
      (request) => streamed(request, [...chatChunks(['a']), { error: { code: 500 } }]),
      'is an error',
    ],
    ['that is no stream', (request) => answered(request, chatObject('x')), 'plain body'],
  ])('fails a stream %s', (_, answer, remark) => {
    expect(onStreams(answer)).toMatchObject({ state: 'fail', reason: expect.stringContaining(remark) })
  })

  it('fails bytes that are not UTF-8, and an event that never ends', () => {
    const events = [...chatChunks(['a']).map((chunk) => JSON.stringify(chunk)), '[DONE]']
    const frame = (text: string) => `data: ${text}\n\n`
    const bytes = Buffer.from(events.map(frame).join(''))
    const broken = Buffer.concat([Buffer.from('data: "'), Buffer.from([0xe4, 0xbd]), Buffer.from('"\n\n'), bytes])
    expect(onStreams((request) => rawStream(request, broken, ['"\ufffd"', ...events]))).toMatchObject({
      state: 'fail',
      reason: expect.stringContaining('UTF-8'),
    })
    const unfinished = Buffer.concat([bytes, Buffer.from('data: {"choices"')])
    expect(onStreams((request) => rawStream(request, unfinished, events))).toMatchObject({
      state: 'fail',
      reason: expect.stringContaining('inside an event'),
    })
  })

  it('fails characters cut between chunks when the whole answer has them whole', () => {
    const answer = (whole: string, parts: string[]) =>
      verdictOf((request) =>
        request.stream ? streamed(request, chatChunks(parts)) : answered(request, chatObject(whole)),
      ).judgement.state
    expect(answer('ab世界', ['ab', '\ufffd', '\ufffd', '界'])).toBe('fail')
    expect(answer('ab世界', ['ab世', '界'])).toBe('pass')
    // The model's own broken bytes, and a text that went another way before.
    expect(answer('ab\ufffd', ['ab', '\ufffd'])).toBe('pass')
    expect(answer('xyz世界', ['ab', '\ufffd'])).toBe('pass')
  })

  it('judges a cut by the character at that very place', () => {
    expect(isCut('ab\ufffd', 'ab世')).toBe(true)
    expect(isCut('ab\ufffd', 'abc')).toBe(false)
    expect(isCut('ab\ufffd', 'ab')).toBe(false)
    expect(isCut('abc', 'ab世')).toBe(false)
  })
})

describe('P4', () => {
  const count = 24
  const top = { usage: usage(9, count) }
  const length = { finish_reason: 'length' }
  const good = (request: CheckRequest) => {
    if (request.stream) {
      const chunks = chatChunks(['one'])
      return streamed(request, [...chunks.slice(0, -1), { ...chunks.at(-1)!, ...top }])
    }
    if (!isChat(request)) return answered(request, completionObject('x', { choice: length, top }))
    return answered(request, chatObject('x', { choice: length, top }))
  }
  const change = (id: string, answer: (request: CheckRequest) => ReturnType<typeof good>, settings = context()) =>
    judge(usageCheck, settings, (request) => (request.id === id ? answer(request) : good(request))).judgement
  const withUsage =
    (value: object, rest: { message?: object; choice?: object } = {}) =>
    (request: CheckRequest) =>
      answered(request, chatObject('x', { choice: length, ...rest, top: { usage: value } }))

  it('passes counts that add up', () => {
    expect(judge(usageCheck, context(), good).judgement).toEqual({ state: 'pass' })
  })

  it.each<[string, object]>([
    ['a wrong total', { ...usage(9, count), total_tokens: 34 }],
    ['no prompt tokens', usage(0, count)],
    ['more than was asked for', usage(9, count + 1)],
    ['fewer than the length that ended it', usage(9, count - 1)],
    ['a count missing', { prompt_tokens: 9, completion_tokens: count }],
  ])('fails %s', (_, value) => {
    expect(change('chat-0', withUsage(value)).state).toBe('fail')
  })

  it('recounts by token ids, and by entries only where the text is ASCII', () => {
    const entries = (listed: number) => ({
      ...length,
      logprobs: { content: Array(listed).fill({ token: 'a', logprob: -1 }) },
    })
    const chat = (content: string, choice: object) => (request: CheckRequest) =>
      answered(request, chatObject(content, { choice, top }))
    expect(change('chat-0', chat('x', entries(count))).state).toBe('pass')
    expect(change('chat-0', chat('x', entries(13))).state).toBe('fail')
    expect(change('chat-0', chat('北京', entries(13))).state).toBe('pass')
    expect(change('chat-0', chat('北京', { ...length, token_ids: Array(13).fill(5) })).state).toBe('fail')
    // The end token is counted and not listed.
    const stopped = { ...entries(count - 1), finish_reason: 'stop' }
    expect(change('chat-0', chat('x', stopped)).state).toBe('pass')
  })

  it('fails reasoning tokens without reasoning, and the other way round', () => {
    const details = (tokens: number) => ({
      ...usage(9, count),
      completion_tokens_details: { reasoning_tokens: tokens },
    })
    const thought = { message: { reasoning_content: 'let me see' } }
    expect(change('thinking', withUsage(details(0), thought)).state).toBe('fail')
    expect(change('thinking', withUsage(details(20))).state).toBe('fail')
    expect(change('thinking', withUsage(details(20), thought)).state).toBe('pass')
    expect(change('thinking', withUsage(details(0))).state).toBe('pass')
  })

  it('fails a stream whose usage is not in the last chunk, or counts another prompt', () => {
    const last = chatChunks(['one'])
    expect(change('chat-stream-0', (request) => streamed(request, [...last, { choices: [] }])).state).toBe('fail')
    const other = { usage: usage(10, count) }
    expect(
      change('chat-stream-0', (request) => streamed(request, [...last.slice(0, -1), { ...last.at(-1)!, ...other }])),
    ).toMatchObject({ state: 'fail', reason: expect.stringContaining('10 when streamed and 9 when not') })
  })

  it('does not pass a server that ignores include_usage, and still fails its other counts', () => {
    const settings = context({ capabilities: capabilities(['include-usage']) })
    expect(judge(usageCheck, settings, good).judgement.state).toBe('not-exercised')
    expect(change('chat-0', withUsage(usage(0, count)), settings).state).toBe('fail')
  })
})
