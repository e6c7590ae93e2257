import { Worker } from 'node:worker_threads'
import type { ClientObservation } from '../../validity/observation.ts'
import type { LiveSnapshot } from '../live-statistics.ts'
import type { LoadRun } from '../run.ts'
import { type FromShard, type ShardTask, type ToShard, unpackRun } from './messages.ts'

export interface ShardResult {
  run: LoadRun
  /** Of the thread, while its clock ran; null when it was stopped before. */
  observation: ClientObservation | null
}

/** A thread that has not ended so long after it was told to is ended. */
const STOP_WITHIN_MS = 5000

/** One thread, seen from the one that started it. */
export class Shard {
  /** Resolves when its warm-up has ended. */
  readonly warm: Promise<void>
  /** Rejects when the thread ends without a result; so does {@link warm}. */
  readonly ended: Promise<ShardResult>
  readonly #worker: Worker
  #ending: NodeJS.Timeout | undefined

  constructor(script: string, task: ShardTask, onLive: (snapshot: LiveSnapshot) => void) {
    // Its own surroundings: options for this process (loaders, inspectors) are not meant for it.
    const worker = new Worker(script, { workerData: task, env: {}, execArgv: [] })
    this.#worker = worker
    let isWarm = () => {}
    this.ended = new Promise((resolve, reject) => {
      worker.once('error', reject)
      worker.once('messageerror', reject)
      worker.once('exit', () => reject(new Error('a load thread ended without a result')))
      worker.on('message', (message: FromShard) => {
        switch (message.kind) {
          case 'warm':
            isWarm()
            return
          case 'live':
            onLive(message.snapshot)
            return
          case 'ended':
            resolve({ run: unpackRun(message.run), observation: message.observation })
            return
          case 'failed':
            reject(new Error(message.message))
        }
      })
    })
    this.warm = new Promise((resolve, reject) => {
      isWarm = resolve
      this.ended.then(() => resolve(), reject)
    })
    // Whoever waits for one of them hears of it.
    this.warm.catch(() => {})
  }

  /** `atMs`: on the clock of all threads. */
  start(atMs: number): void {
    this.#say({ kind: 'start', atMs })
  }

  /** Ends it with what it has. Idempotent. */
  stop(reason: string): void {
    this.#ending ??= setTimeout(() => void this.#worker.terminate(), STOP_WITHIN_MS)
    this.#say({ kind: 'stop', reason })
  }

  async terminate(): Promise<void> {
    clearTimeout(this.#ending)
    await this.#worker.terminate()
  }

  #say(message: ToShard): void {
    this.#worker.postMessage(message)
  }
}
