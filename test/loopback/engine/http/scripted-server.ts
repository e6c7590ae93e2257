import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { TestContext } from 'vitest'

/** What one connection does with each request that arrived whole; `request` counts from 0 over the server's life. */
export type Script = (socket: Socket, request: number, text: string) => void | Promise<void>

export interface ScriptedServer {
  url: string
  port: number
  /** The requests as they came, head and body. */
  requests: string[]
  connections: number
}

export interface ScriptedServerOptions {
  /** Speaks TLS with these. */
  credentials?: { key: string; cert: string }
  host?: '127.0.0.1' | '::1'
}

const rawSockets = new WeakMap<Socket, Socket>()

/** Ends a connection by a reset, under TLS too: without its goodbye. */
export function reset(socket: Socket): void {
  ;(rawSockets.get(socket) ?? socket).resetAndDestroy()
}

/** A raw TCP server on loopback that reads whole requests and then does what the script says. Closed after the test. */
export async function scriptedServer(
  context: Pick<TestContext, 'onTestFinished'>,
  script: Script,
  { credentials, host = '127.0.0.1' }: ScriptedServerOptions = {},
): Promise<ScriptedServer> {
  const sockets = new Set<Socket>()
  const state: ScriptedServer = { url: '', port: 0, requests: [], connections: 0 }
  const server = createServer((raw) => {
    raw.on('error', () => {})
    const socket = credentials ? new TLSSocket(raw, { isServer: true, ...credentials }) : raw
    rawSockets.set(socket, raw)
    sockets.add(raw)
    state.connections++
    let waiting = ''
    socket.on('error', () => {})
    raw.on('close', () => sockets.delete(raw))
    socket.on('data', (bytes: Buffer) => {
      waiting += bytes.toString('latin1')
      for (let length = wholeRequest(waiting); length > 0; length = wholeRequest(waiting)) {
        const text = waiting.slice(0, length)
        waiting = waiting.slice(length)
        state.requests.push(text)
        void script(socket, state.requests.length - 1, text)
      }
    })
  })
  server.listen(0, host)
  await once(server, 'listening')
  state.port = (server.address() as AddressInfo).port
  state.url = `${credentials ? 'https' : 'http'}://${host === '::1' ? '[::1]' : host}:${state.port}`
  context.onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return state
}

/** A port on which nobody listens; nobody took it a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function wholeRequest(text: string): number {
  const head = text.indexOf('\r\n\r\n')
  if (head < 0) return 0
  const length = Number(/content-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0)
  return text.length >= head + 4 + length ? head + 4 + length : 0
}

export const EVENT_STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'

export function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
}

export function event(value: unknown): string {
  return `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`
}

export function delta(fields: unknown, finish: string | null = null): unknown {
  return { choices: [{ index: 0, delta: fields, finish_reason: finish }] }
}

/** A whole answer of `tokens` tokens, one event each. */
export function answer(promptTokens: number, tokens: number): string {
  return [
    EVENT_STREAM,
    chunk(event(delta({ role: 'assistant', content: '' }))),
    ...Array.from({ length: tokens }, () => chunk(event(delta({ content: 'x' })))),
    chunk(event(delta({}, 'length'))),
    chunk(event({ choices: [], usage: { prompt_tokens: promptTokens, completion_tokens: tokens } })),
    chunk(event('[DONE]')),
    '0\r\n\r\n',
  ].join('')
}
