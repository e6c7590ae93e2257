import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { createServer as createSecureServer } from 'node:tls'
import { describe, expect, it } from 'vitest'
import type { ExchangeSink } from '../../../../src/engine/http/exchange.ts'
import { postRequest, requestTarget } from '../../../../src/engine/http/request-bytes.ts'
import { TimedConnection } from '../../../../src/engine/http/timed-connection.ts'
import { freePort, scriptedServer } from './scripted-server.ts'

const clock = { date: () => '', monotonicMs: () => performance.now() }

class Collector implements ExchangeSink {
  status = 0
  text = ''
  reads: number[] = []
  read(atMs: number): void {
    this.reads.push(atMs)
  }
  head(head: { status: number }): void {
    this.status = head.status
  }
  body(bytes: Buffer, start: number, end: number): void {
    this.text += bytes.toString('latin1', start, end)
  }
}

const ok = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`

function open(url: string, reuse = true) {
  const target = requestTarget(url)
  const connection = new TimedConnection(target, clock, reuse)
  const request = postRequest(target, '/', {}, '{}')
  const ask = async (timeoutMs = 5000) => {
    const sink = new Collector()
    return { sink, result: await connection.exchange(request, sink, timeoutMs) }
  }
  return { connection, ask }
}

describe('TimedConnection', () => {
  it('uses one connection for many requests and stamps written, first byte and end in order', async (context) => {
    const server = await scriptedServer(context, (socket, index) => void socket.write(ok(`answer ${index}`)))
    const { connection, ask } = open(server.url)
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

  it('stamps each read when it comes, not when the answer ends', async (context) => {
    const server = await scriptedServer(context, async (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na')
      await sleep(60)
      socket.write('b')
    })
    const { connection, ask } = open(server.url)
    await connection.connect(5000)
    const { sink } = await ask()
    expect(sink.reads).toHaveLength(2)
    expect(sink.reads[1]! - sink.reads[0]!).toBeGreaterThan(50)
    connection.abort()
  })

  it('connects anew where it may not keep the connection', async (context) => {
    const server = await scriptedServer(context, (socket) => void socket.write(ok('x')))
    const { connection, ask } = open(server.url, false)
    for (let index = 0; index < 3; index++) {
      expect(connection.usable).toBe(false)
      await connection.connect(5000)
      expect((await ask()).result.end.state).toBe('complete')
    }
    expect(server.connections).toBe(3)
  })

  it('sees that the server closed an idle connection', async (context) => {
    const server = await scriptedServer(context, (socket) => void socket.end(ok('x')))
    const { connection, ask } = open(server.url)
    await connection.connect(5000)
    expect((await ask()).result.end.state).toBe('complete')
    await expect.poll(() => connection.usable).toBe(false)
  })

  it('gives up a connection on which bytes come unasked', async (context) => {
    const server = await scriptedServer(context, async (socket) => {
      socket.write(ok('x'))
      await sleep(20)
      socket.write(ok('late'))
    })
    const { connection, ask } = open(server.url)
    await connection.connect(5000)
    await ask()
    await expect.poll(() => connection.usable).toBe(false)
  })

  it('reads an answer much longer than its buffer without pausing', async (context) => {
    const body = 'y'.repeat(5_000_000)
    const server = await scriptedServer(context, (socket) => void socket.write(ok(body)))
    const { connection, ask } = open(server.url)
    await connection.connect(5000)
    const { sink, result } = await ask()
    expect(result.end.state).toBe('complete')
    expect(sink.text.length).toBe(body.length)
    connection.abort()
  })

  it('says why no connection came to be', async (context) => {
    const server = await scriptedServer(context, () => {})
    expect(await open(`http://127.0.0.1:${await freePort()}`).connection.connect(5000)).toMatch(/ECONNREFUSED/)
    expect(await open('http://name.invalid').connection.connect(5000)).toMatch(
      /ENOTFOUND|EAI_AGAIN|no connection within/,
    )
    // The name has two addresses where IPv6 is on; the server has one.
    const { connection } = open(`http://localhost:${server.port}`)
    expect(await connection.connect(5000)).toBeNull()
    connection.abort()
  })

  it('ends what is under way when aborted, connecting included', async (context) => {
    const server = await scriptedServer(context, () => {})
    const { connection, ask } = open(server.url)
    await connection.connect(5000)
    const pending = ask()
    connection.abort()
    expect((await pending).result.end).toEqual({ state: 'aborted' })
    const connecting = connection.connect(5000)
    connection.abort()
    expect(await connecting).toMatch(/closed while connecting/)
  })

  it('speaks TLS, and refuses a certificate that nobody vouches for', async (context) => {
    const directory = mkdtempSync(join(tmpdir(), 'crosschip-tls-'))
    context.onTestFinished(() => rmSync(directory, { recursive: true }))
    const [keyFile, certificateFile] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')]
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
    const files = ['-keyout', keyFile, '-out', certificateFile]
    try {
      execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...subject, ...files], {
        stdio: 'ignore',
      })
    } catch {
      context.skip('openssl is not installed')
    }
    const credentials = { key: readFileSync(keyFile), cert: readFileSync(certificateFile) }
    const secure = createSecureServer(credentials)
    secure.on('secureConnection', () => {})
    const server = await scriptedServer(context, (socket) => void socket.write(ok('secret')), secure)
    const url = `https://127.0.0.1:${server.port}`
    expect(await open(url).connection.connect(5000)).toMatch(/SELF_SIGNED|self.signed/i)
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
    context.onTestFinished(() => {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before
    })
    const { connection, ask } = open(url)
    expect(await connection.connect(5000)).toBeNull()
    expect((await ask()).sink.text).toBe('secret')
    connection.abort()
  })
})
