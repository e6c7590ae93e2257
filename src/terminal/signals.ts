import { setMaxListeners } from 'node:events'

/** What an interrupted process has to stop and write must fit in here; then it is over. */
const FORCED_EXIT_AFTER_MS = 30_000
const INTERRUPTED_EXIT_CODE = 130

/**
 * Turns SIGINT and SIGTERM into an abort whose reason is the signal's name. GitHub's runner sends SIGINT, SIGTERM
 * 7.5 s later and KILL 2.5 s after that, so a second signal must not cut the clean-up short; a time limit does.
 */
export function abortOnSignals(): AbortSignal {
  const controller = new AbortController()
  // Each of many requests in flight listens; Node 20 takes more than ten for a leak and says so on stderr.
  setMaxListeners(0, controller.signal)
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) return
      controller.abort(name)
      setTimeout(() => process.exit(INTERRUPTED_EXIT_CODE), FORCED_EXIT_AFTER_MS).unref()
    })
  }
  return controller.signal
}
