import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type RunOptions, runCell } from '../../../src/commands/run.ts'
import { ownProgram } from '../../../src/engine/own-program.ts'
import { startProcess } from '../../../src/engine/process.ts'
import { PLAN_SCHEMA, type Plan, type PlannedEngine, type Scenario } from '../../../src/plan/schema.ts'
import { sealPlan } from '../../../src/plan/seal.ts'
import { type Progress, silentProgress } from '../../../src/ports.ts'
import { type CellResult, cellResultSchema } from '../../../src/record/cell-result.ts'
import { ConfigurationError } from '../../../src/record/problem.ts'
import { systemClock } from '../../../src/terminal/clock.ts'

/** The real thing, counted: a server that is stopped at once leaves no trace of its own. */
vi.mock('../../../src/engine/process.ts', { spy: true })

const directory = mkdtempSync(join(tmpdir(), 'crosschip-run-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
let runs = 0

const CELL = 'v4-flash.h200.own'

/** A path without any device tool on it, and node's own directory so that engines can be started. */
const BARE_ENVIRONMENT = { PATH: directory, HOME: process.env.HOME }

function plan(engine: PlannedEngine, suites: Partial<Plan['suites']> = {}): Plan {
  return sealPlan({
    schema: PLAN_SCHEMA,
    toolVersion: '0.0.0-test',
    sources: [],
    seed: 3,
    cells: [
      {
        id: CELL,
        model: { name: 'v4-flash', checkpoint: 'c', revision: null, encoding: 'v4-0731', weightFormat: null },
        target: { name: 'h200', vendor: 'nvidia', chip: 'h200', devices: 2, nodes: 1 },
        engine,
        variant: null,
        pool: { name: 'p', group: null, labels: ['self-hosted'], host: 'bare', parallel: 1 },
        timeoutMinutes: 5,
      },
    ],
    excludedCombinations: 0,
    suites: {
      correctness: null,
      performance: {
        sessions: 2,
        scenarios: [chat([2], 2)],
      },
      ...suites,
    },
    compare: { parity: [], failOn: [] },
    remarks: [],
  })
}

function simulated(faults: string[] = [], readyTimeoutSeconds = 20): PlannedEngine {
  return {
    mode: 'simulated',
    name: 'simulated',
    kind: 'simulated',
    modelSeed: 1,
    timing: { ttftMs: 5, itlMs: 1, sessionScatter: 0.001 },
    faults: faults.map((name) => ({ name, side: 'head' as const })),
    readyTimeoutSeconds,
    servedModel: 'simulated-v4',
  }
}

function scripted(code: string, readyTimeoutSeconds = 10): PlannedEngine {
  return {
    mode: 'launch',
    name: 'own',
    kind: 'vllm',
    argv: [process.execPath, '-e', code, '{port}'],
    env: {},
    readyPath: '/health',
    readyTimeoutSeconds,
    servedModel: 'm',
  }
}

async function run(
  engine: PlannedEngine,
  more: Partial<RunOptions> = {},
  signal = AbortSignal.timeout(60_000),
  progress: Progress = silentProgress,
) {
  const out = more.out ?? join(directory, `out-${runs++}`)
  const planned = more.plan ?? plan(engine)
  const options: RunOptions = {
    plan: planned,
    cellId: CELL,
    headCheckout: '.',
    baseCheckout: null,
    headCommit: 'a'.repeat(40),
    baseCommit: null,
    attempt: 1,
    runner: 'test',
    ...more,
    out,
  }
  const surroundings = { progress, clock: systemClock, signal, environment: BARE_ENVIRONMENT }
  const returned = await runCell(options, surroundings)
  const written = onDisk(out)
  expect(written).toEqual(returned)
  expect(readdirSync(join(out, 'cells', CELL)).filter((name) => name.endsWith('.partial'))).toEqual([])
  return { result: written, out }
}

function onDisk(out: string): CellResult {
  return cellResultSchema.parse(JSON.parse(readFileSync(join(out, 'cells', CELL, 'result.json'), 'utf8')))
}

/** Load points of one scenario, each of a few requests. */
function loadPoints(concurrency: number[]): Partial<Plan['suites']> {
  return { performance: { sessions: 1, scenarios: [chat(concurrency, 2)] } }
}

function chat(concurrency: number[], requestsPerStream: number): Scenario {
  return {
    name: 'chat',
    workload: { kind: 'single', input: { law: 'fixed', tokens: 32 }, output: { law: 'fixed', tokens: 8 } },
    arrivals: concurrency.map((each) => ({ kind: 'closed', concurrency: each })),
    requestsPerStream,
    durationSeconds: 60,
    warmupRequests: 1,
    slo: null,
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let wait = 0; wait < 400 && !condition(); wait++) await sleep(25)
  expect(condition()).toBe(true)
}

describe('runCell', () => {
  it('measures base and head in pairs on fresh servers and keeps the raw record of every request', async () => {
    const { result, out } = await run(simulated(), { baseCheckout: '.', baseCommit: 'b'.repeat(40) })
    expect(result.end).toEqual({ state: 'completed' })
    expect(result.arms.map((arm) => [arm.side, arm.commit?.[0], arm.sessions.map((session) => session.pair)])).toEqual([
      ['base', 'b', [0, 1]],
      ['head', 'a', [0, 1]],
    ])
    const orders = result.arms.flatMap((arm) => arm.sessions.map((session) => session.order)).sort()
    expect(orders).toEqual([0, 1, 2, 3])
    expect(result.arms[0]!.engine.version).not.toBeNull()
    const raw = join(out, 'cells', CELL, 'requests')
    expect(readdirSync(raw).length).toBe(4)
    for (const session of result.arms.flatMap((arm) => arm.sessions)) {
      const file = readFileSync(join(out, 'cells', CELL, session.points[0]!.rawRecord!), 'utf8')
      // A head line comes before the requests.
      expect(file.trim().split('\n').length).toBe(1 + session.points[0]!.succeeded)
    }
  })

  it('remarks that devices could not be verified where there is no device tool', async () => {
    const { result } = await run(simulated())
    expect(result.hardware.state).toBe('not-probed')
    expect(result.remarks.join()).toContain('could not be verified')
  })

  it('does not start on fewer devices than were promised', async () => {
    const tool = join(directory, 'nvidia-smi')
    writeFileSync(tool, '#!/bin/sh\necho "0, NVIDIA H200, 0, 143771, 77.0, 30, 600.1"\n')
    chmodSync(tool, 0o755)
    const { result } = await run(simulated())
    rmSync(tool)
    expect(result.end).toMatchObject({ state: 'infrastructure', stage: 'preflight' })
    expect(result.end).toMatchObject({ message: expect.stringContaining('1 of the 2 devices promised') })
    expect(result.arms).toEqual([])
  })

  it('ends as infrastructure when the server dies, and keeps what was measured before', async () => {
    const { result } = await run(simulated(['engine-dies']), {
      baseCheckout: '.',
      plan: plan(simulated(['engine-dies']), {
        performance: {
          sessions: 3,
          scenarios: [chat([2, 8], 8)],
        },
      }),
    })
    expect(result.end).toMatchObject({ state: 'infrastructure', stage: 'performance', side: 'head' })
    expect(result.end).toMatchObject({ message: expect.stringContaining('exited by itself') })
    const base = result.arms.find((arm) => arm.side === 'base')!
    const head = result.arms.find((arm) => arm.side === 'head')!
    expect(base.sessions.length + head.sessions.length).toBeGreaterThan(0)
  })

  it('says that a server never got ready, and what it answered', async () => {
    const { result } = await run(simulated(['never-ready'], 3))
    expect(result.end).toMatchObject({ state: 'infrastructure', message: expect.stringContaining('not ready after') })
    expect(result.end).toMatchObject({ message: expect.stringContaining('HTTP 503') })
  })

  it('calls a server broken that is up but answers no request', async () => {
    const code = `require('http').createServer((q, r) => { r.statusCode = q.url === '/health' ? 200 : 500; r.end('<html>oops</html>') }).listen(process.argv[1], '127.0.0.1')`
    const loaded = await run(scripted(code))
    expect(loaded.result.end).toMatchObject({ state: 'broken', stage: 'performance', side: 'head' })
    expect(loaded.result.end).toMatchObject({ message: expect.stringContaining('http-status') })
    const checked = await run(scripted(code), {
      plan: plan(scripted(code), {
        correctness: { checks: ['P1'], arithmeticItems: 5, concurrency: 4 },
        performance: null,
      }),
    })
    expect(checked.result.end).toMatchObject({ state: 'broken', stage: 'correctness' })
  })

  it('writes what it has when it is cancelled, names the signal and leaves no server behind', async () => {
    const controller = new AbortController()
    const pidFile = join(directory, 'pid')
    const code = `require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
      require('http').createServer((q, r) => { if (q.url === '/health') r.end() }).listen(process.argv[1], '127.0.0.1')`
    setTimeout(() => controller.abort('SIGTERM'), 900)
    const { result } = await run(scripted(code), {}, controller.signal)
    expect(result.end).toEqual({ state: 'cancelled', stage: 'performance', signal: 'SIGTERM' })
    expect(() => process.kill(Number(readFileSync(pidFile, 'utf8')), 0)).toThrow('ESRCH')
  })

  it('has what it measured on the disk at once when it is cancelled, though its server does not stop', async () => {
    const [node, cli] = ownProgram('cli')
    const argv = ['/bin/sh', '-c', 'trap "" TERM; "$@"; /bin/sleep 30', 'sh', node, cli, 'simulate', '--port', '{port}']
    const stubborn = { ...scripted(''), argv: [...argv, '--model', 'm', '--ttft-ms', '5', '--itl-ms', '1'] }
    const out = join(directory, 'stubborn')
    const controller = new AbortController()
    const cancelAtSecondPoint: Progress = {
      note() {},
      step: (label) => label.includes('chat c4') && !controller.signal.aborted && controller.abort('SIGINT'),
    }
    let ended = false
    const more = { plan: plan(stubborn, loadPoints([2, 4])), out }
    const running = run(stubborn, more, controller.signal, cancelAtSecondPoint).finally(() => (ended = true))
    await until(() => controller.signal.aborted)
    const cancelledMs = performance.now()
    await until(() => existsSync(join(out, 'cells', CELL, 'result.json')))
    expect(ended).toBe(false)
    const early = onDisk(out)
    expect(performance.now() - cancelledMs).toBeLessThan(2000)
    expect(early.end).toEqual({ state: 'cancelled', stage: 'performance', signal: 'SIGINT' })
    expect(early.arms.map((arm) => arm.sessions.map((session) => session.points.length))).toEqual([[1]])
    expect((await running).result.arms).toEqual(early.arms)
    expect(performance.now() - cancelledMs).toBeLessThan(9000)
  })

  it('starts no server for the next side after a cancel, and keeps the checks of this one', async () => {
    const code = `require('http').createServer((q, r) => { if (q.url === '/health') r.end() })
      .listen(process.argv[1], '127.0.0.1')`
    vi.mocked(startProcess).mockClear()
    const controller = new AbortController()
    const suites = { correctness: { checks: ['P1'], arithmeticItems: 5, concurrency: 4 }, performance: null }
    const cancelWhenChecking: Progress = {
      note() {},
      step: (label) => label.includes('correctness (base)') && setImmediate(() => controller.abort('SIGINT')),
    }
    const more = { plan: plan(scripted(code), suites), baseCheckout: '.' }
    const { result } = await run(scripted(code), more, controller.signal, cancelWhenChecking)
    expect(result.end).toEqual({ state: 'cancelled', stage: 'correctness', signal: 'SIGINT' })
    expect(result.arms.map((arm) => [arm.side, arm.correctness === null])).toEqual([
      ['base', false],
      ['head', true],
    ])
    expect(startProcess).toHaveBeenCalledTimes(1)
  })

  it('does not wait for a device tool that hangs when it is cancelled, and takes it along', async () => {
    const tool = join(directory, 'nvidia-smi')
    onTestFinished(() => rmSync(tool, { force: true }))
    const pidFile = join(directory, 'tool-pid')
    writeFileSync(tool, `#!/bin/sh\necho $$ > '${pidFile}'\nexec /bin/sleep 60\n`)
    chmodSync(tool, 0o755)
    const controller = new AbortController()
    const running = run(simulated(), {}, controller.signal)
    await until(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8').endsWith('\n'))
    const cancelledMs = performance.now()
    controller.abort('SIGTERM')
    const { result } = await running
    expect(performance.now() - cancelledMs).toBeLessThan(3000)
    expect(result.end).toEqual({ state: 'cancelled', stage: 'preflight', signal: 'SIGTERM' })
    expect(() => process.kill(Number(readFileSync(pidFile, 'utf8')), 0)).toThrow('ESRCH')
  })

  it('writes that it was cancelled also when the cancel came before it began', async () => {
    const { result } = await run(simulated(), {}, AbortSignal.abort('SIGINT'))
    expect(result.end).toEqual({ state: 'cancelled', stage: 'preflight', signal: 'SIGINT' })
  })

  it('keeps the numbers of a point whose raw record cannot be written, and says so', async () => {
    const out = join(directory, 'blocked')
    mkdirSync(join(out, 'cells', CELL), { recursive: true })
    writeFileSync(join(out, 'cells', CELL, 'requests'), 'a file where the folder should be')
    const { result } = await run(simulated(), { plan: plan(simulated(), loadPoints([1, 2])), out })
    expect(result.end).toEqual({ state: 'completed' })
    const points = result.arms[0]!.sessions[0]!.points
    expect(points.map((point) => [point.load, point.repetition, point.succeeded, point.rawRecord])).toEqual([
      ['c1', 1, 2, null],
      ['c2', 1, 4, null],
      ['c1', 2, 2, null],
    ])
    expect(result.remarks.join()).toMatch(/the raw record requests\/chat-c2-pair0-head\.jsonl was not kept: E/)
  })

  it('warms every connection of a load point', async () => {
    const steps: string[] = []
    const progress: Progress = { note() {}, step: (label, done, total) => steps.push(`${label} ${done}/${total}`) }
    await run(simulated(), { plan: plan(simulated(), loadPoints([3])) }, undefined, progress)
    expect(steps.filter((step) => step.includes('warm-up')).at(-1)).toMatch(/warm-up 3\/3$/)
  })

  it('measures a server that is reached by URL once, as the head, and says why', async () => {
    const attached: PlannedEngine = {
      ...{ mode: 'attach', name: 'remote', kind: 'openai', url: 'http://127.0.0.1:9', apiKeyVariable: null },
      ...{ readyPath: '/health', readyTimeoutSeconds: 0.2, servedModel: 'm' },
    }
    const { result } = await run(attached, { baseCheckout: '.' })
    expect(result.arms.map((arm) => arm.side)).toEqual(['head'])
    expect(result.remarks.join()).toContain('base and head cannot be told apart')
  })

  it('refuses a checkout that is not there before anything is started', async () => {
    const failure = run(simulated(), { headCheckout: 'no-head', baseCheckout: 'no-base' })
    await expect(failure).rejects.toThrow(ConfigurationError)
    await expect(failure).rejects.toThrow(
      /no-head: the head checkout is not a directory.*\n.*no-base: the base checkout/,
    )
  })

  it('refuses a cell that the plan does not have, and says which it has', async () => {
    const failure = run(simulated(), { cellId: 'v4-flash.h20.own' })
    await expect(failure).rejects.toThrow(ConfigurationError)
    await expect(failure).rejects.toThrow(/no cell is called "v4-flash.h20.own".*v4-flash.h200.own/)
  })
})
