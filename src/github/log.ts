import type { Progress } from '../ports.ts'

/**
 * Progress in the log of a workflow run. The runner reads every line for commands: `::name::` at the start of a line,
 * after blanks, and the older `##[name]` anywhere in it (actions/runner, `ActionCommand.cs`). What a model or a tool
 * printed must not be able to give one, so lines get a prefix and the older form is broken up.
 */
const STEP_INTERVAL_MS = 15_000

export function logLine(message: string): string {
  return `crosschip: ${message.replace(/[\r\n\u0085\u2028\u2029]+/g, ' ').replaceAll('##[', '## [')}`
}

/** Plain lines, a state at most every {@link STEP_INTERVAL_MS} and at its end: a log is read, not watched. */
export function logProgress(write: (line: string) => void, monotonicMs: () => number): Progress {
  const lastStep = new Map<string, number>()
  return {
    note: (message) => write(logLine(message)),
    step(label, done, total) {
      const last = lastStep.get(label)
      const now = monotonicMs()
      if (done < total && last !== undefined && now - last < STEP_INTERVAL_MS) return
      lastStep.set(label, now)
      write(logLine(`${label}: ${done} of ${total}`))
    },
  }
}
