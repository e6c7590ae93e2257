import { fork } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { requestTarget } from '../src/engine/http/request-bytes.ts'
import { TimedConnection } from '../src/engine/http/timed-connection.ts'
import type { RequestRecord } from '../src/suites/performance/record.ts'
import { ALL_EXTENSIONS, chatBody, prepareRequest } from '../src/suites/performance/request-body.ts'
import { timedRequest } from '../src/suites/performance/timed-request.ts'
import { nowMs } from './load-server.ts'
import { describeCommand, describeMachine } from './machine.ts'

/**
 * What the timed client takes of memory at its worst: 1,000 connections at once, of which one answers with a million
 * events; a million events over all of them; a line of 1 GB, and a thousand such lines at once. The most that the whole
 * process had resident, as the kernel counts it, each in a process of its own.
 *
 *     node bench/load-memory.ts
 */
const MAX_RESIDENT_MB = 400
const CONNECTIONS = 1000
const MILLION = 1_000_000
const LINE_BYTES = 1e9
const BLOCK = Buffer.alloc(64 * 1024, 'x')
const BLOCK_EVENTS = 100

interface Case {
  title: string
  connections: number
  /** Events of the first answer and of each other; 0 for an endless line. */
  events: [number, number]
}

const CASES: Case[] = [
  { title: '1,000 connections, nothing to do', connections: CONNECTIONS, events: [1, 1] },
  { title: '1,000 connections, one of 1 M events', connections: CONNECTIONS, events: [MILLION, 200] },
  { title: '1,000 connections of 1,000 events', connections: CONNECTIONS, events: [1000, 1000] },
  { title: 'a line of 1 GB', connections: 1, events: [0, 0] },
  { title: '1,000 lines of 1 GB', connections: CONNECTIONS, events: [0, 0] },
]

const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
const tokenEvent = `data: {"id":"a","choices":[{"index":0,"delta":{"content":" x"},"finish_reason":null}],"usage":null}\n\n`

/** Answers request `stream-events`; an event a chunk, many chunks a write. */
function serve(): void {
  const block = Buffer.from(chunk(tokenEvent).repeat(BLOCK_EVENTS))
  const server = createServer({ noDelay: true }, (socket) => {
    socket.once('data', (bytes) => {
      const events = Number(/x-request-id: \d+-(\d+)/.exec(bytes.toString('latin1'))?.[1])
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n')
      if (events === 0) {
        socket.write(`${LINE_BYTES.toString(16)}\r\ndata: `)
        pump(socket, LINE_BYTES / BLOCK.length, () => BLOCK, '')
        return
      }
      const one = Buffer.from(chunk(tokenEvent))
      const whole = Math.floor(events / BLOCK_EVENTS)
      const end = `${chunk('data: [DONE]\n\n')}0\r\n\r\n`
      pump(socket, whole + (events % BLOCK_EVENTS), (index) => (index < whole ? block : one), end)
    })
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
}

function pump(socket: Socket, writes: number, write: (index: number) => Buffer, end: string): void {
  let done = 0
  const more = () => {
    while (done < writes && !socket.destroyed) if (!socket.write(write(done++))) return
    socket.off('drain', more)
    socket.write(end)
  }
  socket.on('drain', more)
  more()
}

async function load(port: number, { connections: count, events }: Case) {
  const url = `http://127.0.0.1:${port}`
  const clock = { date: () => new Date().toISOString(), monotonicMs: nowMs }
  const connections = Array.from({ length: count }, () => new TimedConnection(requestTarget(url), clock, true))
  const refused = await Promise.all(connections.map((connection) => connection.connect(60_000)))
  if (refused.some((reason) => reason !== null)) throw new Error(`${refused.find((reason) => reason !== null)}`)
  const records = await Promise.all(
    connections.map((connection, stream) => {
      const asked = events[stream === 0 ? 0 : 1]
      const body = chatBody('bench', [{ role: 'user', content: 'hello' }], Math.max(1, asked), ALL_EXTENSIONS)
      return timedRequest({
        connection,
        request: prepareRequest({ url, model: 'bench', headers: {} }, `${stream}-${asked}`, body),
        session: stream,
        turn: 0,
        asked: { inputTokens: null, outputTokens: asked, cachedTokens: 0 },
        clock,
        originMs: 0,
        intendedMs: nowMs(),
        timeoutMs: 120_000,
        maxEvents: 2 * MILLION,
      })
    }),
  )
  for (const connection of connections) connection.abort()
  return { ends: ends(records), residentMb: process.resourceUsage().maxRSS / 1024 }
}

/** How the requests ended, by their number. */
function ends(records: readonly RequestRecord[]): string {
  const counts = new Map<string, number>()
  let events = 0
  for (const { outcome, events: log } of records) {
    const name = outcome.state === 'ok' ? 'ok' : outcome.error
    counts.set(name, (counts.get(name) ?? 0) + 1)
    events += log.length
  }
  return `${[...counts].map(([name, count]) => `${count} ${name}`).join(', ')}; ${events} events`
}

const [role, ...rest] = process.argv.slice(2)
if (role === 'serve') serve()
else if (role === 'load') process.send?.(await load(Number(rest[0]), CASES[Number(rest[1])]!), () => process.exit())
else {
  console.log(`${describeMachine()}\n$ ${describeCommand()}\n`)
  let missed = false
  for (const [index, { title }] of CASES.entries()) {
    const server = fork(import.meta.filename, ['serve'])
    const [port] = (await once(server, 'message')) as [number]
    const client = fork(import.meta.filename, ['load', `${port}`, `${index}`])
    const [seen] = (await once(client, 'message')) as [Awaited<ReturnType<typeof load>>]
    server.kill()
    const over = seen.residentMb > MAX_RESIDENT_MB
    missed ||= over
    const verdict = over ? `  more than ${MAX_RESIDENT_MB} MB` : ''
    console.log(`${title.padEnd(40)}${seen.residentMb.toFixed(0).padStart(5)} MB   ${seen.ends}${verdict}`)
  }
  process.exitCode = missed ? 1 : 0
}
