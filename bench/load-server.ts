import { type AddressInfo, createServer, type Socket } from 'node:net'

/**
 * The server of `bench/load-client.ts`: answers each request with a stream as vLLM writes it, with the counts in every
 * event, and notes when it read which request and when it sent which event. Tells its port to the process that forked it,
 * and its notes when it is sent a message.
 */

/** How a server of the bench answers, from its command line as JSON. */
export interface StreamShape {
  /** Between two events of a stream; 0 sends as fast as the client takes them. */
  everyMs: number
  /** Events in one write, and so in one chunk. */
  eventsPerWrite: number
}

/** What the server knows of one request, by its X-Request-Id. Milliseconds on the monotonic clock of the machine. */
export interface ServedRequest {
  id: string
  readMs: number
  /** None where the stream was not paced. */
  sentMs: number[]
}

export const nowMs = monotonicClock()

/**
 * One clock for all processes of the machine: `performance.now()` begins anew in each. Where it began is read between
 * two looks at it, of which the closest two count: the process may lose its core between any two.
 */
function monotonicClock(): () => number {
  let beginMs = 0
  let closestMs = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < 100; attempt++) {
    const before = performance.now()
    const machineMs = Number(process.hrtime.bigint()) / 1e6
    const after = performance.now()
    if (after - before >= closestMs) continue
    closestMs = after - before
    beginMs = machineMs - (before + after) / 2
  }
  return () => performance.now() + beginMs
}

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n'
const WORDS = [' the', ' of', ' measure', ' a', ' stream', ' token', '.', ' é']
const PROMPT_TOKENS = 12

function tokenEvent(id: string, count: number): string {
  const word = WORDS[count % WORDS.length]
  return `data: {"id":"chatcmpl-${id}","object":"chat.completion.chunk","created":1790000000,"model":"bench","choices":[{"index":0,"delta":{"content":"${word}"},"logprobs":null,"finish_reason":null,"token_ids":null}],"usage":{"prompt_tokens":${PROMPT_TOKENS},"total_tokens":${PROMPT_TOKENS + count},"completion_tokens":${count}}}\n\n`
}

function lastEvents(id: string, count: number): string {
  const head = `data: {"id":"chatcmpl-${id}","object":"chat.completion.chunk","created":1790000000,"model":"bench","choices":[`
  const usage = `"usage":{"prompt_tokens":${PROMPT_TOKENS},"total_tokens":${PROMPT_TOKENS + count},"completion_tokens":${count}}}\n\n`
  const finish = `{"index":0,"delta":{"content":""},"logprobs":null,"finish_reason":"length"}],`
  return chunk(head + finish + usage) + chunk(`${head}],${usage}`) + chunk('data: [DONE]\n\n')
}

const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`

function serve(shape: StreamShape): void {
  const served: ServedRequest[] = []
  const server = createServer({ noDelay: true }, (socket) => {
    let request = ''
    socket.on('data', (bytes: Buffer) => {
      request += bytes.toString('latin1')
      const head = request.indexOf('\r\n\r\n')
      const length = Number(/content-length: (\d+)/i.exec(request)?.[1] ?? 0)
      if (head < 0 || request.length < head + 4 + length) return
      const id = /x-request-id: (\S+)/i.exec(request)?.[1] ?? ''
      const events = Number(/"max_tokens":(\d+)/.exec(request)?.[1] ?? 0)
      request = ''
      const entry = { id, readMs: nowMs(), sentMs: [] }
      served.push(entry)
      if (shape.everyMs > 0) sendPaced(socket, shape, entry, events)
      else sendAll(socket, shape, id, events)
    })
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
  process.on('disconnect', () => process.exit())
  process.on('message', () => process.send?.(served, () => process.exit()))
}

/** Streams of a real server do not beat together: each begins at its own moment. */
function sendPaced(socket: Socket, shape: StreamShape, { id, sentMs }: ServedRequest, events: number): void {
  setTimeout(() => {
    const timer = setInterval(() => {
      const text = sentMs.length === 0 ? HEAD : ''
      const event = chunk(tokenEvent(id, sentMs.length + 1))
      sentMs.push(nowMs())
      socket.write(text + event)
      if (sentMs.length < events && !socket.destroyed) return
      clearInterval(timer)
      socket.write(`${lastEvents(id, events)}0\r\n\r\n`)
    }, shape.everyMs)
  }, Math.random() * shape.everyMs)
}

function sendAll(socket: Socket, shape: StreamShape, id: string, events: number): void {
  // Made once, so that the server is not what limits; the counts are then those of the first write over and over.
  let text = ''
  for (let count = 1; count <= shape.eventsPerWrite; count++) text += tokenEvent(id, count)
  const write = Buffer.from(chunk(text))
  let sent = 0
  const more = () => {
    while (sent < events) {
      sent += shape.eventsPerWrite
      if (!socket.write(write)) break
    }
    if (sent < events) return
    socket.off('drain', more)
    socket.write(`${lastEvents(id, sent)}0\r\n\r\n`)
  }
  socket.on('drain', more)
  socket.write(HEAD)
  more()
}

if (process.argv[1] === import.meta.filename) serve(JSON.parse(process.argv[2]!))
