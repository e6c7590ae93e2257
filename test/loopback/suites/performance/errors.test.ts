import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { Worker } from 'node:worker_threads'
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest'
import type { HttpConnection, NetworkSettings } from '../../../../src/engine/http/connection.ts'
import { createTransport } from '../../../../src/engine/http/transport.ts'
import { REQUEST_ERRORS, type RequestRecord } from '../../../../src/suites/performance/record.ts'
import { ALL_EXTENSIONS, chatBody, prepareRequest } from '../../../../src/suites/performance/request-body.ts'
import { timedRequest } from '../../../../src/suites/performance/timed-request.ts'
import { proxyServer } from '../../engine/http/proxy-server.ts'
import {
  answer,
  chunk,
  delta,
  EVENT_STREAM,
  event,
  freePort,
  scriptedServer,
} from '../../engine/http/scripted-server.ts'
import { AUTHORITY, credentials, TIERS } from '../../engine/http/tiers.ts'
import { BAD_SERVERS, ODD_SERVERS } from './bad-servers.ts'

const clock = { date: () => '', monotonicMs: () => performance.now() }

/** For what must come to an end by itself. */
const PATIENT_MS = 20_000
const IMPATIENT_MS = 150
const MEBIBYTE = 2 ** 20

async function open(url: string, network: NetworkSettings | null): Promise<HttpConnection> {
  return (await createTransport(url, network, clock)).open(true)
}

function ask(connection: HttpConnection, url: string, timeoutMs = PATIENT_MS): Promise<RequestRecord> {
  const body = chatBody('m', [{ role: 'user', content: 'p' }], 4, ALL_EXTENSIONS)
  const nowMs = performance.now()
  return timedRequest({
    connection,
    request: prepareRequest({ url, model: 'm', headers: {} }, 'r', body),
    session: 0,
    turn: 0,
    asked: { inputTokens: null, outputTokens: 4, cachedTokens: 0 },
    clock,
    originMs: nowMs,
    intendedMs: nowMs,
    timeoutMs,
    maxEvents: 1000,
  })
}

/** One request on a connection of its own, which is made beforehand where it can be. */
async function askOnce(url: string, network: NetworkSettings | null, timeoutMs?: number): Promise<RequestRecord> {
  const connection = await open(url, network)
  await connection.connect(PATIENT_MS)
  try {
    return await ask(connection, url, timeoutMs)
  } finally {
    connection.abort()
  }
}

describe.each(TIERS)('a timed request by $name', (tier) => {
  it.each(BAD_SERVERS)('names a server that $name: $error', async ({ script, error, detail, endless }) => {
    const { server, network } = await tier.serve({ onTestFinished }, script)
    const record = await askOnce(server.url, network, endless ? IMPATIENT_MS : PATIENT_MS)
    expect(record.outcome).toEqual({ state: 'failed', error, detail: expect.stringMatching(detail) })
    // No retry hides anything.
    expect(server.requests).toHaveLength(1)
    expect(server.connections).toBe(1)
    expect(record.endMs).toBeGreaterThanOrEqual(record.writtenMs)
    expect(record.firstByteMs === null).toBe(/no byte of an answer|before-first/.test(detail.source + error))
  })

  it.each(ODD_SERVERS)('takes the answer of a server that $name', async ({ script }) => {
    const { server, network } = await tier.serve({ onTestFinished }, script)
    const record = await askOnce(server.url, network)
    expect(record.outcome).toEqual({ state: 'ok' })
    expect(record).toMatchObject({ promptTokens: 7, completionTokens: 3, finishReason: 'length' })
    expect([...record.events].filter((one) => one.class === 'answer')).toHaveLength(3)
  })

  it.each([
    ['a line', EVENT_STREAM + chunk('data: '), chunk('x'.repeat(65_536)), 'too-long', /event exceeds/],
    ['a head', 'HTTP/1.1 200 OK\r\nX: ', 'x'.repeat(65_536), 'malformed', /head exceeds/],
    ['a reason phrase', 'HTTP/1.1 200 ', 'x'.repeat(65_536), 'malformed', /head exceeds/],
    ['a stream of events', EVENT_STREAM, chunk(event(delta({ content: 'x' }))), 'too-long', /more than 1000 events/],
    [
      'an error page',
      'HTTP/1.1 500 E\r\nTransfer-Encoding: chunked\r\n\r\n',
      chunk('x'.repeat(65_536)),
      'http-status',
      /^HTTP 500: x/,
    ],
  ])('bounds %s of a gigabyte', async (_, start, more, error, detail) => {
    let sent = 0
    const { server, network } = await tier.serve({ onTestFinished }, (socket) => {
      socket.write(start)
      const pour = () => {
        while (!socket.destroyed && sent < 1024 * MEBIBYTE) {
          sent += more.length
          if (!socket.write(more)) {
            socket.once('drain', pour)
            return
          }
        }
      }
      pour()
    })
    const before = process.memoryUsage().rss
    const record = await askOnce(server.url, network)
    expect(record.outcome).toEqual({ state: 'failed', error, detail: expect.stringMatching(detail) })
    // The client hung up long before the gigabyte, and did not keep what came until then.
    expect(sent).toBeLessThan(64 * MEBIBYTE)
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * MEBIBYTE)
  })

  it('has a new connection, and says so, when the server closed the one before', async (context) => {
    const { server, network } = await tier.serve(context, (socket) => void socket.end(answer(7, 1)))
    const connection = await open(server.url, network)
    const records: RequestRecord[] = []
    for (let index = 0; index < 3; index++) {
      records.push(await ask(connection, server.url))
      await expect.poll(() => connection.usable).toBe(false)
    }
    expect(records.map(({ outcome }) => outcome.state)).toEqual(['ok', 'ok', 'ok'])
    expect(records.map(({ reused }) => reused)).toEqual([false, false, false])
    expect(records.every(({ connectMs }) => connectMs > 0)).toBe(true)
    expect(server.connections).toBe(3)
  })

  it('says that a kept connection was used again', async (context) => {
    const { server, network } = await tier.serve(context, (socket) => void socket.write(answer(7, 1)))
    const connection = await open(server.url, network)
    const records = [await ask(connection, server.url), await ask(connection, server.url)]
    connection.abort()
    expect(records.map(({ reused, outcome }) => [reused, outcome.state])).toEqual([
      [false, 'ok'],
      [true, 'ok'],
    ])
    expect(records[1]!.connectMs).toBe(0)
    expect(server.connections).toBe(1)
  })
})

