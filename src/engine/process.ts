import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * One server process and everything it started. It leads its own process group, so that stopping it stops its workers
 * (leftover engine workers that hold device memory are the flake reported most often on NPU), and nothing else: never
 * a kill by name.
 */

/** Enough for the traceback of a server that dies at start. */
const LOG_TAIL_BYTES = 16 * 1024
/** After TERM an engine frees its devices; vLLM needed up to 6 s on CPU. */
export const TERMINATE_GRACE_MS = 20_000
/**
 * After a cancel: GitHub's runner kills 10 s after its first signal (SIGINT, SIGTERM 7.5 s later, KILL 2.5 s after that;
 * docs.github.com, "Canceling a workflow run"), and what stops and writes must be over by then.
 */
export const CANCELLED_GRACE_MS = 4_000
/** How often a group is looked at while it is being stopped. */
const GROUP_POLL_MS = 50

/** Groups that were started and not yet stopped. */
const liveGroups = new Set<number>()

export interface ServerProcess {
  pid: number
  /** Settles when the process itself ends, for whatever reason. */
  exited: Promise<{ code: number | null; signal: string | null }>
  logTail(): string
  /**
   * Ends the whole group: TERM, then KILL after the grace, which is at most {@link CANCELLED_GRACE_MS} from when
   * `cancelled` aborts, before or meanwhile. Idempotent.
   */
  stop(graceMs?: number, cancelled?: AbortSignal): Promise<void>
}

/** Starts argv without a shell. Rejects when the program cannot be started at all. */
export async function startProcess(options: {
  argv: readonly string[]
  env: Record<string, string | undefined>
  cwd: string
}): Promise<ServerProcess> {
  const [program, ...rest] = options.argv
  if (program === undefined) throw new RangeError('an empty command line')
  const child = spawn(program, rest, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const tail = keepTail(child)
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  const pid = child.pid!
  if (liveGroups.size === 0) process.once('exit', killLiveGroups)
  liveGroups.add(pid)
  let stopping: Promise<void> | undefined
  return {
    pid,
    exited,
    logTail: tail,
    stop(graceMs = TERMINATE_GRACE_MS, cancelled) {
      stopping ??= stopGroup(pid, graceMs, cancelled)
      return stopping
    },
  }
}

/** The last resort: whatever ends our own process, an exception or a closed pipe, no server outlives it. */
function killLiveGroups(): void {
  for (const pid of liveGroups) signalGroup(pid, 'SIGKILL')
}

async function stopGroup(pid: number, graceMs: number, cancelled?: AbortSignal): Promise<void> {
  await endGroup(pid, graceMs, cancelled)
  liveGroups.delete(pid)
  if (liveGroups.size === 0) process.removeListener('exit', killLiveGroups)
}

async function endGroup(pid: number, graceMs: number, cancelled?: AbortSignal): Promise<void> {
  if (!signalGroup(pid, 'SIGTERM')) return
  let leftMs = graceMs
  let hurried = false
  while (leftMs > 0) {
    if (cancelled?.aborted && !hurried) {
      leftMs = Math.min(leftMs, CANCELLED_GRACE_MS)
      hurried = true
    }
    await sleep(GROUP_POLL_MS)
    leftMs -= GROUP_POLL_MS
    if (!signalGroup(pid, 0)) return
  }
  signalGroup(pid, 'SIGKILL')
  for (let poll = 0; poll < 40 && signalGroup(pid, 0); poll++) await sleep(GROUP_POLL_MS)
}

/**
 * False when nothing of the group is left. Signal 0 only looks. Any other refusal (a worker under another user, EPERM)
 * means that somebody is there.
 */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

function keepTail(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8')
    stream?.on('data', (part: string) => {
      text = (text + part).slice(-LOG_TAIL_BYTES)
    })
    // A child that outlives the group leader may keep the pipe open; that must not keep us alive.
    ;(stream as { unref?: () => void } | null)?.unref?.()
  }
  return () => text
}

/** A port on loopback that was free a moment ago. The kernel hands out another one each time. */
export async function findFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no TCP port was given')
  return address.port
}
