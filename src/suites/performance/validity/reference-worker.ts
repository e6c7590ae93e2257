/** What the worker uses of Node; written here, since its source may name nothing outside itself. */
interface Peer {
  setNoDelay(on: boolean): void
  on(event: string, listener: () => void): void
  write(bytes: Uint8Array): void
  destroy(): void
}
interface Modules {
  createServer(served: (peer: Peer) => void): {
    maxConnections: number
    on(event: 'error', listener: (error: Error) => void): void
    listen(port: number, host: string, listening: () => void): void
    address(): { port: number }
  }
  parentPort: { postMessage(message: { port: number } | { error: string }): void }
}

/**
 * Bytes of one beat, two little-endian doubles of milliseconds: when the write of the beat before it was done (not a
 * number for the first), and how long after its own time this one was sent.
 *
 * A beat cannot carry the end of its own write; the time before it would do, but for the hundred microseconds that
 * Node's stream layer takes in a cold thread, which no client is to blame for. The kernel hands a loopback write to the
 * reader before the write returns.
 */
export const BEAT_BYTES = 16

/**
 * Runs in a thread of its own, from its source text: nothing outside it may be named. Sends a beat to all who connect,
 * every 10 ms on average. The pauses vary between 5 and 15 ms, so that a load that steps every 10 or 20 ms is not
 * always met in the same phase.
 */
function sendBeats(load: (module: string) => unknown): void {
  const { createServer } = load('node:net') as Modules
  const { parentPort } = load('node:worker_threads') as Modules
  const peers = new Map<Peer, number>()
  const nowMs = () => Number(process.hrtime.bigint()) / 1e6
  let state = 1
  let dueMs = 0
  let waiting = false
  const beat = () => {
    waiting = false
    const delayMs = nowMs() - dueMs
    for (const [peer, writtenMs] of peers) {
      const bytes = Buffer.alloc(16)
      bytes.writeDoubleLE(writtenMs, 0)
      bytes.writeDoubleLE(delayMs, 8)
      peer.write(bytes)
      peers.set(peer, nowMs())
    }
    wait()
  }
  const wait = () => {
    if (waiting || peers.size === 0) return
    waiting = true
    // A linear congruential generator (Numerical Recipes); its high bits are the random ones.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const pauseMs = 5 + Math.floor((11 * state) / 4294967296)
    dueMs = nowMs() + pauseMs
    setTimeout(beat, pauseMs)
  }
  const server = createServer((peer) => {
    peer.setNoDelay(true)
    peer.on('error', () => peer.destroy())
    peer.on('close', () => peers.delete(peer))
    peers.set(peer, Number.NaN)
    wait()
  })
  // Ours, and one that found the port by chance.
  server.maxConnections = 2
  server.on('error', (error) => parentPort.postMessage({ error: String(error) }))
  server.listen(0, '127.0.0.1', () => parentPort.postMessage({ port: server.address().port }))
}

/** CommonJS text for `new Worker(…, { eval: true })`. `require` is handed in: a bundler would rewrite the word inside. */
export const REFERENCE_WORKER_SOURCE = `(${sendBeats.toString()})(require)`
