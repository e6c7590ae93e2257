import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readZipEntry } from '../../src/github/zip.ts'
import { type CellResult, cellResultSchema } from '../../src/record/cell-result.ts'
import { type RunningJob, runJob, startJob } from '../services/action-process.ts'
import { type ResultsService, startResultsService } from '../services/results-service.ts'

/** The runner sends SIGINT, SIGTERM 7.5 s later, and kills 2.5 s after that. */
const RUNNER_GRACE_MS = 10_000
const START_TIMEOUT_MS = 20_000
const RUN = 5000
const CELL = 'flash.ascend-small.simulated'

/** Ready at once, never answers a completion, and does not go when asked. */
const STUBBORN_SERVER = `process.on('SIGTERM', () => {})
require('node:http')
  .createServer((request, response) => {
    if (request.url === '/health') response.end('{}')
  })
  .listen(Number(process.argv[2]), '127.0.0.1')
`

let results: ResultsService
let workspace: string
beforeAll(async () => {
  results = await startResultsService()
  workspace = await mkdtemp(join(tmpdir(), 'crosschip-cancel-'))
  await cp('test/fixtures/workflow', workspace, { recursive: true })
})
afterAll(async () => {
  await results?.close()
  await rm(workspace, { recursive: true, force: true })
})

const base = () => ({
  workspace,
  event: {},
  eventName: 'push',
  repository: 'octo/serving',
  token: '',
  environment: results.environment(RUN),
})

async function plan(matrix: string): Promise<string> {
  await writeFile(join(workspace, 'slow.yaml'), matrix)
  const end = await runJob({ ...base(), runId: RUN, inputs: { command: 'plan', matrix: 'slow.yaml', out: workspace } })
  expect(end.code, end.log).toBe(0)
  return join(workspace, 'plan.json')
}

describe('a cell job that is cancelled', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('still uploads its result after %s and leaves no process', async (signal) => {
    const slow = (await readFile(join(workspace, 'matrix.yaml'), 'utf8'))
      .replace('arithmetic-items: 8', 'arithmetic-items: 20000')
      .replace('itl-ms: 0.2', 'itl-ms: 40')
    const planFile = await plan(slow)
    const tracking = `crosschip-${signal}-${process.pid}`
    const attempt = signal === 'SIGINT' ? 1 : 2
    const running = await startJob({
      ...base(),
      runId: RUN,
      attempt,
      inputs: { command: 'run', cell: CELL, plan: planFile },
      environment: { ...results.environment(RUN), RUNNER_TRACKING_ID: tracking },
    })
    await serverStarted(running, tracking)
    const cancelled = Date.now()
    running.process.kill(signal)
    const end = await running.ended
    expect(Date.now() - cancelled).toBeLessThan(RUNNER_GRACE_MS)
    expect(end.code, end.log).toBe(130)

    expect(resultOf(attempt).end).toMatchObject({ state: 'cancelled', signal })
    expect(await processesOf(tracking)).toEqual([])
  })
})

describe('a cancelled cell job whose engine does not stop', () => {
  it('uploads what it has before the runner ends it, and ends in time', async () => {
    await writeFile(join(workspace, 'stubborn.cjs'), STUBBORN_SERVER)
    const serve = `{ kind: llama.cpp, serve: [${process.execPath}, ${join(workspace, 'stubborn.cjs')}, '{port}'] }`
    const text = await readFile(join(workspace, 'matrix.yaml'), 'utf8')
    const planFile = await plan(
      text
        .replace(/engines:[\s\S]*matrix:/, `engines:\n  stubborn: ${serve}\nmatrix:`)
        .replace('engine: simulated', 'engine: stubborn'),
    )
    const cell = 'flash.ascend-small.stubborn'
    const tracking = `crosschip-stubborn-${process.pid}`
    const running = await startJob({
      ...base(),
      runId: RUN,
      inputs: { command: 'run', cell, plan: planFile },
      environment: { ...results.environment(RUN), RUNNER_TRACKING_ID: tracking },
    })
    await serverStarted(running, tracking)
    const cancelled = Date.now()
    running.process.kill('SIGINT')
    const name = `crosschip-cell--${cell}--1`
    const uploaded = () => results.artifacts.some((one) => one.final && one.name === name)
    while (!uploaded() && Date.now() - cancelled < RUNNER_GRACE_MS) await sleep(50)
    expect(Date.now() - cancelled).toBeLessThan(RUNNER_GRACE_MS)
    const end = await Promise.race([running.ended, sleep(RUNNER_GRACE_MS - (Date.now() - cancelled), null)])
    expect(end?.code, running.log()).toBe(130)
    expect(await processesOf(tracking)).toEqual([])
    const result = resultOf(1, cell)
    expect(result.end).toMatchObject({ state: 'cancelled', stage: 'correctness', signal: 'SIGINT' })
    expect(result.arms.map((arm) => [arm.side, arm.engine.name])).toEqual([['head', 'stubborn']])
  })
})

