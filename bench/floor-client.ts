import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { nowMs } from './load-server.ts'

/**
 * The floor of `bench/load-client.ts`: a bare loop over sockets that finds each event by its first bytes and notes one
 * stamp for each, and knows nothing else of HTTP, events or JSON. No client that reads what it is sent costs less.
 */

/** What a client of the bench is asked to do, and what it tells afterwards. */
export interface ClientTask {
  port: number
  streams: number
  /** Events of each of the requests that follow each other on each stream; the first is warm-up. */
  eventsPerRequest: number[]
}

export interface ClientNotes {
  /** Events and processor time, user and system, of all requests but the first of each stream. */
  events: number
  cpuMicroseconds: number
  requests: { id: string; writtenMs: number; tokenMs: number[] }[]
}

const EVENT = Buffer.from('data: {"')
const BUFFER_BYTES = 64 * 1024
/** Finish and usage come after the tokens. */
const EVENTS_WITHOUT_TOKEN = 2

const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES)

class Stream {
  readonly socket: Socket
  readonly stamps: number[] = []
  ended: () => void = () => {}

  constructor(port: number) {
    const callback = (length: number) => {
      this.#read(length)
      return true
    }
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback } })
  }

  #read(length: number): void {
    const atMs = nowMs()
    for (let at = buffer.indexOf(EVENT); at >= 0 && at < length; at = buffer.indexOf(EVENT, at + EVENT.length))
      this.stamps.push(atMs)
    // The last chunk: "0", two line ends.
    if (buffer[length - 1] === 0x0a && buffer[length - 3] === 0x0a && buffer[length - 5] === 0x30) this.ended()
  }
}

export async function runFloor({ port, streams, eventsPerRequest }: ClientTask): Promise<ClientNotes> {
  const open = Array.from({ length: streams }, () => new Stream(port))
  await Promise.all(open.map(({ socket }) => once(socket, 'connect')))
  const notes: ClientNotes = { events: 0, cpuMicroseconds: 0, requests: [] }
  for (const [turn, events] of eventsPerRequest.entries()) {
    const before = process.cpuUsage()
    const written: number[] = []
    const requests = open.map((_, stream) => requestBytes(`${turn}-${stream}`, events))
    const all = open.map((stream, index) => {
      stream.stamps.length = 0
      stream.socket.write(requests[index]!)
      written.push(nowMs())
      return new Promise<void>((resolve) => {
        stream.ended = resolve
      })
    })
    await Promise.all(all)
    const { user, system } = process.cpuUsage(before)
    if (turn === 0) continue
    notes.cpuMicroseconds += user + system
    for (const [index, { stamps }] of open.entries()) {
      notes.events += stamps.length
      const tokenMs = stamps.slice(0, stamps.length - EVENTS_WITHOUT_TOKEN)
      notes.requests.push({ id: `${turn}-${index}`, writtenMs: written[index]!, tokenMs })
    }
  }
  for (const { socket } of open) socket.destroy()
  return notes
}

function requestBytes(id: string, events: number): Buffer {
  const body = JSON.stringify({ model: 'bench', stream: true, max_tokens: events })
  const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nx-request-id: ${id}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`
  return Buffer.from(head + body)
}

if (process.argv[1] === import.meta.filename) {
  const notes = await runFloor(JSON.parse(process.argv[2]!))
  process.send?.(notes, () => process.exit())
}
