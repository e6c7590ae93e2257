import type { Transport } from '../../../../../src/engine/http/connection.ts'
import { createTransport } from '../../../../../src/engine/http/transport.ts'
import { silentProgress } from '../../../../../src/ports.ts'
import { type RunLoadOptions, runLoad } from '../../../../../src/suites/performance/load/executor.ts'
import { chatBody, NO_EXTENSIONS, prepareRequest } from '../../../../../src/suites/performance/request-body.ts'
import type { PlannedSession } from '../../../../../src/suites/performance/workload/planned.ts'

export const clock = { date: () => '', monotonicMs: () => performance.now() }

export interface SessionOptions {
  turns?: number
  thinkMs?: number
  atMs?: number | null
  outputTokens?: number
  model?: string
}

/** A session whose requests are called `s<session>t<turn>`; the server also finds that in the prompt. */
export function session(
  url: string,
  index: number,
  { turns = 1, thinkMs = 0, atMs = null, outputTokens = 3, model = 'toy' }: SessionOptions = {},
): PlannedSession {
  const extensions = { ...NO_EXTENSIONS, includeUsage: true, ignoreEos: true }
  const requests = Array.from({ length: turns }, (_, turn) => {
    const id = `s${index}t${turn}`
    const body = chatBody(model, [{ role: 'user', content: `say ${id}` }], outputTokens, extensions)
    return {
      request: prepareRequest({ url, model, headers: {} }, id, body),
      ...{ session: index, turn, thinkMs: turn === 0 ? 0 : thinkMs },
      asked: { inputTokens: null, outputTokens, cachedTokens: 0 },
    }
  })
  return { atMs, requests }
}

export const sessions = (url: string, count: number, options: SessionOptions = {}) =>
  Array.from({ length: count }, (_, index) => session(url, index, options))

/** Warm-up requests, called `s9000t0` and so on. */
export const warmup = (url: string, count: number, options: SessionOptions = {}) =>
  Array.from({ length: count }, (_, index) => session(url, 9000 + index, options).requests[0]!)

export async function run(url: string, changes: Partial<RunLoadOptions> = {}) {
  const transport: Transport = await createTransport(url, null, clock)
  return runLoad({
    transport,
    arrival: { kind: 'closed', concurrency: 1 },
    sessions: [],
    warmup: [],
    keepAlive: true,
    seed: 1,
    requestTimeoutMs: 20_000,
    clock,
    signal: new AbortController().signal,
    progress: silentProgress,
    ...changes,
  })
}
