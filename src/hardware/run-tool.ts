import { spawn } from 'node:child_process'

/** What became of a device tool. */
export type ToolEnd =
  | { state: 'exited'; code: number | null; stdout: string; stderr: string }
  | { state: 'missing' }
  | { state: 'timed-out' }
  | { state: 'cancelled' }
  | { state: 'failed'; reason: string }

export interface ToolCall {
  tool: string
  argv: readonly string[]
  timeoutMs: number
  environment: Readonly<Record<string, string | undefined>>
  signal: AbortSignal
}

/** 4,096 devices print less. */
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024

/**
 * Runs a device tool within a time limit. A tool that hangs in the driver cannot even be killed (state D), so neither
 * the limit nor a cancel waits for it to end: its process group is killed, its pipes are let go, and the call returns.
 * The group is ours to end also when our own process ends first.
 */
export function runTool({ tool, argv, timeoutMs, environment, signal }: ToolCall): Promise<ToolEnd> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve({ state: 'cancelled' })
    const child = spawn(tool, argv, {
      // Some tools translate their words.
      env: { ...environment, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    const output = { stdout: '', stderr: '' }
    let bytes = 0
    const kill = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // Gone already.
      }
    }
    const cancel = () => abandon({ state: 'cancelled' })
    const end = (result: ToolEnd) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', cancel)
      process.removeListener('exit', kill)
      resolve(result)
    }
    const abandon = (result: ToolEnd) => {
      kill()
      child.stdout.destroy()
      child.stderr.destroy()
      child.unref()
      end(result)
    }
    const timer = setTimeout(() => abandon({ state: 'timed-out' }), timeoutMs)
    signal.addEventListener('abort', cancel, { once: true })
    process.once('exit', kill)
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8')
      child[stream].on('data', (text: string) => {
        output[stream] += text
        bytes += Buffer.byteLength(text)
        if (bytes > MAX_OUTPUT_BYTES)
          abandon({ state: 'failed', reason: `printed more than ${MAX_OUTPUT_BYTES} bytes` })
      })
    }
    child.on('error', (error: NodeJS.ErrnoException) =>
      end(error.code === 'ENOENT' ? { state: 'missing' } : { state: 'failed', reason: error.message }),
    )
    child.on('close', (code) => end({ state: 'exited', code, ...output }))
  })
}