describe('a timed request', () => {
  const trusting = { proxy: null, certificateAuthority: AUTHORITY }

  it('names a server that is not there', async () => {
    for (const scheme of ['http', 'https']) {
      const url = `${scheme}://127.0.0.1:${await freePort()}`
      const record = await ask(await open(url, null), url)
      expect(record.outcome).toEqual({
        state: 'failed',
        error: 'connect',
        detail: expect.stringMatching(/ECONNREFUSED/),
      })
      expect(record).toMatchObject({ firstByteMs: null, reused: false })
    }
  })

  it('names a server that is slow to accept a timeout', async (context) => {
    // The system accepts for it; under TLS the server itself must.
    const { port } = await scriptedServer(context, () => {})
    const silent = `https://127.0.0.1:${port}`
    const { outcome } = await ask(await open(silent, trusting), silent, IMPATIENT_MS)
    expect(outcome).toEqual({ state: 'failed', error: 'timeout', detail: 'no connection within 150 ms' })
    const asleep = await sleepingServer(context)
    const record = await ask(await open(asleep, null), asleep, IMPATIENT_MS)
    expect(record.outcome).toEqual({
      state: 'failed',
      error: 'timeout',
      detail: expect.stringMatching(/no byte|no conn/),
    })
  })

  it('is spoiled by an interim 100 that nobody asked for only where undici refuses it', async () => {
    for (const tier of TIERS) {
      const { server, network } = await tier.serve({ onTestFinished }, (socket) => {
        socket.write(`HTTP/1.1 100 Continue\r\n\r\n${answer(7, 3)}`)
      })
      const { outcome } = await askOnce(server.url, network)
      const refused = { state: 'failed', error: 'malformed', detail: expect.stringMatching(/was not asked/) }
      expect(outcome).toEqual(tier.name === 'plain socket' ? { state: 'ok' } : refused)
    }
  })

  it('names a certificate that nobody vouches for, and the option that helps', async (context) => {
    const { url } = await scriptedServer(context, () => {}, { credentials: credentials('server') })
    const { outcome } = await ask(await open(url, null), url)
    expect(outcome).toEqual({ state: 'failed', error: 'connect', detail: expect.stringMatching(/--ca$/) })
  })

  it.each(['407 Proxy Authentication Required', '502 Bad Gateway'])(
    'names a proxy that refuses with %s',
    async (status) => {
      const proxy = await proxyServer({ onTestFinished }, `HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`)
      const network = { ...trusting, proxy: proxy.url }
      const code = status.slice(0, 3)
      const tunnelled = await ask(await open('https://127.0.0.1:1', network), 'https://127.0.0.1:1')
      expect(tunnelled.outcome).toMatchObject({ error: 'connect', detail: expect.stringContaining(`HTTP ${code}`) })
      const plain = await ask(await open('http://127.0.0.1:1', network), 'http://127.0.0.1:1')
      expect(plain.outcome).toEqual({ state: 'failed', error: 'http-status', detail: `HTTP ${code}` })
      expect(proxy.heads).toHaveLength(2)
    },
  )

  it('is shown every class of error that a server can cause', () => {
    // A connection that is refused and an answer that is too long are above.
    const shown = new Set<string>([...BAD_SERVERS.map(({ error }) => error), 'connect', 'too-long'])
    expect(REQUEST_ERRORS.filter((error) => !shown.has(error))).toEqual([])
  })
})

/** A server in a thread that listens and then does nothing at all. */
async function sleepingServer(context: Pick<TestContext, 'onTestFinished'>): Promise<string> {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads')
     const server = require('node:net').createServer(() => {})
     server.listen(0, '127.0.0.1', () => {
       parentPort.postMessage(server.address().port)
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30_000)
     })`,
    { eval: true },
  )
  context.onTestFinished(() => void worker.terminate())
  const [port] = (await once(worker, 'message')) as [number]
  return `http://127.0.0.1:${port}`
}
