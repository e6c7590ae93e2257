import { fork } from 'node:child_process'
import { once } from 'node:events'
import { requestTarget } from '../src/engine/http/request-bytes.ts'
import { TimedConnection } from '../src/engine/http/timed-connection.ts'
import { carriesTokens } from '../src/suites/performance/event-classifier.ts'
import type { RequestRecord } from '../src/suites/performance/record.ts'
import { ALL_EXTENSIONS, chatBody, prepareRequest } from '../src/suites/performance/request-body.ts'
import { timedRequest } from '../src/suites/performance/timed-request.ts'
import type { ClientNotes, ClientTask } from './floor-client.ts'
import { nowMs, type ServedRequest, type StreamShape } from './load-server.ts'
import { describeCommand, describeMachine, median } from './machine.ts'

/**
 * What one event costs the timed client, how late its stamps are and how fast a burst of requests leaves: beside a bare
 * socket loop that only counts events (`bench/floor-client.ts`), against a server in a third process that notes when it
 * reads which request and sends which event. The two take turns, each with a server and a process of its own.
 *
 *     node bench/load-client.ts [streams,streams…] [seconds] [rounds]
 *
 * "late" is the client's stamp of an event less the server's stamp before it sent it; "TTFT excess" is the client's time
 * to the first token less the server's own, request by request. Pin the processes to one core each for steady figures.
 */
const EVENT_EVERY_MS = 20
const WARMUP_EVENTS = 50
const SATURATED_STREAMS = 64
/** Of one write; of eight a write eight times as many. */
const SATURATED_EVENTS = 8192
const SATURATED_EVENTS_PER_WRITE = 8

interface Figures {
  events: number
  cpuPerEvent: number
  lateMs: number[]
  ttftExcessMs: number[]
  burstMs: number
}

async function runOurs({ port, streams, eventsPerRequest }: ClientTask): Promise<ClientNotes> {
  const url = `http://127.0.0.1:${port}`
  const clock = { date: () => new Date().toISOString(), monotonicMs: nowMs }
  const endpoint = { url, model: 'bench', headers: {} }
  const connections = Array.from({ length: streams }, () => new TimedConnection(requestTarget(url), clock, true))
  await Promise.all(connections.map((connection) => connection.connect(5000)))
  const notes: ClientNotes = { events: 0, cpuMicroseconds: 0, requests: [] }
  for (const [turn, events] of eventsPerRequest.entries()) {
    const body = chatBody('bench', [{ role: 'user', content: 'hello' }], events, ALL_EXTENSIONS)
    const requests = connections.map((_, stream) => prepareRequest(endpoint, `${turn}-${stream}`, body))
    const before = process.cpuUsage()
    const records = await Promise.all(
      connections.map((connection, stream) =>
        timedRequest({
          connection,
          request: requests[stream]!,
          session: stream,
          turn,
          asked: { inputTokens: null, outputTokens: events, cachedTokens: 0 },
          clock,
          originMs: 0,
          intendedMs: nowMs(),
          timeoutMs: 120_000,
          maxEvents: 2 * events + 100,
        }),
      ),
    )
    const { user, system } = process.cpuUsage(before)
    for (const record of records) requireExact(record, events)
    if (turn === 0) continue
    notes.cpuMicroseconds += user + system
    for (const { id, writtenMs, events: log } of records) {
      notes.events += log.length - 1 // [DONE] is none to the floor.
      const tokenMs = [...log].filter((event) => carriesTokens(event.class)).map((event) => event.atMs)
      notes.requests.push({ id, writtenMs, tokenMs })
    }
  }
  for (const connection of connections) connection.abort()
  return notes
}

/** A client that is fast and wrong is of no use. */
function requireExact(record: RequestRecord, events: number): void {
  if (record.outcome.state === 'failed') throw new Error(JSON.stringify(record.outcome))
  let tokens = 0
  for (const event of record.events) if (carriesTokens(event.class)) tokens++
  if (tokens !== events || record.completionTokens !== events)
    throw new Error(`${tokens} token events and ${record.completionTokens} tokens instead of ${events}`)
}

/** One process for the server and one for the client, both new. */
async function measure(client: string, argv: readonly string[], shape: StreamShape, task: Omit<ClientTask, 'port'>) {
  const server = fork(`${import.meta.dirname}/load-server.ts`, [JSON.stringify(shape)])
  const [port] = (await once(server, 'message')) as [number]
  const child = fork(`${import.meta.dirname}/${client}`, [...argv, JSON.stringify({ port, ...task })])
  const [notes] = (await once(child, 'message')) as [ClientNotes]
  server.send('notes')
  const [served] = (await once(server, 'message')) as [ServedRequest[]]
  return figures(notes, served)
}

