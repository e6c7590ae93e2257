import type { RequestTiming } from '../faults/fault.ts'

/**
 * Timers of Node fire on whole milliseconds, up to one late. Taking what is due within the next half keeps the error
 * centred on zero; deadlines are absolute, so it never adds up.
 */
const EARLY_MS = 0.5
/** A latency of nothing makes tokens without end. */
const MOST_AT_ONCE = 4096

export interface Playback {
  /** When the request is taken up, on the clock of `performance.now()`. */
  startMs: number
  timing: RequestTiming
  /** Factor on the latency of the coming token: 1 alone, more under load. */
  slowdown(): number
  /** Offset of token `index` from its even place. */
  jitterMs(index: number): number
  signal: AbortSignal
}

/**
 * Calls `take(count)` whenever tokens are due, with as many as are due; it returns true when the last one is out.
 * Resolves then, or when the signal aborts.
 */
export function play(playback: Playback, take: (count: number) => boolean): Promise<void> {
  const { timing, signal } = playback
  return new Promise((resolve, reject) => {
    let index = 0
    let even = playback.startMs + timing.ttftMs
    let due = even
    let timer: NodeJS.Timeout | undefined
    const stop = () => {
      clearTimeout(timer)
      resolve()
    }
    const wait = () => {
      timer = setTimeout(wake, Math.max(0, Math.round(due - performance.now())))
    }
    const wake = () => {
      const now = performance.now() + EARLY_MS
      let count = 0
      while (due <= now && count < MOST_AT_ONCE) {
        count++
        index++
        even += timing.itlMs * playback.slowdown()
        due = even + playback.jitterMs(index)
      }
      try {
        if (count > 0 && take(count)) {
          signal.removeEventListener('abort', stop)
          resolve()
          return
        }
      } catch (error) {
        signal.removeEventListener('abort', stop)
        reject(error)
        return
      }
      wait()
    }
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', stop, { once: true })
    wait()
  })
}
