import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { requestTarget } from '../../../../src/engine/http/request-bytes.ts'
import { TimedConnection } from '../../../../src/engine/http/timed-connection.ts'
import type { RequestRecord } from '../../../../src/suites/performance/record.ts'
import { ALL_EXTENSIONS, chatBody, prepareRequest } from '../../../../src/suites/performance/request-body.ts'
import { timedRequest } from '../../../../src/suites/performance/timed-request.ts'
import {
  answer,
  chunk,
  delta,
  EVENT_STREAM,
  event,
  type Script,
  scriptedServer,
} from '../../engine/http/scripted-server.ts'

const clock = { date: () => '', monotonicMs: () => performance.now() }

async function request(url: string, timeoutMs = 5000): Promise<RequestRecord> {
  const connection = new TimedConnection(requestTarget(url), clock, true)
  const endpoint = { url, model: 'm', headers: {} }
  const nowMs = performance.now()
  try {
    return await timedRequest({
      connection,
      request: prepareRequest(endpoint, 'r', chatBody('m', 'p', 4, ALL_EXTENSIONS)),
      clock,
      originMs: nowMs,
      intendedMs: nowMs,
      timeoutMs,
      maxEvents: 1000,
    })
  } finally {
    connection.abort()
  }
}

const page = (status: string, type: string, body: string) =>
  `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`

const token = chunk(event(delta({ content: 'x' })))

const faults: [string, string, RegExp, Script][] = [
  ['an answer that never begins', 'timeout', /no byte of an answer/, () => {}],
  ['an answer that stops midway', 'timeout', /response body/, (socket) => void socket.write(EVENT_STREAM + token)],
  ['a close before the first byte', 'reset-before-first-byte', /without an answer/, (socket) => void socket.end()],
  ['a reset before the first byte', 'reset-before-first-byte', /ECONNRESET/, (socket) => void socket.resetAndDestroy()],
  [
    'a reset after the first byte',
    'reset-after-first-byte',
    /ECONNRESET/,
    async (socket) => {
      socket.write(EVENT_STREAM + token)
      await sleep(30)
      socket.resetAndDestroy()
    },
  ],
  [
    'a close inside a chunk',
    'truncated',
    /inside the response/,
    (socket) => void socket.end(`${EVENT_STREAM}40\r\ndata`),
  ],
  ['no [DONE]', 'truncated', /without \[DONE\]/, (socket) => void socket.write(`${EVENT_STREAM}${token}0\r\n\r\n`)],
  ['a full server', 'http-status', /503.*busy/, (socket) => void socket.write(page('503 Busy', 'text/plain', 'busy'))],
  [
    'HTML',
    'content-type',
    /text\/html.*<h1>/,
    (socket) => void socket.write(page('200 OK', 'text/html', '<h1>x</h1>')),
  ],
  [
    'an error inside 200',
    'error-event',
    /out of blocks/,
    (socket) => void socket.write(`${EVENT_STREAM}${chunk(event({ error: { message: 'out of blocks' } }))}0\r\n\r\n`),
  ],
  [
    'another protocol',
    'malformed',
    /not a readable HTTP response/,
    (socket) => void socket.write('220 smtp ready\r\n\r\n'),
  ],
  [
    'an event that is not JSON',
    'malformed',
    /not JSON/,
    (socket) => void socket.write(`${EVENT_STREAM}${chunk(event('{"a'))}${chunk(event('[DONE]'))}0\r\n\r\n`),
  ],
  [
    'a usage of no tokens',
    'wrong-token-count',
    /0 completion tokens/,
    (socket) =>
      void socket.write(
        `${EVENT_STREAM}${token}${chunk(event({ usage: { completion_tokens: 0 } }))}${chunk(event('[DONE]'))}0\r\n\r\n`,
      ),
  ],
]

describe('a timed request', () => {
  it.each(faults)('names %s %s', async (_, error, detail, script) => {
    const server = await scriptedServer({ onTestFinished }, script)
    const record = await request(server.url, error === 'timeout' ? 150 : 5000)
    expect(record.outcome).toMatchObject({ state: 'failed', error, detail: expect.stringMatching(detail) })
    // No retry hides anything.
    expect(server.requests).toHaveLength(1)
    expect(record.endMs).toBeGreaterThanOrEqual(record.writtenMs)
  })

  it('names a server that is not there', async () => {
    const record = await request('http://127.0.0.1:1')
    expect(record.outcome).toMatchObject({ state: 'failed', error: 'connect' })
    expect(record.firstByteMs).toBeNull()
  })

  it.each([
    ['a line', EVENT_STREAM + chunk('data: '), chunk('x'.repeat(65_536)), /event exceeds/],
    ['a head', 'HTTP/1.1 200 OK\r\nX: ', 'x'.repeat(65_536), /head exceeds/],
    ['a stream of events', EVENT_STREAM, chunk(event(delta({ content: 'x' }))), /more than 1000 events/],
    [
      'an error page',
      'HTTP/1.1 500 E\r\nTransfer-Encoding: chunked\r\n\r\n',
      chunk('x'.repeat(65_536)),
      /^HTTP 500: x/,
    ],
  ])('bounds %s without an end', async (_, start, more, detail) => {
    let sent = 0
    const server = await scriptedServer({ onTestFinished }, (socket) => {
      socket.write(start)
      const pour = () => {
        while (!socket.destroyed && sent < 2 ** 30) {
          sent += more.length
          if (!socket.write(more)) {
            socket.once('drain', pour)
            return
          }
        }
      }
      pour()
    })
    const record = await request(server.url, 20_000)
    expect(record.outcome).toMatchObject({ state: 'failed', detail: expect.stringMatching(detail) })
    // The client hung up long before the gigabyte.
    expect(sent).toBeLessThan(64 * 2 ** 20)
  })

  it('takes an answer whatever the reads were', async () => {
    const bytes = Buffer.from(answer(7, 3))
    const server = await scriptedServer({ onTestFinished }, async (socket) => {
      socket.setNoDelay(true)
      for (let start = 0; start < bytes.length; start += 41) {
        socket.write(bytes.subarray(start, start + 41))
        await sleep(1)
      }
    })
    const record = await request(server.url)
    expect(record.outcome).toEqual({ state: 'ok' })
    expect(record).toMatchObject({ promptTokens: 7, completionTokens: 3, finishReason: 'length' })
    expect(record.events.filter((one) => one.class === 'answer')).toHaveLength(3)
    expect(new Set(record.events.map((one) => one.read)).size).toBeGreaterThan(3)
  })
})
