import type { Progress } from '../ports.ts'

/** Where progress is drawn: stderr, so that stdout carries results alone. */
export interface ProgressOutput {
  write(text: string): void
  /** A person is watching: one moving line. Otherwise (CI) plain lines, few of them. */
  isTerminal: boolean
  columns: number
}

/** In a log a step is worth a line only so often, and always when it is the last. */
const PLAIN_LINE_EVERY_MS = 5_000
const REDRAW_EVERY_MS = 80
const BAR_WIDTH_COLUMNS = 24
const ERASE_TO_END = '\u001b[K'

/** Progress for a terminal or a log. `now` is a monotonic clock in milliseconds. */
export function createProgress(output: ProgressOutput, now: () => number): Progress & { close(): void } {
  return output.isTerminal ? movingLine(output, now) : plainLines(output, now)
}

function plainLines(output: ProgressOutput, now: () => number): Progress & { close(): void } {
  const lastSaidMs = new Map<string, number>()
  return {
    note: (message) => output.write(`${message}\n`),
    step(label, done, total, detail = '') {
      // What has just begun has nothing to tell beside its name.
      if (detail !== '' && !lastSaidMs.has(label)) lastSaidMs.set(label, now())
      const saidMs = lastSaidMs.get(label) ?? Number.NEGATIVE_INFINITY
      if (done < total && now() - saidMs < PLAIN_LINE_EVERY_MS) return
      if (done >= total) lastSaidMs.delete(label)
      else lastSaidMs.set(label, now())
      output.write(`${label}: ${done}/${total}${detail === '' ? '' : ` (${detail})`}\n`)
    },
    close() {},
  }
}

function movingLine(output: ProgressOutput, now: () => number): Progress & { close(): void } {
  let drawnMs = Number.NEGATIVE_INFINITY
  let drawn = false
  const erase = () => {
    if (drawn) output.write(`\r${ERASE_TO_END}`)
    drawn = false
  }
  return {
    note(message) {
      erase()
      output.write(`${message}\n`)
    },
    step(label, done, total, detail = '') {
      if (done < total && now() - drawnMs < REDRAW_EVERY_MS) return
      drawnMs = now()
      // Written over, and only then erased behind: erased first, the line would flicker.
      output.write(`\r${fitted(label, done, total, detail, output.columns - 1)}${ERASE_TO_END}`)
      drawn = true
    },
    close: erase,
  }
}

/** As much as fits, the most telling first; a number is shown whole or not at all. */
function fitted(label: string, done: number, total: number, detail: string, columns: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 0
  const filled = Math.round(share * BAR_WIDTH_COLUMNS)
  const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH_COLUMNS - filled)} `
  const state = `${done}/${total} ${label}`
  const withBar = bar.length + state.length <= columns ? `${bar}${state}` : state
  let line = withBar.slice(0, Math.max(1, columns))
  for (const [index, part] of (detail === '' ? [] : detail.split(', ')).entries()) {
    const longer = `${line}${index === 0 ? ' · ' : ', '}${part}`
    if (longer.length > columns) break
    line = longer
  }
  return line
}