function figures(notes: ClientNotes, served: readonly ServedRequest[]): Figures {
  const truth = new Map(served.map((request) => [request.id, request]))
  const lateMs: number[] = []
  const ttftExcessMs: number[] = []
  const readMs: number[] = []
  for (const { id, writtenMs, tokenMs } of notes.requests) {
    const request = truth.get(id)!
    readMs.push(request.readMs)
    if (request.sentMs.length === 0) continue
    if (request.sentMs.length !== tokenMs.length)
      throw new Error(`${id}: ${tokenMs.length} of ${request.sentMs.length}`)
    for (const [index, sentMs] of request.sentMs.entries()) lateMs.push(tokenMs[index]! - sentMs)
    ttftExcessMs.push(tokenMs[0]! - writtenMs - (request.sentMs[0]! - request.readMs))
  }
  const burstMs = readMs.reduce((a, b) => Math.max(a, b)) - readMs.reduce((a, b) => Math.min(a, b))
  return { events: notes.events, cpuPerEvent: notes.cpuMicroseconds / notes.events, lateMs, ttftExcessMs, burstMs }
}

const CLIENTS = [
  { name: 'floor', file: 'floor-client.ts', argv: [] },
  { name: 'ours', file: 'load-client.ts', argv: ['client'] },
]

async function compare(title: string, rounds: number, shape: StreamShape, task: Omit<ClientTask, 'port'>) {
  const seen: Record<string, Figures[]> = { floor: [], ours: [] }
  for (let round = 0; round < rounds; round++)
    for (const { name, file, argv } of CLIENTS) seen[name]!.push(await measure(file, argv, shape, task))
  const floorCost = median(seen.floor!.map((figure) => figure.cpuPerEvent))
  for (const { name } of CLIENTS) {
    const costs = seen[name]!.map((figure) => figure.cpuPerEvent)
    const cells = [
      `${seen[name]![0]!.events}`,
      median(costs).toFixed(2),
      `${Math.min(...costs).toFixed(2)}–${Math.max(...costs).toFixed(2)}`,
      (median(costs) / floorCost).toFixed(2),
      ...rank(seen[name]!.flatMap((figure) => figure.lateMs)),
      ...rank(seen[name]!.flatMap((figure) => figure.ttftExcessMs)),
      shape.everyMs === 0 ? '–' : median(seen[name]!.map((figure) => figure.burstMs)).toFixed(1),
    ]
    console.log(title.padEnd(24) + name.padEnd(6) + cells.map((text, index) => text.padStart(WIDTHS[index]!)).join(''))
  }
}

const HEADS = ['events', 'CPU µs/event', 'range', '× floor', 'late p50', 'p99 ms', 'TTFT p50', 'p99 ms', 'burst ms']
const WIDTHS = [9, 14, 14, 9, 10, 8, 10, 8, 10]

/** Median and 99th percentile, nearest rank. */
function rank(values: number[]): string[] {
  if (values.length === 0) return ['–', '–']
  const sorted = Float64Array.from(values).sort()
  return [50, 99].map((percent) => sorted[Math.ceil((percent * sorted.length) / 100) - 1]!.toFixed(2))
}

const [first, ...rest] = process.argv.slice(2)
if (first === 'client') {
  const notes = await runOurs(JSON.parse(rest[0]!))
  process.send?.(notes, () => process.exit())
} else {
  const streamCounts = (first ?? '64,256,512').split(',').map(Number)
  const events = Math.round((Number(rest[0] ?? 5) * 1000) / EVENT_EVERY_MS)
  const rounds = Number(rest[1] ?? 3)
  console.log(`${describeMachine()}\n$ ${describeCommand()}\n`)
  console.log(' '.repeat(30) + HEADS.map((text, index) => text.padStart(WIDTHS[index]!)).join(''))
  for (const streams of streamCounts)
    await compare(
      `${streams} streams`,
      rounds,
      { everyMs: EVENT_EVERY_MS, eventsPerWrite: 1 },
      { streams, eventsPerRequest: [WARMUP_EVENTS, events] },
    )
  for (const eventsPerWrite of [1, SATURATED_EVENTS_PER_WRITE])
    await compare(
      `saturated, ${eventsPerWrite} a write`,
      rounds,
      { everyMs: 0, eventsPerWrite },
      { streams: SATURATED_STREAMS, eventsPerRequest: [SATURATED_EVENTS, SATURATED_EVENTS * eventsPerWrite] },
    )
}
