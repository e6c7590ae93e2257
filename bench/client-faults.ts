import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTransport } from '../src/engine/http/transport.ts'
import { startSimulator } from '../src/engine/simulator/server.ts'
import { silentProgress } from '../src/ports.ts'
import type { PointFault } from '../src/record/cell-result.ts'
import { runLoad } from '../src/suites/performance/load/executor.ts'
import { nearestRank } from '../src/suites/performance/metrics/percentile.ts'
import { ALL_EXTENSIONS, chatBody, prepareRequest } from '../src/suites/performance/request-body.ts'
import { calibrateClient } from '../src/suites/performance/validity/calibration.ts'
import { clientFaults, stampErrors } from '../src/suites/performance/validity/client-faults.ts'
import { type ClientObservation, longestStallMs } from '../src/suites/performance/validity/observation.ts'
import { startReferenceStream } from '../src/suites/performance/validity/reference-stream.ts'
import { watchClient } from '../src/suites/performance/validity/watch.ts'
import { describeCommand, describeMachine } from './machine.ts'

/**
 * Does a client that measured late say so, and is one that did not believed? Each trial is a process of its own that
 * puts a short closed loop on the built-in simulator, which runs on another core, while a fault is injected into it: its
 * thread is blocked for 50 ms, it is stopped for 200 ms, or a program that never rests gets onto its core.
 *
 *     node bench/client-faults.ts [trials of each fault] [clean runs] [streams]
 */
const TRIALS = 50
const CLEAN_RUNS = 100
const STREAMS = 16
const EVENTS_PER_STREAM_AND_SECOND = 125
const OUTPUT_TOKENS = 100
const WARMUP_TOKENS = 20
const ITL_MS = 8
const REQUESTS_PER_STREAM = 2
const BLOCK_MS = 50
const STOP_MS = 200
/** The fault begins at a random moment within this time of the load's beginning; the load takes about 1.7 s. */
const INJECT_WITHIN_MS = 1200
const TRIAL_TIMEOUT_MS = 20_000
const SERVER_CORE = 0
const CLIENT_CORE = 1

const KINDS = ['none', 'block', 'stop', 'hog'] as const
type Kind = (typeof KINDS)[number]
const MEANINGS: Record<Kind, string> = {
  none: 'no fault',
  block: `thread blocked ${BLOCK_MS} ms`,
  stop: `SIGSTOP ${STOP_MS} ms`,
  hog: 'hog on the core',
}

interface Trial {
  faults: PointFault[]
  seen: ClientObservation
}

const clock = { date: () => new Date().toISOString(), monotonicMs: () => performance.now() }

async function serve(): Promise<void> {
  const timing = { ttftMs: 20, itlMs: ITL_MS, slowdownPerRequest: 0 }
  const simulator = await startSimulator({ timing })
  process.once('disconnect', () => process.exit())
  process.send?.(simulator.url)
}

/** In its own process: tells `loading` when the clock starts, and the trial at the end. */
async function client(url: string, kind: Kind, streams: number): Promise<void> {
  const start = await startReferenceStream()
  if (start.state === 'absent') throw new Error(start.reason)
  const endpoint = { url, model: 'simulated-v4', headers: {} }
  const body = (content: string, outputTokens: number) =>
    chatBody(endpoint.model, [{ role: 'user', content }], outputTokens, ALL_EXTENSIONS)
  const planned = (index: number, outputTokens: number) => ({
    request: prepareRequest(endpoint, `r${index}`, body(`say ${index}`, outputTokens)),
    session: index,
    turn: 0,
    thinkMs: 0,
    asked: { inputTokens: null, outputTokens, cachedTokens: 0 },
  })
  // As `load` does before its first point: code that has run is compiled.
  await calibrateClient({
    streams,
    eventsPerSecond: streams * EVENTS_PER_STREAM_AND_SECOND,
    clock,
    signal: AbortSignal.timeout(TRIAL_TIMEOUT_MS),
  })
  const transport = await createTransport(url, null, clock)
  const sessions = Array.from({ length: REQUESTS_PER_STREAM * streams }, (_, index) => ({
    atMs: null,
    requests: [planned(index, OUTPUT_TOKENS)],
  }))
  let watch: ReturnType<typeof watchClient> | undefined
  let trial: Trial | undefined
  const run = await runLoad({
    transport,
    arrival: { kind: 'closed', concurrency: streams },
    sessions,
    warmup: Array.from({ length: streams }, (_, index) => planned(index, WARMUP_TOKENS)),
    keepAlive: true,
    seed: 1,
    requestTimeoutMs: TRIAL_TIMEOUT_MS,
    clock,
    signal: AbortSignal.timeout(TRIAL_TIMEOUT_MS),
    progress: silentProgress,
    onWindow: (edge) => {
      if (edge === 'opens') {
        watch = watchClient({ reference: start.stream })
        process.send?.('loading')
        if (kind === 'block') setTimeout(block, Math.random() * INJECT_WITHIN_MS)
      } else if (watch) {
        const seen = watch.stop()
        trial = { faults: clientFaults(seen), seen }
      }
    },
  })
  const failed = run.records.find(({ outcome }) => outcome.state === 'failed')
  if (failed) throw new Error(JSON.stringify(failed.outcome))
  await start.stream.stop()
  process.send?.(trial, () => process.exit())
}

