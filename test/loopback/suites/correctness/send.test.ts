import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import type { CheckRequest } from '../../../../src/suites/correctness/check.ts'
import { MAX_ANSWER_BYTES, send } from '../../../../src/suites/correctness/send.ts'
import { type ScriptedServer, sendHtml, sendJson, startScripted } from './scripted-server.ts'

const clock = { date: () => new Date().toISOString(), monotonicMs: () => performance.now() }
const chat = (changes: Partial<CheckRequest> = {}): CheckRequest => ({
  id: 'one',
  method: 'POST',
  path: '/v1/chat/completions',
  body: { model: 'toy' },
  ...changes,
})

let server: ScriptedServer
afterEach(() => server?.close())

async function ask(
  script: Parameters<typeof startScripted>[0],
  request = chat(),
  limits: { timeoutMs?: number; signal?: AbortSignal; headers?: Record<string, string> } = {},
) {
  server = await startScripted(script)
  const endpoint = { url: server.url, model: 'toy', headers: limits.headers ?? {} }
  const signal = limits.signal ?? new AbortController().signal
  return send(endpoint, request, { clock, signal, timeoutMs: limits.timeoutMs ?? 5000 })
}

describe('send', () => {
  it('gives back status, type, text and JSON', async () => {
    const response = await ask((_, reply) => sendJson(reply, 200, { id: 'a', content: null }))
    expect(response).toMatchObject({ state: 'answered', status: 200, json: { id: 'a', content: null } })
  })

  it('gives back a web page and an error status as data', async () => {
    expect(await ask((_, reply) => sendHtml(reply, 200))).toMatchObject({ state: 'answered', status: 200, json: null })
    await server.close()
    expect(await ask((_, reply) => sendJson(reply, 500, { error: 'x' }))).toMatchObject({
      state: 'answered',
      status: 500,
    })
  })

  it('gives up on silence at its time limit', async () => {
    const response = await ask(() => {}, chat(), { timeoutMs: 150 })
    expect(response).toMatchObject({ state: 'failed', error: expect.stringContaining('within 0.15 s') })
    expect(response.durationMs).toBeLessThan(3000)
  })

  it('gives up on a stream that stops coming, and says how far it came', async () => {
    const response = await ask(
      (_, reply) => {
        reply.writeHead(200, { 'content-type': 'text/event-stream' })
        reply.write('data: {}\n\ndata: {}\n\n')
      },
      chat({ stream: true }),
      { timeoutMs: 200 },
    )
    expect(response).toMatchObject({ state: 'failed', error: expect.stringContaining('2 events had come') })
  })

  it('names a refused and a reset connection', async () => {
    const reset = await ask((_, reply) => void reply.destroy())
    expect(reset).toMatchObject({ state: 'failed', error: expect.stringMatching(/closed|hang up|ECONNRESET/) })
    const { url } = server
    await server.close()
    const refused = await send({ url, model: 'toy', headers: {} }, chat(), {
      clock,
      signal: new AbortController().signal,
      timeoutMs: 1000,
    })
    expect(refused).toMatchObject({ state: 'failed', error: expect.stringContaining('ECONNREFUSED') })
  })

  it('keeps the reads as they came and the events whole, also when a character was cut', async () => {
    const bytes = Buffer.from('data: {"a":"世"}\n\ndata: [DONE]\n\n')
    const response = await ask(
      async (_, reply) => {
        reply.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
        reply.write(bytes.subarray(0, 13))
        await sleep(30)
        reply.end(bytes.subarray(13))
      },
      chat({ stream: true }),
    )
    if (response.state !== 'streamed') throw new Error(response.state)
    expect(response.events).toEqual(['{"a":"世"}', '[DONE]'])
    expect(response.done).toBe(true)
    expect(response.reads.length).toBeGreaterThan(1)
    expect(Buffer.concat(response.reads)).toEqual(bytes)
  })

  it('keeps what came of a stream whose connection broke, as not done', async () => {
    const response = await ask(
      async (_, reply) => {
        reply.writeHead(200, { 'content-type': 'text/event-stream' })
        reply.write('data: {}\n\n')
        await sleep(30)
        reply.destroy()
      },
      chat({ stream: true }),
    )
    expect(response).toMatchObject({ state: 'streamed', done: false, events: ['{}'] })
  })

  it('gives back a plain answer to a stream as it is', async () => {
    const response = await ask((_, reply) => sendJson(reply, 400, { error: 'no streams' }), chat({ stream: true }))
    expect(response).toMatchObject({ state: 'answered', status: 400 })
  })

  it('leaves after so many events, and the server notices', async () => {
    const response = await ask(
      async (_, reply) => {
        reply.writeHead(200, { 'content-type': 'text/event-stream' })
        for (let index = 0; index < 200 && !reply.destroyed; index++) {
          reply.write(`data: ${index}\n\n`)
          await sleep(5)
        }
        reply.end()
      },
      chat({ stream: true, abortAfterEvents: 3 }),
    )
    expect(response).toMatchObject({ state: 'aborted', events: expect.arrayContaining(['0', '1', '2']) })
    for (let waited = 0; waited < 100 && server.left() === 0; waited++) await sleep(10)
    expect(server.left()).toBe(1)
  })

  it('stops reading an endless answer', async () => {
    const block = Buffer.alloc(1024 * 1024, 0x20)
    const response = await ask((_, reply) => {
      reply.writeHead(200, { 'content-type': 'application/json' })
      const more = () => {
        while (!reply.destroyed && reply.write(block));
      }
      reply.on('drain', more)
      more()
    })
    expect(response).toMatchObject({ state: 'failed', error: expect.stringContaining(String(MAX_ANSWER_BYTES)) })
  })

  it('does not follow a redirect with its credentials', async () => {
    const headers = { authorization: 'Bearer secret-key' }
    const response = await ask(
      ({ path }, reply) => {
        if (path === '/elsewhere') return sendJson(reply, 200, {})
        reply.writeHead(307, { location: '/elsewhere' })
        reply.end()
      },
      chat(),
      { headers },
    )
    expect(response).toMatchObject({ state: 'answered', status: 307 })
    expect(server.asked).toHaveLength(1)
    expect(server.asked[0]!.headers.authorization).toBe('Bearer secret-key')
  })

  it('ends at once when it is interrupted, before or during the request', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 50)
    const during = await ask(() => {}, chat(), { signal: controller.signal })
    expect(during).toMatchObject({ state: 'failed', error: 'interrupted' })
    const before = await ask(() => {}, chat(), { signal: controller.signal })
    expect(before).toMatchObject({ state: 'failed', error: 'interrupted' })
  })
})
