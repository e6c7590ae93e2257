import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../ports.ts'

/** Waiting until a server answers its readiness path with 200, while somebody else watches its process. */

/** A readiness answer that takes longer is no answer. */
const KNOCK_TIMEOUT_MS = 5_000
/** First pause between knocks; grows to the longest, since a large checkpoint takes many minutes to load. */
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 1_000

export type Readiness =
  | { state: 'ready'; afterMs: number }
  | { state: 'not-ready'; afterMs: number; lastAnswer: string }

/** Never throws; `signal` ends the wait early with what was seen last. */
export async function waitUntilReady(options: {
  url: string
  headers: Record<string, string>
  timeoutMs: number
  clock: Clock
  signal: AbortSignal
}): Promise<Readiness> {
  const start = options.clock.monotonicMs()
  let lastAnswer = 'none'
  let pauseMs = FIRST_PAUSE_MS
  for (;;) {
    const elapsedMs = options.clock.monotonicMs() - start
    if (options.signal.aborted || elapsedMs >= options.timeoutMs)
      return { state: 'not-ready', afterMs: elapsedMs, lastAnswer }
    const answer = await knock(options.url, options.headers, options.signal)
    if (answer === 'ok') return { state: 'ready', afterMs: options.clock.monotonicMs() - start }
    lastAnswer = answer
    await sleep(pauseMs, undefined, { signal: options.signal }).catch(() => {})
    pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)
  }
}

async function knock(url: string, headers: Record<string, string>, cancelled: AbortSignal): Promise<string> {
  try {
    const signal = AbortSignal.any([cancelled, AbortSignal.timeout(KNOCK_TIMEOUT_MS)])
    const response = await fetch(url, { headers, redirect: 'manual', signal })
    await response.body?.cancel()
    return response.status === 200 ? 'ok' : `HTTP ${response.status}`
  } catch (error) {
    // A cancel is thrown as its reason, which is a word.
    if (!(error instanceof Error)) return String(error)
    const cause = error.cause as { code?: string; message?: string } | undefined
    return cause?.code ?? cause?.message ?? error.message
  }
}
