import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Comparison, comparisonSchema } from '../../src/compare/schema.ts'
import { parseMarker } from '../../src/github/comments/marker.ts'
import { readZipEntry } from '../../src/github/zip.ts'
import { cellResultSchema } from '../../src/record/cell-result.ts'
import { type Job, type JobEnd, runJob } from '../services/action-process.ts'
import { type EmulatedGitHub, type EmulatedPullRequest, startEmulatedGitHub } from '../services/emulated-github.ts'
import { type Artifact, type ResultsService, startResultsService } from '../services/results-service.ts'
import { startStubGitHub } from '../services/stub-github.ts'
import { zipOf } from '../services/zip-writer.ts'

/** The bundle as a runner starts it: plan, four cells, report, with the real clients against loopback services. */
const FIRST_RUN = 1000
const CELLS_AT_ONCE = 2
const DAMAGED = 'pro.ascend-small.simulated'

let github: EmulatedGitHub
let results: ResultsService
let pull: EmulatedPullRequest
let workspace: string
let planDigest: string
let nextRun = FIRST_RUN

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'crosschip-workspace-'))
  await cp('test/fixtures/workflow', workspace, { recursive: true })
  ;[github, results] = await Promise.all([startEmulatedGitHub(), startResultsService()])
  pull = await github.openPullRequest('change')
})
afterAll(async () => {
  await Promise.all([github?.close(), results?.close()])
  await rm(workspace, { recursive: true, force: true })
})

function job(inputs: Record<string, string>, runId: number, more: Partial<Job> = {}): Job {
  return {
    inputs,
    workspace,
    event: pull.event,
    repository: `${github.owner}/${github.repository}`,
    runId,
    token: github.token,
    environment: { ...results.environment(runId), GITHUB_API_URL: github.url },
    ...more,
  }
}

const report = (runId: number, more: Partial<Job> = {}) =>
  runJob(job({ command: 'report', 'plan-digest': planDigest }, runId, more))

async function comparisonOf(end: JobEnd): Promise<Comparison> {
  const path = join(end.outputs.report!, '..', 'comparison.json')
  return comparisonSchema.parse(JSON.parse(await readFile(path, 'utf8')))
}

/** A later run in which the same cells gave the same results. */
function repeatRun(): { runId: number; artifact: (name: string) => Artifact } {
  const runId = ++nextRun
  const originals = results.artifacts.filter((one) => one.run === String(FIRST_RUN) && !one.name.includes('report'))
  for (const original of originals) results.add(runId, original.name, results.bytesOf(original))
  return {
    runId,
    artifact: (name) => results.artifacts.find((one) => one.run === String(runId) && one.name.includes(name))!,
  }
}

