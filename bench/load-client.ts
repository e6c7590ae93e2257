import { fork } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { requestTarget } from '../src/engine/http/request-bytes.ts'
import { TimedConnection } from '../src/engine/http/timed-connection.ts'
import { ALL_EXTENSIONS, chatBody, prepareRequest } from '../src/suites/performance/request-body.ts'
import { timedRequest } from '../src/suites/performance/timed-request.ts'
import { describeCommand, describeMachine, median } from './machine.ts'

/**
 * What one event costs the timed client, and how late its stamps are: against a server in a second process that notes
 * when it sends each event, and beside a bare socket loop that only counts events (the floor). The two take turns.
 *
 *     node bench/load-client.ts [streams,streams…] [seconds] [rounds]
 */
const EVENT_EVERY_MS = 20

interface Outcome {
  events: number
  cpuMicroseconds: number
  /** Client stamp less send stamp of each event, microseconds; none for the floor. */
  lateMicroseconds: number[]
}

/** One monotonic clock for all processes; `performance.now()` starts anew in each. */
const nowMs = () => Number(process.hrtime.bigint()) / 1e6
const clock = { date: () => new Date().toISOString(), monotonicMs: nowMs }

const event = (content: string) =>
  `data: {"id":"chatcmpl-6f0c2b","object":"chat.completion.chunk","created":1790000000,"model":"bench","choices":[{"index":0,"delta":{"content":"${content}"},"logprobs":null,"finish_reason":null,"token_ids":null}],"usage":null}\n\n`
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
const END = `${chunk('data: [DONE]\n\n')}0\r\n\r\n`

/** Sends `events` events on each connection, one every 20 ms, and tells the parent when it sent which. */
function serve(events: number): void {
  const sent: number[][] = []
  const server = createServer({ noDelay: true }, (socket) => {
    socket.once('data', (bytes) => {
      const stream = Number(/x-request-id: (\d+)/.exec(bytes.toString('latin1'))?.[1])
      const stamps: number[] = []
      sent[stream] = stamps
      socket.write(HEAD)
      // Streams of a real server do not beat together.
      setTimeout(() => {
        const timer = setInterval(() => {
          stamps.push(nowMs())
          socket.write(chunk(event(' word')))
          if (stamps.length < events) return
          clearInterval(timer)
          socket.write(END)
        }, EVENT_EVERY_MS)
      }, Math.random() * EVENT_EVERY_MS)
    })
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
  process.on('message', () => process.send?.(sent, () => process.exit()))
}

async function ours(port: number, streams: number, events: number, request: (stream: number) => Buffer) {
  const url = `http://127.0.0.1:${port}`
  const connections = Array.from({ length: streams }, () => new TimedConnection(requestTarget(url), clock, true))
  await Promise.all(connections.map((connection) => connection.connect(5000)))
  const before = process.cpuUsage()
  const records = await Promise.all(
    connections.map((connection, stream) =>
      timedRequest({
        connection,
        request: { id: `${stream}`, bytes: request(stream) },
        clock,
        originMs: 0,
        intendedMs: nowMs(),
        timeoutMs: 60_000,
        maxEvents: 2 * events,
      }),
    ),
  )
  const { user, system } = process.cpuUsage(before)
  for (const connection of connections) connection.abort()
  const failed = records.find((record) => record.outcome.state === 'failed')
  if (failed) throw new Error(JSON.stringify(failed.outcome))
  const tokens = records.map((record) => record.events.filter((one) => one.class === 'answer').map((one) => one.atMs))
  return { cpuMicroseconds: user + system, stamps: tokens }
}

async function floor(port: number, streams: number, request: (stream: number) => Buffer) {
  const mark = Buffer.from('data: {')
  let events = 0
  const open = async () => {
    const buffer = Buffer.allocUnsafeSlow(32 * 1024)
    let ended = () => {}
    const callback = (length: number) => {
      for (let at = buffer.indexOf(mark); at >= 0 && at < length; at = buffer.indexOf(mark, at + 1)) events++
      if (buffer[length - 3] === 0x0a && buffer[length - 5] === 0x30) ended()
      return true
    }
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback } })
    const end = new Promise<void>((resolve) => {
      ended = resolve
    })
    await once(socket, 'connect')
    return { socket, end }
  }
  const sockets = await Promise.all(Array.from({ length: streams }, open))
  const before = process.cpuUsage()
  for (const [stream, { socket }] of sockets.entries()) socket.write(request(stream))
  await Promise.all(sockets.map(({ end }) => end))
  const { user, system } = process.cpuUsage(before)
  for (const { socket } of sockets) socket.destroy()
  return { cpuMicroseconds: user + system, events }
}

