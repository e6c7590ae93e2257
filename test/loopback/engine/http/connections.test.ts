import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest'
import type { NetworkSettings, PreparedRequest } from '../../../../src/engine/http/connection.ts'
import type { ExchangeSink } from '../../../../src/engine/http/exchange.ts'
import { postRequest, requestTarget } from '../../../../src/engine/http/request-bytes.ts'
import { createTransport } from '../../../../src/engine/http/transport.ts'
import type { Script } from './scripted-server.ts'
import { TIERS } from './tiers.ts'

const clock = { date: () => '', monotonicMs: () => performance.now() }

class Collector implements ExchangeSink {
  status = 0
  text = ''
  reads: number[] = []
  pieces = 0
  read(atMs: number): void {
    this.reads.push(atMs)
  }
  head(head: { status: number }): void {
    this.status = head.status
  }
  body(bytes: Buffer, start: number, end: number): void {
    this.pieces++
    this.text += bytes.toString('latin1', start, end)
  }
}

const ok = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`

async function open(url: string, network: NetworkSettings | null, reuse = true) {
  const bytes = postRequest(requestTarget(url), '/', { 'x-of': 'us' }, '{}')
  const request: PreparedRequest = { id: '', path: '/', headers: { 'x-of': 'us' }, body: bytes.subarray(-2), bytes }
  const connection = (await createTransport(url, network, clock)).open(reuse)
  const ask = async (timeoutMs = 5000) => {
    const sink = new Collector()
    return { sink, result: await connection.exchange(request, sink, timeoutMs) }
  }
  return { connection, ask }
}

describe.each(TIERS)('a connection by $name', ({ name, serve }) => {
  async function start(context: Pick<TestContext, 'onTestFinished'>, script: Script, reuse = true) {
    const { server, network } = await serve(context, script)
    return { server, ...(await open(server.url, network, reuse)) }
  }

  it('comes from a transport of that name', async (context) => {
    const { server, network } = await serve(context, () => {})
    expect((await createTransport(server.url, network, clock)).name).toBe(name)
  })

  it('serves many requests and stamps written, first byte and end in order', async (context) => {
    const { server, connection, ask } = await start(
      context,
      (socket, index) => void socket.write(ok(`answer ${index}`)),
    )
    expect(await connection.connect(5000)).toBeNull()
    for (let index = 0; index < 5; index++) {
      const before = performance.now()
      const { sink, result } = await ask()
      expect(result.end).toEqual({ state: 'complete' })
      expect(sink).toMatchObject({ status: 200, text: `answer ${index}` })
      expect(result.writtenMs).toBeGreaterThanOrEqual(before)
      expect(result.firstByteMs).toBeGreaterThanOrEqual(result.writtenMs!)
      expect(result.endMs).toBe(sink.reads.at(-1))
    }
    expect(server.connections).toBe(1)
    connection.abort()
  })

  it('sends the same request', async (context) => {
    const { server, connection, ask } = await start(context, (socket) => void socket.write(ok('')))
    await connection.connect(5000)
    await ask()
    const [head, body] = server.requests[0]!.split('\r\n\r\n')
    expect(body).toBe('{}')
    expect(head).toMatch(name === 'undici (proxy)' ? /^POST http:\/\/127\.0\.0\.1:\d+\/ / : /^POST \/ HTTP\/1\.1\r\n/)
    const sent = ['x-of: us', 'content-type: application/json', 'content-length: 2', `host: 127.0.0.1:${server.port}`]
    for (const line of sent)
      expect(
        head!
          .toLowerCase()
          .split('\r\n')
          .filter((one) => one === line),
      ).toHaveLength(1)
    connection.abort()
  })

  it('stamps each read when it comes, not when the answer ends', async (context) => {
    const { connection, ask } = await start(context, async (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na')
      await sleep(60)
      socket.write('b')
    })
    await connection.connect(5000)
    const { sink } = await ask()
    expect(sink.reads).toHaveLength(2)
    expect(sink.reads[1]! - sink.reads[0]!).toBeGreaterThan(50)
    connection.abort()
  })

  it('tells chunks that came in one read from those that did not', async (context) => {
    const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
    const { connection, ask } = await start(
      context,
      (socket) => void socket.write(`${chunked}${'1\r\nx\r\n'.repeat(8)}0\r\n\r\n`),
    )
    await connection.connect(5000)
    const { sink } = await ask()
    expect(sink).toMatchObject({ text: 'xxxxxxxx', pieces: 8 })
    expect(sink.reads).toHaveLength(1)
    connection.abort()
  })

  it('is made anew where it may not be kept', async (context) => {
    const { server, connection, ask } = await start(context, (socket) => void socket.write(ok('x')), false)
    for (let index = 0; index < 3; index++) {
      expect(connection.usable).toBe(false)
      await connection.connect(5000)
      expect((await ask()).result.end.state).toBe('complete')
    }
    expect(server.connections).toBe(3)
  })

  it('sees that the server closed it while it was idle', async (context) => {
    const { connection, ask } = await start(context, (socket) => void socket.end(ok('x')))
    await connection.connect(5000)
    expect((await ask()).result.end.state).toBe('complete')
    await expect.poll(() => connection.usable).toBe(false)
  })

  it.each([
    ['says so', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx'],
    ['speaks HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx'],
  ])('is not used again when the server %s', async (_, answer) => {
    const { connection, ask } = await start({ onTestFinished }, (socket) => void socket.write(answer))
    await connection.connect(5000)
    expect((await ask()).result.end.state).toBe('complete')
    expect(connection.usable).toBe(false)
  })

  it('is given up when bytes come unasked', async (context) => {
    const { connection, ask } = await start(context, async (socket) => {
      socket.write(ok('x'))
      await sleep(20)
      socket.write(ok('late'))
    })
    await connection.connect(5000)
    await ask()
    await expect.poll(() => connection.usable).toBe(false)
  })

  it('reads an answer much longer than its buffer without pausing', async (context) => {
    const body = 'y'.repeat(5_000_000)
    const { connection, ask } = await start(context, (socket) => void socket.write(ok(body)))
    await connection.connect(5000)
    const { sink, result } = await ask()
    expect(result.end.state).toBe('complete')
    expect(sink.text.length).toBe(body.length)
    connection.abort()
  })

  it('ends what is under way when aborted, connecting included', async (context) => {
    const { connection, ask } = await start(context, () => {})
    await connection.connect(5000)
    const pending = ask()
    connection.abort()
    expect((await pending).result.end).toEqual({ state: 'aborted' })
    const connecting = connection.connect(5000)
    connection.abort()
    expect(await connecting).toMatch(/closed while connecting/)
    expect(connection.usable).toBe(false)
  })

  it('can be made again after an abort', async (context) => {
    const { connection, ask } = await start(context, (socket) => void socket.write(ok('x')))
    await connection.connect(5000)
    connection.abort()
    expect(connection.usable).toBe(false)
    expect(await connection.connect(5000)).toBeNull()
    expect((await ask()).sink.text).toBe('x')
    connection.abort()
  })
})
