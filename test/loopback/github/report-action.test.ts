import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { reportAction } from '../../../src/github/actions/report.ts'
import { type ArtifactReading, ArtifactServiceError, type ArtifactStore } from '../../../src/github/artifacts.ts'
import { gatherResults } from '../../../src/github/gather.ts'
import { parseInputs, type ReportInputs } from '../../../src/github/inputs.ts'
import { sha256 } from '../../../src/github/plan-source.ts'
import { jobSummary } from '../../../src/github/summary.ts'
import type { ActionSurroundings } from '../../../src/github/surroundings.ts'
import { silentProgress } from '../../../src/ports.ts'
import { formatDocument } from '../../../src/record/document.ts'
import { systemClock } from '../../../src/terminal/clock.ts'
import { BASE_COMMIT, fourCells, HEAD_COMMIT, makePlan, makeResult } from '../../fixtures/cell-results.ts'
import { type StubGitHub, startStubGitHub } from '../../services/stub-github.ts'

/** The report job with a store that fails as a service may, and a GitHub that notes what is written. */
const PLAN = makePlan(fourCells())
const PLAN_TEXT = formatDocument(PLAN)
const RUN_ATTEMPT = 2

let directory: string
let github: StubGitHub
let events: string[]
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'crosschip-report-action-'))
  events = []
  github = await startStubGitHub(({ method, path }) => {
    if (method === 'POST') events.push('comment')
    if (method === 'POST') return { status: 201, body: { id: 5, html_url: 'https://github.example/5' } }
    if (path === '/user') return { status: 403, body: { message: 'Resource not accessible by integration' } }
    return { status: 200, body: path.endsWith('/comments') ? [] : { head: { sha: HEAD_COMMIT } } }
  })
})
afterEach(async () => {
  await github.close()
  await rm(directory, { recursive: true, force: true })
})

function storeOf(texts: Record<string, string | ArtifactReading>, changes: Partial<ArtifactStore> = {}): ArtifactStore {
  const names = Object.keys(texts)
  return {
    async upload() {
      events.push('upload')
    },
    async replace() {},
    list: async () => names.map((name, index) => ({ id: index + 1, name, bytes: 1, digest: null })),
    async read({ name }) {
      const found = texts[name]!
      return typeof found === 'string' ? { state: 'read', text: found } : found
    },
    ...changes,
  }
}

const cellTexts = (attempt = 1) =>
  Object.fromEntries(
    PLAN.cells.map(({ id }) => [`crosschip-cell--${id}--${attempt}`, JSON.stringify(makeResult(id, { attempt }))]),
  )

async function report(store: ArtifactStore) {
  const outputs: Record<string, string> = {}
  const inputs = { command: 'report', 'github-token': 'secret', 'plan-digest': sha256(PLAN_TEXT) }
  const surroundings: ActionSurroundings = {
    run: {
      repository: { owner: 'octo', name: 'serving' },
      runId: 9,
      attempt: RUN_ATTEMPT,
      url: 'https://github.example/octo/serving/actions/runs/9',
      apiUrl: github.url,
      commit: 'd'.repeat(40),
      pullRequest: { number: 7, headCommit: HEAD_COMMIT, baseCommit: BASE_COMMIT },
      runnerName: null,
      workspace: directory,
      temporary: directory,
    },
    environment: {},
    artifacts: async () => store,
    summary: jobSummary(join(directory, 'summary')),
    setOutput: (name, value) => {
      outputs[name] = value
    },
    annotate: () => {},
    progress: silentProgress,
    clock: systemClock,
    signal: new AbortController().signal,
  }
  await writeFile(join(directory, 'summary'), '')
  const code = await reportAction(parseInputs(inputs) as ReportInputs, surroundings)
  const sent = github.requests.filter(({ method }) => method === 'POST')
  expect(sent).toHaveLength(1)
  const comment = (JSON.parse(sent[0]!.body) as { body: string }).body
  return { code, outputs, comment, summary: await readFile(join(directory, 'summary'), 'utf8') }
}

