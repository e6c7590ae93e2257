import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ExchangeEnd } from '../../../../src/engine/http/exchange.ts'
import { ResponseParser } from '../../../../src/engine/http/response-parser.ts'
import { StreamRecorder } from '../../../../src/suites/performance/stream-recorder.ts'

const EVENT_STREAM =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n'
const COMPLETE: ExchangeEnd = { state: 'complete' }

const data = (value: unknown, end = '\n') =>
  `data: ${typeof value === 'string' ? value : JSON.stringify(value)}${end}${end}`
const delta = (fields: unknown, finish: string | null = null) => ({
  choices: [{ index: 0, delta: fields, finish_reason: finish }],
})
const usage = {
  choices: [],
  usage: { prompt_tokens: 9, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 2 } },
}

const chunked = (parts: readonly string[]) =>
  `${parts.map((part) => `${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`

/** Each part is one read, one millisecond after the one before. */
function play(parts: readonly Uint8Array[], maxEvents = 1000) {
  const recorder = new StreamRecorder(100, maxEvents, 4)
  const parser = new ResponseParser(recorder)
  for (const [index, part] of parts.entries()) {
    const buffer = Buffer.from(part)
    recorder.read(100 + index)
    parser.push(buffer)
    buffer.fill(0x21)
  }
  return { recorder, complete: parser.complete }
}

function playText(text: string, end: ExchangeEnd = COMPLETE) {
  const { recorder } = play([Buffer.from(text)])
  const facts = recorder.facts()
  return { classes: [...recorder.events].map((event) => event.class), facts, outcome: recorder.outcome(end, facts) }
}

const stream = (...events: string[]) => EVENT_STREAM + chunked(events)

describe('StreamRecorder', () => {
  const whole = [
    ': ping\n\n',
    data(delta({ role: 'assistant', content: '' })),
    data(delta({ reasoning_content: 'hm' })),
    data(delta({ content: 'é🙂' })) + data(delta({ content: ' b' })),
    data(delta({ content: '' })),
    data(delta({}, 'length'), '\r\n'),
    data(usage),
    data('[DONE]'),
  ]
  const classes = ['role', 'reasoning', 'answer', 'answer', 'other', 'finish', 'usage', 'done']
  const facts = {
    promptTokens: 9,
    completionTokens: 5,
    cachedTokens: 2,
    reasoningTokens: null,
    server: null,
    finishReason: 'length',
    error: null,
  }

  it('records a whole answer with its counts and finish reason', () => {
    expect(playText(stream(...whole))).toEqual({ classes, facts, outcome: { state: 'ok' } })
  })

  it('gives the same events, counts and outcome at every split point of the bytes', () => {
    const bytes = Buffer.from(stream(...whole))
    for (let cut = 0; cut <= bytes.length; cut++) {
      const { recorder, complete } = play([bytes.subarray(0, cut), bytes.subarray(cut)])
      expect(complete).toBe(true)
      expect([...recorder.events].map((event) => event.class)).toEqual(classes)
      expect(recorder.facts()).toEqual(facts)
      expect(recorder.outcome(COMPLETE, facts)).toEqual({ state: 'ok' })
    }
  })

  it('counts exactly under any events, chunking, line ends and cuts', () => {
    const event = fc.constantFrom(
      { class: 'answer', value: delta({ content: 'a\n"é' }) },
      { class: 'reasoning', value: delta({ reasoning: 'r' }) },
      { class: 'role', value: delta({ role: 'assistant', content: null }) },
      { class: 'other', value: delta({ content: '' }) },
      { class: 'tool', value: delta({ tool_calls: [{ function: { arguments: '{' } }] }) },
    )
    const cutting = fc.array(fc.nat(3000), { maxLength: 30 })
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 12 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        cutting,
        cutting,
        (events, end, chunkCuts, readCuts) => {
          const payload = Buffer.from(
            [...events.map(({ value }) => data(value, end)), data(usage, end), data('[DONE]', end)].join(''),
          )
          const chunks = cut(payload, chunkCuts).filter((chunk) => chunk.length > 0)
          const bytes = Buffer.concat([
            Buffer.from(EVENT_STREAM),
            ...chunks.flatMap((chunk) => [Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]),
            Buffer.from('0\r\n\r\n'),
          ])
          const { recorder } = play(cut(bytes, readCuts))
          expect([...recorder.events].map((one) => one.class)).toEqual([
            ...events.map((one) => one.class),
            'usage',
            'done',
          ])
          expect(recorder.facts().completionTokens).toBe(5)
        },
      ),
    )
  })

  it('stamps every event with its own read', () => {
    const reads = [EVENT_STREAM, '5\r\ndata:', '\r\n', '']
    const text = `${data(delta({ content: 'a' })).slice(5)}${data(delta({ content: 'b' }))}`
    reads[2] += `${text.length.toString(16)}\r\n${text}\r\n`
    reads[3] = chunked([data(delta({ content: 'c' }))])
    const { recorder } = play(reads.map((read) => Buffer.from(read)))
    expect([...recorder.events].map(({ atMs, read }) => [atMs, read])).toEqual([
      [2, 2],
      [2, 2],
      [3, 3],
    ])
  })

  it.each([
    ['truncated', 'without [DONE]', stream(data(delta({ content: 'a' })))],
    ['truncated', 'inside an event', stream('data: {"choices":[')],
    [
      'error-event',
      'out of memory',
      stream(data(delta({ content: 'a' })), data({ error: { message: 'out of memory' } })),
    ],
    ['error-event', 'gone', stream('event: error\ndata: {"detail":"gone"}\n\n')],
    ['malformed', 'not JSON: "{\\"choi"', stream(data('{"choi'), data('[DONE]'))],
    ['malformed', 'not JSON', stream(data('{"usage":{,},"choices":[]}'), data('[DONE]'))],
    [
      'wrong-token-count',
      '0 completion tokens',
      stream(data(delta({ content: 'a' })), data({ usage: { completion_tokens: 0 } }), data('[DONE]')),
    ],
    [
      'content-type',
      'text/html instead of text/event-stream: <p>Hi',
      'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\n<p>Hi</p>',
    ],
    ['content-type', 'no content type', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
    [
      'content-encoding',
      'gzip-encoded',
      'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx',
    ],
    [
      'http-status',
      'HTTP 503 (retry-after 7): too busy',
      'HTTP/1.1 503 No\r\nRetry-After: 7\r\nContent-Length: 34\r\n\r\n{"error":{"message":"too  busy" }}',
    ],
    [
      'redirect',
      'a redirect to http://b/; give the final address',
      'HTTP/1.1 307 T\r\nLocation: http://b/\r\nContent-Length: 0\r\n\r\n',
    ],
  ])('names %s and says %s', (error, detail, text) => {
    const { outcome } = playText(text)
    expect(outcome).toMatchObject({ state: 'failed', error })
    expect(outcome).toHaveProperty('detail', expect.stringContaining(detail))
  })

  it('lets what the server said come before how the connection ended', () => {
    const reset: ExchangeEnd = { state: 'failed', error: 'reset-after-first-byte', detail: 'x' }
    expect(playText(EVENT_STREAM + chunked([data({ error: 'dead' })]), reset).outcome).toMatchObject({
      error: 'error-event',
    })
    expect(playText(EVENT_STREAM, reset).outcome).toMatchObject({ error: 'reset-after-first-byte' })
    expect(playText(EVENT_STREAM, { state: 'aborted' }).outcome).toEqual({ state: 'aborted' })
  })

  it('bounds events, lines and error pages', () => {
    const event = Buffer.from(chunked([data(delta({ content: 'a' })).repeat(11)]))
    expect(() => play([Buffer.from(EVENT_STREAM), event], 10)).toThrow(/more than 10 events/)
    const line = Buffer.from(`100000\r\n${'x'.repeat(0x100000)}\r\n`)
    expect(() => play([Buffer.from(EVENT_STREAM), line, line])).toThrow(/exceeds/)
    const page = Buffer.from('HTTP/1.1 500 E\r\nTransfer-Encoding: chunked\r\n\r\n')
    expect(() => play([page, line, line])).toThrow(/not read to its end/)
  })

  it('bounds the reads of an answer that only pings', () => {
    const ping = Buffer.from('3\r\n: \n\r\n')
    const pings = (count: number) => [Buffer.from(EVENT_STREAM), ...Array<Buffer>(count).fill(ping)]
    const { events } = play(pings(65_000), 10).recorder
    expect([events.length, events.reads]).toEqual([0, 65_001])
    expect(() => play(pings(70_000), 10)).toThrow(/more than 65556 reads/)
  })

  it('survives an error that is nested too deep to be told', () => {
    const deep = `{"error":{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`
    expect(playText(stream(data(deep))).outcome).toMatchObject({
      error: 'error-event',
      detail: expect.stringContaining('nested too deep'),
    })
  })

  it('takes a count that no event can hold for none', () => {
    const counted = (completion_tokens: number) => data({ ...delta({ content: 'a' }), usage: { completion_tokens } })
    const { recorder } = play([Buffer.from(stream(counted(1), counted(2 ** 31 + 1), counted(2 ** 31 + 2)))])
    expect([...recorder.events].map(({ tokens }) => tokens)).toEqual([1, null, 1])
  })
})

function cut(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const points = [...new Set(cuts.map((point) => point % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...points].map((from, index) => bytes.subarray(from, points[index] ?? bytes.length))
}
