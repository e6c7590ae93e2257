import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readZipEntry } from '../../src/github/zip.ts'
import { cellResultSchema } from '../../src/record/cell-result.ts'
import { type RunningJob, runJob, startJob } from '../services/action-process.ts'
import { type ResultsService, startResultsService } from '../services/results-service.ts'

/** The runner sends SIGINT, SIGTERM 7.5 s later, and kills 2.5 s after that. */
const RUNNER_GRACE_MS = 10_000
const START_TIMEOUT_MS = 20_000
const RUN = 5000
const CELL = 'flash.ascend-small.simulated'

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
      .replace('arithmetic-items: 20', 'arithmetic-items: 20000')
      .replace('itl-ms: 2', 'itl-ms: 40')
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

    const artifact = results.artifacts.find((one) => one.name === `crosschip-cell--${CELL}--${attempt}`)
    expect(artifact?.final).toBe(true)
    const reading = readZipEntry(results.bytesOf(artifact!), 'result.json', 1e8)
    if (reading.state !== 'read') throw new Error(reading.reason)
    const result = cellResultSchema.parse(JSON.parse(reading.bytes.toString('utf8')))
    expect(result.end).toMatchObject({ state: 'cancelled', signal })
    expect(await processesOf(tracking)).toEqual([])
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
    expect(results.artifacts.some((one) => one.name === `crosschip-cell--${CELL}--${attempt}`)).toBe(true)
  })
})

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