const unreachable = async () => {
  throw new ArtifactServiceError('the artifacts of this run could not be listed: 503')
}

describe('a report without a verdict', () => {
  it('says that the artifact service failed, whether for the plan or for the results', async () => {
    let calls = 0
    const working = storeOf({ 'crosschip-plan': PLAN_TEXT })
    const store = storeOf(
      { 'crosschip-plan': PLAN_TEXT },
      { list: () => (++calls > 1 ? unreachable() : working.list()) },
    )
    const end = await report(store)
    expect(calls).toBe(2)
    expect(end).toMatchObject({ code: 3, outputs: { outcome: 'incomplete' } })
    for (const text of [end.comment, end.summary])
      expect(text).toMatch(/no verdict: the artifacts .* not be listed: 503/)
    expect(end.comment).not.toContain('crosschip-report')
  })

  it('says so of the plan too', async () => {
    const end = await report(storeOf({}, { list: unreachable }))
    expect(end.code).toBe(3)
    expect(end.comment).toMatch(/no verdict: the artifacts of this run could not be listed: 503/)
  })

  it('tells a plan that could not be fetched from one with other bytes', async () => {
    const reading = { state: 'unavailable', reason: 'it could not be fetched: 500' } as const
    const end = await report(storeOf({ 'crosschip-plan': reading }))
    expect(end.code).toBe(3)
    expect(end.comment).toContain('it could not be fetched: 500')
    expect(end.comment).not.toContain('matrix')
  })

  it('says that the plan has other bytes', async () => {
    const end = await report(storeOf({ 'crosschip-plan': `${PLAN_TEXT} ` }))
    expect(end.code).toBe(2)
    expect(end.comment).toMatch(/no verdict: .*is not the plan that the plan job made/)
  })
})

describe('the comment on a report', () => {
  it('names the artifact of the report, which was uploaded before, and the code that was tested', async () => {
    const end = await report(storeOf({ 'crosschip-plan': PLAN_TEXT, ...cellTexts() }))
    expect(end).toMatchObject({ code: 0, outputs: { outcome: 'pass' } })
    expect(events).toEqual(['upload', 'comment'])
    expect(end.comment).toContain(`in its summary and in the artifact crosschip-report--${RUN_ATTEMPT}.`)
    for (const text of [end.comment, end.summary]) expect(text).toContain('Tested: the merge `dddddddddd`')
  })

  it('names no artifact where the upload failed', async () => {
    const upload = async () => {
      throw new Error('no room')
    }
    const end = await report(storeOf({ 'crosschip-plan': PLAN_TEXT, ...cellTexts() }, { upload }))
    expect(end.code).toBe(0)
    expect(end.comment).toContain('the whole report is in its summary.')
    expect(end.comment).not.toContain('crosschip-report--')
  })
})

describe('gathering results', () => {
  it('believes no result of an attempt that this run has not reached', async () => {
    const [victim] = PLAN.cells
    const forged = {
      ...makeResult(victim!.id, { attempt: 999 }),
      end: { state: 'cancelled', stage: 'x', signal: 'SIGINT' },
    }
    const texts = { ...cellTexts(RUN_ATTEMPT), [`crosschip-cell--${victim!.id}--999`]: JSON.stringify(forged) }
    const end = await report(storeOf({ 'crosschip-plan': PLAN_TEXT, ...texts }))
    expect(end).toMatchObject({ code: 0, outputs: { outcome: 'pass' } })
  })

  it('stops at a sum of bytes; what is beyond it is invalid, with the reason', async () => {
    const texts = cellTexts()
    const bytes = Object.values(texts).map((text) => Buffer.byteLength(text))
    const { refusals } = await gatherResults(storeOf(texts), PLAN, 1, directory, bytes[0]! + bytes[1]! + 1)
    expect(refusals.map(({ state, cell }) => [state, cell])).toEqual(
      PLAN.cells.slice(2).map(({ id }) => ['invalid', id]),
    )
    for (const { message } of refusals) expect(message).toMatch(/all results together have more than \d+ bytes/)
  })
})