describe('plan, run and report', () => {
  it('plans four cells, keeps the plan and says what will run', async () => {
    const end = await runJob(job({ command: 'plan', matrix: 'matrix.yaml' }, FIRST_RUN))
    expect(end.log).not.toContain('::error')
    expect(end.code).toBe(0)
    const matrix = JSON.parse(end.outputs.matrix!) as { include: { id: string }[] }
    expect(matrix.include).toHaveLength(4)
    expect(matrix.include[0]).toEqual({
      id: expect.stringMatching(/^[a-z0-9.-]+$/),
      'runs-on': ['self-hosted', 'simulated'],
      'timeout-minutes': 10,
    })
    expect(end.outputs).toMatchObject({ 'has-cells': 'true', 'plan-id': expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(end.summary).toContain('4 cells planned')
    for (const { id } of matrix.include) expect(end.summary).toContain(id)
    planDigest = end.outputs['plan-digest']!
    expect(results.artifacts.map((one) => one.name)).toEqual(['crosschip-plan'])
  })

  it('runs each cell and uploads its result and nothing else', async () => {
    const plan = results.artifacts.find((one) => one.name === 'crosschip-plan')!
    const reading = readZipEntry(results.bytesOf(plan), 'plan.json', 1e7)
    if (reading.state !== 'read') throw new Error(reading.reason)
    const cells = (JSON.parse(reading.bytes.toString()) as { cells: { id: string }[] }).cells.map((cell) => cell.id)
    const waiting = [...cells]
    const lane = async () => {
      for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift()) {
        const inputs = {
          command: 'run',
          cell,
          'base-checkout': workspace,
          'plan-digest': planDigest,
          'github-token': '',
        }
        const end = await runJob(job(inputs, FIRST_RUN))
        expect(end.code, end.log).toBe(0)
      }
    }
    await Promise.all(Array.from({ length: CELLS_AT_ONCE }, lane))
    const names = results.artifacts.map((one) => one.name).sort()
    expect(names).toEqual([...cells.map((cell) => `crosschip-cell--${cell}--1`), 'crosschip-plan'].sort())
    const artifact = results.artifacts.find((one) => one.name.includes(DAMAGED))!
    const result = cellResultSchema.parse(JSON.parse(entry(artifact, 'result.json')))
    expect(result).toMatchObject({ cell: DAMAGED, attempt: 1, runner: 'test-runner', end: { state: 'completed' } })
    expect(result.arms.map((arm) => [arm.side, arm.commit])).toEqual([
      ['base', pull.baseCommit],
      ['head', pull.headCommit],
    ])
  })

  it('writes the summary and one comment, and passes', async () => {
    const end = await report(FIRST_RUN)
    expect(end.code, end.log).toBe(0)
    expect(end.outputs.outcome).toBe('pass')
    const comparison = await comparisonOf(end)
    expect(comparison).toMatchObject({ planned: 4, received: 4, outcome: 'pass', headCommit: pull.headCommit })
    expect(comparison.judged).toBeGreaterThan(0)
    const comments = await github.comments(pull.number)
    expect(comments).toHaveLength(1)
    expect(end.outputs['comment-url']).toBe(comments[0]?.html_url)
    expect(parseMarker(comments[0]!.body)).toEqual({
      key: 'default',
      run: FIRST_RUN,
      attempt: 1,
      head: pull.headCommit,
    })
    expect(end.summary.length).toBeGreaterThan(100)
    expect(results.artifacts.some((one) => one.name === 'crosschip-report--1')).toBe(true)
  })

  it('edits the same comment in the next run', async () => {
    const before = await github.comments(pull.number)
    const { runId } = repeatRun()
    expect((await report(runId)).code).toBe(0)
    const after = await github.comments(pull.number)
    expect(after.map((comment) => comment.id)).toEqual(before.map((comment) => comment.id))
    expect(parseMarker(after[0]!.body)?.run).toBe(runId)
  })

  it('leaves the comment of a newer run alone and says so in the summary', async () => {
    const end = await report(FIRST_RUN, { attempt: 2 })
    expect(end.code, end.log).toBe(0)
    expect(end.summary).toContain('left as it is')
    expect(parseMarker((await github.comments(pull.number))[0]!.body)?.run).toBe(nextRun)
  })
})

describe('a report on what did not come back as planned', () => {
  it('names a cell whose artifact is missing, and does not pass', async () => {
    const { runId, artifact } = repeatRun()
    results.artifacts.splice(results.artifacts.indexOf(artifact(DAMAGED)), 1)
    await expectDamaged(await report(runId), 'missing')
  })

  it.each<[string, (bytes: Buffer) => Buffer]>([
    [
      'whose bytes changed on the way',
      (bytes) => Buffer.concat([bytes.subarray(0, 40), Buffer.from('x'), bytes.subarray(41)]),
    ],
    ['that is cut off', (bytes) => bytes.subarray(0, bytes.length >> 1)],
  ])('refuses an artifact %s', async (_name, spoil) => {
    const { runId, artifact } = repeatRun()
    results.setBytes(artifact(DAMAGED), spoil(results.bytesOf(artifact(DAMAGED))))
    const end = await report(runId)
    await expectDamaged(end, 'invalid')
    expect(end.log).toContain('SHA-256 differs')
  })

  it.each([
    ['has no result in it', { name: '../../result.json', content: Buffer.from('{}') }],
    ['holds a truncated result', { name: 'result.json', content: Buffer.from('{"schema": "crosschip.cell-res') }],
    [
      'unpacks to more than a result may have',
      { name: 'result.json', content: Buffer.alloc(64 * 1024 * 1024), deflated: true },
    ],
  ])('takes an artifact that %s for invalid', async (_name, content) => {
    const { runId, artifact } = repeatRun()
    const { name } = artifact(DAMAGED)
    results.artifacts.splice(results.artifacts.indexOf(artifact(DAMAGED)), 1)
    results.add(runId, name, zipOf([content]))
    await expectDamaged(await report(runId), 'invalid')
  })

  it('believes neither of two results of one attempt', async () => {
    const { runId, artifact } = repeatRun()
    const { name } = artifact(DAMAGED)
    const other = entry(artifact(DAMAGED), 'result.json').replace('test-runner', 'other-runner')
    results.add(runId, name, zipOf([{ name: 'result.json', content: Buffer.from(other) }]))
    await expectDamaged(await report(runId), 'duplicate')
  })

  it('does not let one cell speak for another', async () => {
    const { runId, artifact } = repeatRun()
    const { name } = artifact(DAMAGED)
    const victim = results.artifacts.find((one) => one.run === String(runId) && one.name.includes('flash.nvidia'))!
    const forged = entry(victim, 'result.json').replace('"attempt": 1', '"attempt": 9')
    results.artifacts.splice(results.artifacts.indexOf(artifact(DAMAGED)), 1)
    results.add(runId, name, zipOf([{ name: 'result.json', content: Buffer.from(forged) }]))
    const end = await report(runId)
    await expectDamaged(end, 'invalid')
    expect(end.log).toContain('it speaks for cell flash.nvidia-small.simulated, attempt 9')
  })

  it('takes the last attempt of a cell that was run again', async () => {
    const { runId, artifact } = repeatRun()
    const again = entry(artifact(DAMAGED), 'result.json').replace('"attempt": 1', '"attempt": 2')
    results.setBytes(artifact(DAMAGED), Buffer.from('spoiled'))
    results.add(runId, `crosschip-cell--${DAMAGED}--2`, zipOf([{ name: 'result.json', content: Buffer.from(again) }]))
    const end = await report(runId, { attempt: 2 })
    expect(end.code, end.log).toBe(0)
    expect(await comparisonOf(end)).toMatchObject({ received: 4, outcome: 'pass' })
  })

  it('is never a pass when nothing came back', async () => {
    const { runId } = repeatRun()
    for (const one of results.artifacts.filter((each) => each.run === String(runId) && each.name.includes('cell')))
      results.artifacts.splice(results.artifacts.indexOf(one), 1)
    const end = await report(runId)
    expect(end.code).not.toBe(0)
    expect(await comparisonOf(end)).toMatchObject({ received: 0, judged: 0 })
  })

  it('is not misled by a second plan that some other job uploaded', async () => {
    const { runId, artifact } = repeatRun()
    results.add(runId, 'crosschip-plan', zipOf([{ name: 'plan.json', content: otherPlan(artifact('plan')) }]))
    expect((await report(runId)).code).toBe(0)
  })

  it('refuses a plan that the plan job did not make, in the comment too', async () => {
    const { runId, artifact } = repeatRun()
    const forged = zipOf([{ name: 'plan.json', content: otherPlan(artifact('plan')) }])
    results.artifacts.splice(results.artifacts.indexOf(artifact('plan')), 1)
    results.add(runId, 'crosschip-plan', forged)
    const end = await report(runId)
    expect(end.code).toBe(2)
    expect(end.log).toContain('is not the plan that the plan job made')
    expect((await github.comments(pull.number))[0]?.body).toContain('no verdict')
  })

  it('keeps its outcome where the comment is forbidden, and says why in the summary', async () => {
    const { runId } = repeatRun()
    const fork = await startStubGitHub(() => ({
      status: 403,
      body: { message: 'Resource not accessible by integration' },
    }))
    const environment = { ...results.environment(runId), GITHUB_API_URL: fork.url }
    const end = await report(runId, { environment })
    await fork.close()
    expect(end.code, end.log).toBe(0)
    expect(end.summary).toMatch(/comment not written: GitHub answered 403/)
  })
})

describe('wrong use of the action', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ['no command', {}, /command: is required/],
    ['a matrix that is not there', { command: 'plan', matrix: 'absent.yaml' }, /absent.yaml/],
    ['a plan that is not there', { command: 'run', cell: 'a', plan: 'absent.json' }, /absent.json: cannot be read/],
    ['a cell that is not planned', { command: 'run', cell: 'no.such.cell' }, /no cell is called "no.such.cell"/],
  ])('ends %s with exit code 2 and no stack trace', async (_name, inputs, said) => {
    const end = await runJob(job(inputs, FIRST_RUN))
    expect(end.log).toMatch(said)
    expect(end.log).not.toMatch(/^\s+at /m)
    expect(end.code).toBe(2)
  })

  it('only warns where a variable of the job looks like an input', async () => {
    const inputs = { command: 'plan', matrix: 'matrix.yaml' }
    const { environment } = job(inputs, ++nextRun)
    const end = await runJob(job(inputs, nextRun, { environment: { ...environment, INPUT_FOO: 'x' } }))
    expect(end.log).toMatch(/::warning::foo is not an input/)
    expect(end.code, end.log).toBe(0)
  })
})

async function expectDamaged(end: JobEnd, received: string): Promise<void> {
  const comparison = await comparisonOf(end)
  const states = Object.fromEntries(comparison.cells.map((cell) => [cell.id, cell.received]))
  expect(states).toMatchObject({ [DAMAGED]: received })
  expect(Object.values(states).filter((state) => state === 'complete')).toHaveLength(3)
  expect(comparison.outcome).not.toBe('pass')
  expect(end.code).toBe({ fail: 1, incomplete: 3, pass: 0 }[comparison.outcome])
  expect(end.summary).toContain(DAMAGED)
  const comment = (await github.comments(pull.number))[0]!
  expect(comment.body).toContain(DAMAGED)
  expect(parseMarker(comment.body)?.run).toBe(nextRun)
}

function otherPlan(artifact: Artifact): Buffer {
  return Buffer.from(entry(artifact, 'plan.json').replace('"example/pro"', '"example/other"'))
}

function entry(artifact: Artifact, name: string): string {
  const reading = readZipEntry(results.bytesOf(artifact), name, 1e8)
  if (reading.state !== 'read') throw new Error(`${artifact.name}: ${reading.reason}`)
  return reading.bytes.toString('utf8')
}
