import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { RequestError } from '../../../../src/suites/performance/record.ts'
import { answer, chunk, delta, EVENT_STREAM, event, reset, type Script } from '../../engine/http/scripted-server.ts'

/** One way in which a server spoils a request, and what the record must say of it whatever the way to the server. */
export interface BadServer {
  name: string
  script: Script
  error: RequestError
  /** What the detail tells a person. */
  detail: RegExp
  /** It never ends by itself: the limit of time does it. */
  endless?: true
}

const token = chunk(event(delta({ content: 'x' })))
const done = chunk(event('[DONE]'))
const END = '0\r\n\r\n'

const page = (status: string, fields: string, body: string | Buffer) =>
  Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status}\r\n${fields}\r\nContent-Length: ${body.length}\r\n\r\n`),
    Buffer.from(body),
  ])

/** Writes that, and waits for more requests. */
const writes =
  (text: string | Buffer): Script =>
  (socket) =>
    void socket.write(text)

/** Writes that, and closes. */
const closes =
  (text: string): Script =>
  (socket) =>
    void socket.end(text)

/** Writes that, and when it has arrived resets the connection. */
const resets =
  (text: string): Script =>
  async (socket) => {
    socket.write(text)
    await sleep(40)
    reset(socket)
  }

export const BAD_SERVERS: readonly BadServer[] = [
  { name: 'never answers', script: () => {}, error: 'timeout', detail: /no byte of an answer/, endless: true },
  {
    name: 'stops midway',
    script: writes(EVENT_STREAM + token),
    error: 'timeout',
    detail: /inside the response body/,
    endless: true,
  },
  {
    name: 'stops inside the head',
    script: writes('HTTP/1.1 200 OK\r\nContent-'),
    error: 'timeout',
    detail: /inside the response head/,
    endless: true,
  },
  {
    name: 'sends comments for ever',
    script: async (socket) => {
      socket.write(EVENT_STREAM)
      while (!socket.destroyed) {
        socket.write(chunk(': still here\n\n'))
        await sleep(5)
      }
    },
    error: 'timeout',
    detail: /inside the response body/,
    endless: true,
  },
  {
    name: 'closes before the first byte',
    script: closes(''),
    error: 'reset-before-first-byte',
    detail: /without an answer/,
  },
  { name: 'resets before the first byte', script: resets(''), error: 'reset-before-first-byte', detail: /ECONNRESET/ },
  {
    name: 'resets after the first byte',
    script: resets(EVENT_STREAM + token),
    error: 'reset-after-first-byte',
    detail: /ECONNRESET/,
  },
  {
    name: 'resets inside a body that ends with the connection',
    script: resets(`HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n${event('[DONE]')}`),
    error: 'reset-after-first-byte',
    detail: /ECONNRESET/,
  },
  {
    name: 'closes inside the head',
    script: closes('HTTP/1.1 200 OK\r\nContent-Type: te'),
    error: 'truncated',
    detail: /inside the response/,
  },
  {
    name: 'closes inside a chunk',
    script: closes(`${EVENT_STREAM}40\r\ndata`),
    error: 'truncated',
    detail: /inside the response/,
  },
  {
    name: 'closes before the last chunk',
    script: closes(EVENT_STREAM + token),
    error: 'truncated',
    detail: /inside the response/,
  },
  {
    name: 'says it will close, and does so before the last chunk',
    script: closes(EVENT_STREAM.replace('\r\n', '\r\nConnection: close\r\n') + token),
    error: 'truncated',
    detail: /inside the response/,
  },
  {
    name: 'closes before the length it promised',
    script: closes('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 99\r\n\r\ndata: {}\n\n'),
    error: 'truncated',
    detail: /inside the response/,
  },
  {
    name: 'sends no [DONE]',
    script: writes(EVENT_STREAM + token + END),
    error: 'truncated',
    detail: /without \[DONE\] after 1 events/,
  },
  {
    name: 'speaks HTTP/1.0 and closes without [DONE]',
    script: closes(`HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n${event(delta({ content: 'x' }))}`),
    error: 'truncated',
    detail: /without \[DONE\]/,
  },
  {
    name: 'ends inside an event',
    script: writes(`${EVENT_STREAM}${token}${chunk('data: {"choi')}${END}`),
    error: 'truncated',
    detail: /inside an event/,
  },
  {
    name: 'is busy',
    script: writes(page('503 Busy', 'Retry-After: 7\r\nContent-Type: text/plain', 'come\n back')),
    error: 'http-status',
    detail: /^HTTP 503 \(retry-after 7\): come back$/,
  },
  {
    name: 'limits the rate',
    script: writes(
      page(
        '429 Too Many Requests',
        'Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\nContent-Type: application/json',
        JSON.stringify({ error: { message: 'slow down' } }),
      ),
    ),
    error: 'http-status',
    detail: /^HTTP 429 \(retry-after Wed, 21 Oct 2026 07:28:00 GMT\): slow down$/,
  },
  {
    name: 'redirects',
    script: writes(page('307 Temporary Redirect', 'Location: https://elsewhere.invalid/v1', '')),
    error: 'redirect',
    detail: /elsewhere\.invalid.*final address/,
  },
  {
    name: 'shows a page',
    script: writes(page('200 OK', 'Content-Type: text/html', '<h1>x</h1>')),
    error: 'content-type',
    detail: /text\/html.*<h1>/,
  },
  {
    name: 'compresses',
    script: writes(
      page('200 OK', 'Content-Type: text/event-stream\r\nContent-Encoding: gzip', gzipSync(event('[DONE]'))),
    ),
    error: 'content-encoding',
    detail: /gzip-encoded/,
  },
  {
    name: 'sends an error inside 200',
    script: writes(`${EVENT_STREAM}${token}${chunk(event({ error: { message: 'out of blocks' } }))}${done}${END}`),
    error: 'error-event',
    detail: /out of blocks/,
  },
  {
    name: 'sends an event of type error',
    script: writes(`${EVENT_STREAM}${chunk('event: error\ndata: {"message":"gone"}\n\n')}${done}${END}`),
    error: 'error-event',
    detail: /gone/,
  },
  {
    name: 'speaks another protocol',
    script: writes('220 smtp ready\r\n\r\n'),
    error: 'malformed',
    detail: /not a readable HTTP response/,
  },
  {
    name: 'breaks the chunks',
    script: writes(`${EVENT_STREAM}${token}zz\r\n`),
    error: 'malformed',
    detail: /not a readable HTTP response/,
  },
  {
    name: 'sends an event that is not JSON',
    script: writes(`${EVENT_STREAM}${chunk(event('{"a'))}${done}${END}`),
    error: 'malformed',
    detail: /not JSON/,
  },
  {
    name: 'counts no tokens',
    script: writes(`${EVENT_STREAM}${token}${chunk(event({ usage: { completion_tokens: 0 } }))}${done}${END}`),
    error: 'wrong-token-count',
    detail: /0 completion tokens/,
  },
]

/** What is unusual but right, and must count as such. */
export const ODD_SERVERS: readonly { name: string; script: Script }[] = [
  {
    name: 'sends an interim response first',
    script: writes(`HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${answer(7, 3)}`),
  },
  {
    name: 'speaks HTTP/1.0 and ends with the connection',
    script: (socket) => void socket.end(`HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n${events(7, 3)}`),
  },
  {
    name: 'ends lines with CRLF and sends comments between',
    script: (socket) => {
      const body = `: hello\r\n\r\n${events(7, 3).replaceAll('\n', '\r\n').replaceAll('data', ': ping\r\ndata')}`
      socket.write(`${EVENT_STREAM}${chunk(body)}${END}`)
    },
  },
  {
    name: 'sends a few bytes at a time',
    script: async (socket) => {
      const bytes = Buffer.from(answer(7, 3))
      socket.setNoDelay(true)
      for (let start = 0; start < bytes.length; start += 41) {
        socket.write(bytes.subarray(start, start + 41))
        await sleep(1)
      }
    },
  },
]

function events(promptTokens: number, tokens: number): string {
  return [
    event(delta({ role: 'assistant', content: '' })),
    ...Array.from({ length: tokens }, () => event(delta({ content: 'x' }))),
    event(delta({}, 'length')),
    event({ choices: [], usage: { prompt_tokens: promptTokens, completion_tokens: tokens } }),
    event('[DONE]'),
  ].join('')
}
