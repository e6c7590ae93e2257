/** What the worker uses of Node; written here, since its source may name nothing outside itself. */
interface Peer {
  setNoDelay(on: boolean): void
  on(event: 'data', listener: (bytes: Uint8Array) => void): void
  on(event: 'error', listener: () => void): void
  write(text: string): void
  destroy(): void
}
interface Modules {
  createServer(served: (peer: Peer) => void): {
    on(event: 'error', listener: (error: Error) => void): void
    listen(port: number, host: string, backlog: number, listening: () => void): void
    address(): { port: number }
  }
  parentPort: { postMessage(message: { port: number } | { error: string }): void }
  workerData: CalibrationPlay
}

/**
 * What is played to each stream. They take turns, evenly: an engine emits a step's events in one burst, but takes longer
 * for each of them than a client, so that no queue forms that would be the client's fault.
 */
export interface CalibrationPlay {
  streams: number
  /** Between two events of one stream. */
  everyMs: number
  head: string
  event: string
  end: string
  /** Row `x-request-id` of `maxEvents`: when each event of the latest round was sent, by `process.hrtime`, in ms. */
  stamps: SharedArrayBuffer
  maxEvents: number
}

/**
 * Runs in a thread of its own, from its source text: nothing outside it may be named. When all streams have asked, the
 * events begin; `x-events` says how many. The next round begins when all have asked again.
 */
function playStreams(load: (module: string) => unknown): void {
  const { createServer } = load('node:net') as Modules
  const { parentPort, workerData } = load('node:worker_threads') as Modules
  const { streams, everyMs, head, event, end, maxEvents } = workerData
  const stamps = new Float64Array(workerData.stamps)
  const nowMs = () => Number(process.hrtime.bigint()) / 1e6
  let asked: { peer: Peer; row: number }[] = []
  const play = (playing: { peer: Peer; row: number }[], events: number) => {
    const pauseMs = everyMs / streams
    const startMs = nowMs()
    let sent = 0
    const send = () => {
      // Timers fire on whole milliseconds: half of one early is no worse than half of one late.
      while (sent < events * streams && startMs + (sent + 1) * pauseMs <= nowMs() + 0.5) {
        const { peer, row } = playing[sent % streams]!
        const index = Math.floor(sent / streams)
        // Before the write: the reader may run first, and would then have read what is not yet sent.
        stamps[row * maxEvents + index] = nowMs()
        peer.write(event)
        if (index === events - 1) peer.write(end)
        sent++
      }
      const dueMs = startMs + (sent + 1) * pauseMs
      if (sent < events * streams) setTimeout(send, Math.max(1, Math.round(dueMs - nowMs())))
    }
    for (const { peer } of playing) peer.write(head)
    send()
  }
  const server = createServer((peer) => {
    let request = ''
    peer.setNoDelay(true)
    peer.on('error', () => peer.destroy())
    peer.on('data', (bytes) => {
      request += Buffer.from(bytes).toString('latin1')
      if (!request.endsWith('\r\n\r\n{}')) return
      const row = Number(/x-request-id: (\d+)/.exec(request)?.[1])
      const events = Number(/x-events: (\d+)/.exec(request)?.[1])
      request = ''
      // A stranger's request has no row, and must not write into another's.
      if (!(row < streams && events <= maxEvents)) {
        peer.destroy()
        return
      }
      asked.push({ peer, row })
      if (asked.length < streams) return
      play(asked, events)
      asked = []
    })
  })
  server.on('error', (error) => parentPort.postMessage({ error: String(error) }))
  server.listen(0, '127.0.0.1', 1024, () => parentPort.postMessage({ port: server.address().port }))
}

/** CommonJS text for `new Worker(…, { eval: true })`. `require` is handed in: a bundler would rewrite the word inside. */
export const CALIBRATION_WORKER_SOURCE = `(${playStreams.toString()})(require)`
