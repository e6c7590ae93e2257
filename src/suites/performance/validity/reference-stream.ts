import { connect, type Socket } from 'node:net'
import { BeatReader } from './beat-reader.ts'
import type { BeatLog } from './observation.ts'
import { REFERENCE_WORKER_SOURCE } from './reference-worker.ts'
import { startLoopbackWorker } from './worker.ts'

/**
 * A stream whose send times are known, read by the thread that stamps the load and in the same way, while the load runs:
 * what its stamps are late, those of the load are late. A hundred beats a second from a thread of its own.
 */
export interface ReferenceStream {
  /** Begins a log of the beats to come. `end` gives it and may be called once. */
  log(): { end(): BeatLog }
  /** Ends the stream and its thread. Idempotent. */
  stop(): Promise<void>
}

export type ReferenceStart = { state: 'running'; stream: ReferenceStream } | { state: 'absent'; reason: string }

const CONNECT_WITHIN_MS = 1000
const READ_BUFFER_BYTES = 4096

/** One clock for all threads of a process; `performance.now()` starts anew in each. */
const nowMs = () => Number(process.hrtime.bigint()) / 1e6

/** Starts the thread and connects to it, in well under 100 ms on an idle machine. Never throws. */
export async function startReferenceStream(source: string = REFERENCE_WORKER_SOURCE): Promise<ReferenceStart> {
  const started = await startLoopbackWorker(source, null)
  if (typeof started === 'string') return { state: 'absent', reason: started }
  const { worker, port } = started
  const reader = new BeatReader()
  const buffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES)
  const callback = (length: number) => {
    reader.read(nowMs(), buffer, length)
    return true
  }
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback } })
  const reason = await connected(socket)
  const stop = async () => {
    socket.destroy()
    await worker.terminate()
  }
  if (reason !== null) {
    await stop()
    return { state: 'absent', reason }
  }
  socket.on('error', () => {})
  socket.unref()
  return { state: 'running', stream: { log: () => reader.log(), stop } }
}

function connected(socket: Socket): Promise<string | null> {
  return new Promise((resolve) => {
    const settle = (reason: string | null) => {
      clearTimeout(timer)
      resolve(reason)
    }
    const timer = setTimeout(() => settle(`no connection within ${CONNECT_WITHIN_MS} ms`), CONNECT_WITHIN_MS)
    socket.once('error', (error) => settle(error.message))
    socket.once('connect', () => settle(null))
  })
}