function block(): void {
  const endMs = performance.now() + BLOCK_MS
  while (performance.now() < endMs);
}

/** Puts a process, with all its threads to come, on one core. */
function pin(child: ChildProcess, core: number): void {
  if (pinning) spawnSync('taskset', ['-apc', `${core}`, `${child.pid}`], { stdio: 'ignore' })
}

const pinning = availableParallelism() > 1 && spawnSync('taskset', ['-V'], { stdio: 'ignore' }).status === 0

/** Forked with nothing running yet but the wait for a word, so that it is on its core before it starts a thread. */
function start(role: string, ...rest: string[]): ChildProcess {
  return fork(import.meta.filename, [role, ...rest])
}

async function trialOf(url: string, kind: Kind, streams: number): Promise<Trial> {
  const child = start('client', url, kind, `${streams}`)
  pin(child, CLIENT_CORE)
  const hog = kind === 'hog' ? spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }) : null
  if (hog) pin(hog, CLIENT_CORE)
  const guard = setTimeout(() => child.kill('SIGKILL'), 2 * TRIAL_TIMEOUT_MS)
  try {
    return await new Promise<Trial>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the client ended with ${code}`)))
      child.on('message', async (message: 'loading' | Trial) => {
        if (message !== 'loading') return resolve(message)
        if (kind !== 'stop') return
        await sleep(Math.random() * INJECT_WITHIN_MS)
        child.kill('SIGSTOP')
        await sleep(STOP_MS)
        child.kill('SIGCONT')
      })
      child.send('go')
    })
  } finally {
    clearTimeout(guard)
    hog?.kill('SIGKILL')
    child.kill('SIGKILL')
  }
}

function summarise(kind: Kind, trials: readonly Trial[]): void {
  const flagged = trials.filter(({ faults }) => faults.length > 0).length
  const all = trials.filter(({ faults }) => faults.some(({ voids }) => voids === 'all')).length
  const codes = new Map<string, number>()
  for (const { faults } of trials) for (const { code } of faults) codes.set(code, (codes.get(code) ?? 0) + 1)
  const said = [...codes].map(([code, count]) => `${code} ${count}`).join(', ')
  const right = kind === 'none' ? trials.length - flagged : flagged
  const verdict = `${kind === 'none' ? 'valid' : 'flagged'} ${right}/${trials.length}`
  console.log(`${MEANINGS[kind].padEnd(24)}${verdict.padEnd(18)}${`${all}`.padEnd(8)}${said}`)
  const spread = (name: string, value: (seen: ClientObservation) => number | null, digits: number) => {
    const values = trials.map(({ seen }) => value(seen) ?? Number.NaN).sort((left, right) => left - right)
    const at = (share: number) =>
      values[Math.min(values.length - 1, Math.floor(share * values.length))]?.toFixed(digits)
    return `${name} ${at(0)} / ${at(0.5)} / ${at(1)}`
  }
  const figures = [
    spread('stamp error p50 ms', (seen) => stampErrors(seen).p50Ms, 3),
    spread('p99', (seen) => stampErrors(seen).p99Ms, 2),
    spread('sender delay p99 ms', ({ beats }) => nearestRank(beats?.senderDelaysMs ?? [], 99), 2),
    spread('stall ms', longestStallMs, 1),
    spread('busy %', (seen) => 100 * seen.utilisation, 1),
    spread('run delay %', (seen) => 100 * (seen.runDelayShare ?? Number.NaN), 2),
    spread('of µs', (seen) => 1000 * (seen.meanRunDelayMs ?? Number.NaN), 1),
    spread('steal %', (seen) => 100 * (seen.stealShare ?? Number.NaN), 2),
  ]
  console.log(`  ${figures.join(' · ')}`)
}

async function compare(trials: number, cleanRuns: number, streams: number): Promise<void> {
  console.log(`${describeMachine()}\n$ ${describeCommand()}`)
  const cores = pinning ? `server on core ${SERVER_CORE}, client on core ${CLIENT_CORE}` : 'not pinned'
  console.log(
    `${streams} streams, ${OUTPUT_TOKENS} tokens every ${ITL_MS} ms; ${cores}; least / median / most of the runs\n`,
  )
  console.log('fault                   runs              all     codes')
  const server = start('serve')
  pin(server, SERVER_CORE)
  server.send('go')
  const [url] = (await once(server, 'message')) as [string]
  try {
    for (const kind of KINDS) {
      const done: Trial[] = []
      for (let run = 0; run < (kind === 'none' ? cleanRuns : trials); run++)
        done.push(await trialOf(url, kind, streams))
      if (done.length > 0) summarise(kind, done)
    }
  } finally {
    server.disconnect()
  }
}

const [role, ...rest] = process.argv.slice(2)
if (role === 'serve' || role === 'client') {
  await once(process, 'message')
  if (role === 'serve') await serve()
  else await client(rest[0]!, rest[1] as Kind, Number(rest[2]))
} else await compare(Number(role ?? TRIALS), Number(rest[0] ?? CLEAN_RUNS), Number(rest[1] ?? STREAMS))
