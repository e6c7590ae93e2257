import type { Clock } from '../../../ports.ts'

/** A timer of Node is up to half a millisecond early or late; what is left of the wait is spun away. */
const SPIN_MS = 1.5
/** A timer for less than this would only be late. */
const LEAST_TIMER_MS = 1
/** Long waits are looked at again now and then: a timer takes 24 days at most, and it drifts. */
const LONGEST_TIMER_MS = 60_000
/** A turn of the event loop that found work to do takes longer; without any it takes some microseconds. */
const EMPTY_TURN_MS = 0.02

/**
 * Waits for points in time of one clock to some microseconds: a timer until shortly before, then turns of the event
 * loop, in which reads are served as they come.
 */
export class Pacer {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  #spunMs = 0

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
  }

  /** Time that went into turning without any work: the event loop counts it as busy, though it was free. */
  get spunMs(): number {
    return this.#spunMs
  }

  /**
   * Resolves at `untilMs`, or as soon as the signal aborts. Never at once: a load that is behind its times must not keep
   * the event loop from its reads.
   */
  wait(untilMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined
      let ended = false
      const end = () => {
        ended = true
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        resolve()
      }
      let turnedMs = this.#clock.monotonicMs()
      const turn = () => {
        if (ended) return
        const nowMs = this.#clock.monotonicMs()
        const tookMs = nowMs - turnedMs
        turnedMs = nowMs
        if (tookMs < EMPTY_TURN_MS) this.#spunMs += tookMs
        if (nowMs >= untilMs) end()
        else setImmediate(turn)
      }
      const rest = () => {
        turnedMs = this.#clock.monotonicMs()
        const restMs = untilMs - turnedMs - SPIN_MS
        if (restMs < LEAST_TIMER_MS) setImmediate(turn)
        else timer = setTimeout(rest, Math.min(restMs, LONGEST_TIMER_MS))
      }
      if (signal.aborted) {
        resolve()
        return
      }
      signal.addEventListener('abort', end)
      rest()
    })
  }
}

/**
 * Resolves at `untilMs` or up to a millisecond or two later, or as soon as the signal aborts; at once when that time has
 * passed. For the pauses of users, which cost nothing this way.
 */
export async function restUntil(
  untilMs: number,
  clock: Pick<Clock, 'monotonicMs'>,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const leftMs = untilMs - clock.monotonicMs()
    if (leftMs <= 0 || signal.aborted) return
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, Math.min(Math.ceil(leftMs), LONGEST_TIMER_MS))
      signal.addEventListener('abort', end)
    })
  }
}