/** In its own process: the client against a fresh server. */
async function measure(kind: string, streams: number, seconds: number): Promise<Outcome> {
  const events = Math.round((seconds * 1000) / EVENT_EVERY_MS)
  const server = fork(import.meta.filename, ['serve', `${events}`])
  const [port] = (await once(server, 'message')) as [number]
  const endpoint = { url: `http://127.0.0.1:${port}`, model: 'bench', headers: {} }
  const body = chatBody('bench', 'hello', events, ALL_EXTENSIONS)
  const request = (stream: number) => prepareRequest(endpoint, `${stream}`, body).bytes
  const run = kind === 'floor' ? await floor(port, streams, request) : await ours(port, streams, events, request)
  server.send('stamps')
  const [sent] = (await once(server, 'message')) as [number[][]]
  if ('events' in run) return { ...run, lateMicroseconds: [] }
  const late = run.stamps.flatMap((stamps, stream) =>
    stamps.map((atMs, index) => 1000 * (atMs - sent[stream]![index]!)),
  )
  return { events: late.length, cpuMicroseconds: run.cpuMicroseconds, lateMicroseconds: late }
}

async function inOwnProcess(kind: string, streams: number, seconds: number): Promise<Outcome> {
  const child = fork(import.meta.filename, ['measure', kind, `${streams}`, `${seconds}`])
  const [outcome] = (await once(child, 'message')) as [Outcome]
  return outcome
}

async function compare(streamCounts: readonly number[], seconds: number, rounds: number): Promise<void> {
  console.log(`${describeMachine()}\n$ ${describeCommand()}\n`)
  console.log('streams  client   events   CPU µs/event   × floor   stamp late p50 µs   p99 µs')
  for (const streams of streamCounts) {
    const perEvent: Record<string, number[]> = { floor: [], ours: [] }
    const late: number[] = []
    let events = 0
    for (let round = 0; round < rounds; round++)
      for (const kind of ['floor', 'ours']) {
        const outcome = await inOwnProcess(kind, streams, seconds)
        perEvent[kind]!.push(outcome.cpuMicroseconds / outcome.events)
        late.push(...outcome.lateMicroseconds)
        events = outcome.events
      }
    const floorCost = median(perEvent.floor!)
    late.sort((a, b) => a - b)
    for (const kind of ['floor', 'ours']) {
      const cost = median(perEvent[kind]!)
      const stamps = [50, 99].map((p) =>
        kind === 'ours' ? late[Math.floor((late.length * p) / 100)]!.toFixed(0) : '–',
      )
      const columns = [`${streams}`, kind, `${events}`, cost.toFixed(2), (cost / floorCost).toFixed(2), ...stamps]
      console.log(columns.map((text, index) => text.padStart([7, 8, 9, 15, 10, 20, 9][index]!)).join(''))
    }
  }
}

const [role, ...rest] = process.argv.slice(2)
if (role === 'serve') serve(Number(rest[0]))
else if (role === 'measure') {
  const outcome = await measure(rest[0]!, Number(rest[1]), Number(rest[2]))
  process.send?.(outcome, () => process.exit())
} else await compare((role ?? '64,256').split(',').map(Number), Number(rest[0] ?? 5), Number(rest[1] ?? 3))
