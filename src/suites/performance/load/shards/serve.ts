import type { MessagePort } from 'node:worker_threads'
import { createTransport } from '../../../../engine/http/transport.ts'
import { silentProgress } from '../../../../ports.ts'
import type { ClientObservation } from '../../validity/observation.ts'
import { startReferenceStream } from '../../validity/reference-stream.ts'
import { watchClient } from '../../validity/watch.ts'
import type { PlannedRequest } from '../../workload/planned.ts'
import { runLoad } from '../executor.ts'
import { Pacer } from '../pacer.ts'
import { LoadInterrupted, type LoadRun } from '../run.ts'
import { type FromShard, packRun, type ShardTask, type ToShard, threadsClock } from './messages.ts'
import type { Load } from './split.ts'

/**
 * One thread's part of a load: warms up, says so, starts when told to, watches itself, and hands its raw records over.
 * Nothing but the state for a person crosses threads while the clock runs.
 */
export async function serveShard(port: MessagePort, task: ShardTask): Promise<void> {
  const say = (message: FromShard, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer)
  const stopping = new AbortController()
  const { signal } = stopping
  const started = new Promise<number>((resolve, reject) => {
    port.on('message', (message: ToShard) => {
      if (message.kind === 'start') resolve(message.atMs)
      else stopping.abort(new Error(message.reason))
    })
    signal.addEventListener('abort', () => reject(signal.reason))
  })
  started.catch(() => {})
  const reference = await startReferenceStream()
  const stream = reference.state === 'running' ? reference.stream : null
  const clock = threadsClock
  const pacer = new Pacer(clock)
  let watch: { stop(): ClientObservation } | null = null
  let observation: ClientObservation | null = null
  const { url, network, keepAlive, requestTimeoutMs } = task
  try {
    const transport = await createTransport(url, network, clock)
    const run = await interruptible(
      runLoad({
        ...restored(task.load),
        ...{ transport, keepAlive, requestTimeoutMs, clock, signal, pacer },
        // The times of the arrivals came with the sessions.
        seed: 0,
        progress: silentProgress,
        onLive: (snapshot) => say({ kind: 'live', snapshot }),
        onWindow: (edge) => {
          if (edge === 'opens') watch = watchClient({ reference: stream, spunMs: () => pacer.spunMs })
          else observation = watch?.stop() ?? null
        },
        startAt: () => {
          say({ kind: 'warm' })
          return started
        },
      }),
    )
    const packed = packRun(run)
    say({ kind: 'ended', run: packed.run, observation }, packed.transfer)
  } catch (error) {
    say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
  } finally {
    await stream?.stop()
    port.close()
  }
}

/** What had ended is worth as much to who stopped it. */
async function interruptible(running: Promise<LoadRun>): Promise<LoadRun> {
  try {
    return await running
  } catch (error) {
    if (error instanceof LoadInterrupted) return error.run
    throw error
  }
}

/** A `Buffer` arrives as a bare `Uint8Array`. */
function restored(load: Load): Load {
  const request = (planned: PlannedRequest): PlannedRequest => {
    const { bytes, ...rest } = planned.request
    return { ...planned, request: { ...rest, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) } }
  }
  return {
    arrival: load.arrival,
    sessions: load.sessions.map((session) => ({ ...session, requests: session.requests.map(request) })),
    warmup: load.warmup.map(request),
  }
}
