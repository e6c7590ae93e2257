import { Worker } from 'node:worker_threads'

export interface StartedWorker {
  port: number
  worker: Worker
}

/** Starting a thread takes some 30 ms; one that takes this long will not help any more. */
const START_WITHIN_MS = 2000

/**
 * Starts a thread from source text that opens a port on loopback and posts `{ port }` or `{ error }`. It keeps nothing
 * alive. Resolves with the reason in words when it does not come up.
 */
export function startLoopbackWorker(source: string, workerData: unknown): Promise<StartedWorker | string> {
  return new Promise((resolve) => {
    let worker: Worker
    try {
      // Its own surroundings: options for this process (loaders, inspectors) are not meant for it.
      worker = new Worker(source, { eval: true, workerData, env: {}, execArgv: [] })
    } catch (error) {
      resolve(String(error))
      return
    }
    const settle = (outcome: StartedWorker | string) => {
      clearTimeout(timer)
      worker.off('message', told)
      worker.off('exit', ended)
      if (typeof outcome === 'string') void worker.terminate()
      worker.unref()
      resolve(outcome)
    }
    const told = (message: { port?: number; error?: string }) =>
      settle(message.port === undefined ? (message.error ?? 'no port') : { port: message.port, worker })
    const ended = () => settle('the thread ended at once')
    const timer = setTimeout(() => settle(`no thread within ${START_WITHIN_MS} ms`), START_WITHIN_MS)
    // After the start an error ends the thread, and what it served falls silent: that is noticed there.
    worker.on('error', (error) => settle(String(error)))
    worker.on('message', told)
    worker.on('exit', ended)
  })
}
