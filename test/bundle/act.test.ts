import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseMarker } from '../../src/github/comments/marker.ts'
import { type ConsumerRepository, createConsumer, createRelease } from '../services/consumer-repository.ts'
import { type EmulatedGitHub, type EmulatedPullRequest, startEmulatedGitHub } from '../services/emulated-github.ts'
import { type ResultsService, startResultsService } from '../services/results-service.ts'
import { findTool } from '../services/workflow-tools.ts'

/** The whole reusable workflow in a repository that calls it, run by act on this machine, without containers. */
const act = await findTool('act')
const RUN_TIMEOUT_MS = 100_000
const CELLS = ['flash.ascend-small', 'flash.nvidia-small', 'pro.ascend-small', 'pro.nvidia-small']

describe.skipIf(act === null)('the reusable workflow, called from another repository', () => {
  let github: EmulatedGitHub
  let results: ResultsService
  let pull: EmulatedPullRequest
  let consumer: ConsumerRepository
  let directory: string

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'crosschip-act-'))
    ;[github, results, consumer] = await Promise.all([
      startEmulatedGitHub(),
      startResultsService(),
      createConsumer(join(directory, 'serving')),
      createRelease(join(directory, 'release')),
    ])
    pull = await github.openPullRequest('change')
    await writeFile(join(directory, 'event.json'), JSON.stringify(pull.event))
  })
  afterAll(async () => {
    await Promise.all([github?.close(), results?.close()])
    await rm(directory, { recursive: true, force: true })
  })

  async function runWorkflow(runId: number): Promise<{ code: number | null; log: string }> {
    const flags = {
      '--eventpath': [join(directory, 'event.json')],
      '--workflows': ['.github/workflows/crosschip.yml'],
      '--platform': ['ubuntu-latest=-self-hosted', 'self-hosted=-self-hosted'],
      '--local-repository': [`crosschip/crosschip@v1=${join(directory, 'release')}`],
      '--env': [
        `GITHUB_RUN_ID=${runId}`,
        `GITHUB_API_URL=${github.url}`,
        `GITHUB_REPOSITORY=${github.owner}/${github.repository}`,
      ],
      '--secret': [`GITHUB_TOKEN=${github.token}`],
    }
    const list = Object.entries(flags).flatMap(([flag, values]) => values.flatMap((value) => [flag, value]))
    const child = spawn(act!, ['pull_request', ...list, '--no-cache-server', '--rm'], {
      cwd: consumer.directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      // act hands all of its environment to the steps, and takes the first `node` of PATH for every action.
      env: {
        PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
        HOME: directory,
        XDG_CACHE_HOME: join(directory, 'cache'),
        XDG_CONFIG_HOME: directory,
        ...results.environment(runId),
      },
    })
    let log = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (part) => {
        log += String(part)
      })
    const limit = setTimeout(() => child.kill('SIGKILL'), RUN_TIMEOUT_MS)
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
    clearTimeout(limit)
    return { code, log: log.replace(/^.*::debug::.*\n/gm, '') }
  }

  const artifactsOf = (runId: number) =>
    results.artifacts.filter((one) => one.run === String(runId)).map((one) => one.name)

  it('plans, runs four cells and comments, on Node 24', async () => {
    const { code, log } = await runWorkflow(77)
    expect(code, log).toBe(0)
    for (const command of ['plan', 'run', 'report'])
      expect(log).toMatch(new RegExp(`crosschip: ${command}, version \\S+ on Node v24\\.`))
    // The event's base commit is not even there: the base is the first parent of the merge.
    expect(log).toContain(`HEAD is now at ${consumer.baseCommit.slice(0, 7)} Base`)
    const cells = CELLS.map((cell) => `crosschip-cell--${cell}.simulated--1`)
    expect(artifactsOf(77).sort()).toEqual([...cells, 'crosschip-plan', 'crosschip-report--1'].sort())
    const comments = await github.comments(pull.number)
    expect(comments).toHaveLength(1)
    expect(parseMarker(comments[0]!.body)).toMatchObject({ run: 77, head: pull.headCommit })
    for (const cell of CELLS) expect(comments[0]!.body).toContain(cell.split('.')[1])
  })

  it('edits the same comment in the next run', async () => {
    const [before] = await github.comments(pull.number)
    await consumer.editMatrix((text) => text.replace('model: [flash, pro]', 'model: [pro]'))
    const { code, log } = await runWorkflow(78)
    expect(code, log).toBe(0)
    const after = await github.comments(pull.number)
    expect(after).toHaveLength(1)
    expect(after[0]?.id).toBe(before?.id)
    expect(parseMarker(after[0]!.body)?.run).toBe(78)
  })

  it('ends red when an engine dies, with all results in and the comment up to date', async () => {
    await consumer.editMatrix((text) =>
      text.replace('cases: []', 'cases: [{ when: { target: ascend-small }, faults: [engine-dies] }]'),
    )
    const { code, log } = await runWorkflow(79)
    expect(code, log).toBe(1)
    expect(artifactsOf(79).filter((name) => name.startsWith('crosschip-cell--'))).toHaveLength(2)
    const [comment] = await github.comments(pull.number)
    expect(parseMarker(comment!.body)?.run).toBe(79)
    expect(comment!.body).toMatch(/infrastructure/i)
    expect(comment!.body).toContain('pro')
  })
})