describe('a cell job whose engine dies', () => {
  it('is red, says what happened and has uploaded its result', async () => {
    const dying = (await readFile(join(workspace, 'matrix.yaml'), 'utf8')).replace(
      'cases: []',
      'cases: [{ when: { model: flash }, faults: [engine-dies] }]',
    )
    const planFile = await plan(dying)
    const attempt = 3
    const end = await runJob({
      ...base(),
      runId: RUN,
      attempt,
      inputs: { command: 'run', cell: CELL, plan: planFile },
    })
    expect(end.code, end.log).toBe(3)
    expect(end.log).toMatch(/::error::cell flash\.ascend-small\.simulated: infrastructure at/)
    expect(resultOf(attempt).end).toMatchObject({ state: 'infrastructure' })
  })
})

describe('a cell job that measures', () => {
  it('uploads the raw record of every load point beside the result', async () => {
    const measuring = (await readFile(join(workspace, 'matrix.yaml'), 'utf8')).replace(
      /correctness: .*/,
      `performance:
    sessions: 1
    scenarios:
      chat: { input-tokens: 16, output-tokens: 8, concurrency: [1, 2], requests-per-stream: 2, warmup-requests: 0 }`,
    )
    const planFile = await plan(measuring)
    const attempt = 4
    const end = await runJob({ ...base(), runId: RUN, attempt, inputs: { command: 'run', cell: CELL, plan: planFile } })
    expect(end.code, end.log).toBe(0)
    const result = resultOf(attempt)
    const records = result.arms.flatMap((arm) =>
      arm.sessions.flatMap((session) => session.points.map((point) => point.rawRecord)),
    )
    // Both levels, and the first again.
    expect(records).toHaveLength(3)
    for (const record of records) expect(entry(attempt, record!).trim().split('\n').length).toBeGreaterThan(1)
  })
})

function entry(attempt: number, name: string, cell = CELL): string {
  const artifact = results.artifacts.find((one) => one.final && one.name === `crosschip-cell--${cell}--${attempt}`)
  if (!artifact) throw new Error(`attempt ${attempt} uploaded nothing`)
  const reading = readZipEntry(results.bytesOf(artifact), name, 1e8)
  if (reading.state !== 'read') throw new Error(reading.reason)
  return reading.bytes.toString('utf8')
}

function resultOf(attempt: number, cell = CELL): CellResult {
  return cellResultSchema.parse(JSON.parse(entry(attempt, 'result.json', cell)))
}

/** Waits until the engine of the cell runs, by the variable that the runner gives to everything in a job. */
async function serverStarted(running: RunningJob, tracking: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (Date.now() < deadline && running.process.exitCode === null) {
    if ((await processesOf(tracking)).length >= 2) return
    await sleep(50)
  }
  throw new Error(`no engine started:\n${running.log()}`)
}

async function processesOf(tracking: string): Promise<string[]> {
  const found: string[] = []
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
    if (environment.includes(`RUNNER_TRACKING_ID=${tracking}\0`)) found.push(pid)
  }
  return found
}
