import type { PlannedEngine } from '../plan/schema.ts'
import type { Clock } from '../ports.ts'
import type { Side } from '../record/words.ts'
import { type Endpoint, type EngineEnd, EngineError, type RunningEngine } from './endpoint.ts'
import { ownProgram } from './own-program.ts'
import { findFreePort, type ServerProcess, startProcess, TERMINATE_GRACE_MS } from './process.ts'
import { waitUntilReady } from './ready.ts'

/** Everything a server start depends on besides the planned engine. */
export interface EngineStart {
  side: Side
  /** Where the code of this side lies; the working directory of the server and `{checkout}` in its command line. */
  checkout: string
  /** Seed of what differs from start to start in the simulator. */
  sessionSeed: number
  environment: Record<string, string | undefined>
  clock: Clock
  signal: AbortSignal
}

/**
 * Starts or reaches the engine and waits until it is ready. Throws {@link EngineError} when it dies or never is, and the
 * signal's reason, with nothing started, after a cancel.
 */
export async function startEngine(engine: PlannedEngine, start: EngineStart): Promise<RunningEngine> {
  start.signal.throwIfAborted()
  switch (engine.mode) {
    case 'launch':
      return launch(engine.argv, engine.env, engine, engine.readyPath, start)
    case 'simulated':
      return launch(simulatorCommand(engine, start), {}, engine, '/health', start)
    case 'attach':
      return attach(engine, start)
  }
}

async function launch(
  argv: readonly string[],
  env: Record<string, string>,
  engine: { servedModel: string; readyTimeoutSeconds: number },
  readyPath: string,
  start: EngineStart,
): Promise<RunningEngine> {
  const port = await findFreePort()
  start.signal.throwIfAborted()
  const fill = (text: string) => text.replaceAll('{port}', String(port)).replaceAll('{checkout}', start.checkout)
  const command = argv.map(fill)
  const endpoint: Endpoint = { url: `http://127.0.0.1:${port}`, model: engine.servedModel, headers: {} }
  const filled = Object.fromEntries(Object.entries(env).map(([key, value]) => [key, fill(value)]))
  const server = await startServer(command, { ...start.environment, ...filled }, start.checkout)
  const ended = server.exited.then(({ code, signal }): EngineEnd => {
    return { state: 'exited', code, signal, logTail: server.logTail() }
  })
  const stopWaiting = new AbortController()
  const ready = waitUntilReady({
    url: `${endpoint.url}${readyPath}`,
    headers: {},
    timeoutMs: engine.readyTimeoutSeconds * 1000,
    clock: start.clock,
    signal: AbortSignal.any([start.signal, stopWaiting.signal]),
  })
  const first = await Promise.race([ready, ended])
  if (first.state !== 'ready') {
    stopWaiting.abort()
    await server.stop(TERMINATE_GRACE_MS, start.signal)
    throw new EngineError(first.state === 'exited' ? first : neverReady(first, server.logTail()))
  }
  let asked = false
  return {
    endpoint,
    readyMs: first.afterMs,
    command: command.map(quoteForReading).join(' '),
    ended: new Promise((resolve) => void ended.then((end) => asked || resolve(end))),
    async stop() {
      asked = true
      await server.stop(TERMINATE_GRACE_MS, start.signal)
    },
  }
}

async function startServer(
  argv: readonly string[],
  env: Record<string, string | undefined>,
  cwd: string,
): Promise<ServerProcess> {
  try {
    return await startProcess({ argv, env, cwd })
  } catch (error) {
    const logTail = `could not start ${argv[0]}: ${(error as Error).message}`
    throw new EngineError({ state: 'exited', code: null, signal: null, logTail })
  }
}

async function attach(engine: Extract<PlannedEngine, { mode: 'attach' }>, start: EngineStart): Promise<RunningEngine> {
  const key = engine.apiKeyVariable === null ? undefined : start.environment[engine.apiKeyVariable]
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` }
  const endpoint: Endpoint = { url: engine.url.replace(/\/+$/, ''), model: engine.servedModel, headers }
  const ready = await waitUntilReady({
    url: `${endpoint.url}${engine.readyPath}`,
    headers,
    timeoutMs: engine.readyTimeoutSeconds * 1000,
    clock: start.clock,
    signal: start.signal,
  })
  if (ready.state !== 'ready') throw new EngineError(neverReady(ready, ''))
  return { endpoint, readyMs: ready.afterMs, command: null, ended: new Promise(() => {}), async stop() {} }
}

function neverReady(readiness: { afterMs: number; lastAnswer: string }, logTail: string): EngineEnd {
  return { state: 'never-ready', afterMs: readiness.afterMs, lastAnswer: readiness.lastAnswer, logTail }
}

function simulatorCommand(engine: Extract<PlannedEngine, { mode: 'simulated' }>, start: EngineStart): string[] {
  const faults = engine.faults.filter((fault) => fault.side === 'both' || fault.side === start.side)
  const [node, cli] = ownProgram('cli')
  return [
    ...[node, SMALL_YOUNG_GENERATION, cli, 'simulate'],
    '--end-with-parent',
    ...['--port', '{port}'],
    ...['--model', engine.servedModel],
    ...['--seed', String(engine.modelSeed)],
    ...['--session-seed', String(start.sessionSeed)],
    ...['--ttft-ms', String(engine.timing.ttftMs)],
    ...['--itl-ms', String(engine.timing.itlMs)],
    ...['--scatter', String(engine.timing.sessionScatter)],
    ...faults.flatMap((fault) => ['--fault', fault.name]),
  ]
}

/** Several simulators share a machine with the client that times them: V8 must not take 100 MB of it for each. */
const SMALL_YOUNG_GENERATION = '--max-semi-space-size=2'

/** For people who want to repeat it by hand; nothing is ever run from this text. */
function quoteForReading(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`
}
