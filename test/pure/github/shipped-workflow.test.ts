import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

interface Step {
  if?: string
  uses?: string
  run?: string
  with?: Record<string, string | number | boolean>
}
interface Job {
  'runs-on'?: string
  'timeout-minutes'?: number | string
  permissions?: Record<string, string>
  steps: Step[]
  uses?: string
  with?: Record<string, string>
}
interface Workflow {
  on: { workflow_call: { inputs: Record<string, unknown> } }
  permissions: Record<string, string>
  jobs: Record<string, Job>
}

const workflow = parse(readFileSync('.github/workflows/crosschip.yml', 'utf8')) as Workflow
const action = parse(readFileSync('action.yml', 'utf8')) as { inputs: Record<string, unknown> }
const exampleText = readFileSync('examples/pull-request.yml', 'utf8')
const example = parse(exampleText) as Workflow
const jobs = Object.entries(workflow.jobs)
const steps = jobs.flatMap(([job, { steps: all }]) => all.map((step) => ({ job, step })))

describe('the reusable workflow', () => {
  it('gives no permission to all, a limit to each job, and writing to the report alone', () => {
    expect(workflow.permissions).toEqual({})
    for (const [name, job] of jobs) expect(job['timeout-minutes'], name).toBeDefined()
    const writers = jobs.filter(([, job]) => Object.values(job.permissions ?? {}).includes('write'))
    expect(writers.map(([name]) => name)).toEqual(['report'])
    expect(workflow.jobs.report?.permissions).toEqual({ 'pull-requests': 'write' })
  })

  it('pins what others wrote to a commit, keeps no credentials and runs no text but one that is fixed', () => {
    for (const { step } of steps) {
      if (step.run !== undefined) {
        expect(step.run).toBe('git worktree add --force --detach .crosschip-base HEAD^1')
        continue
      }
      if (step.uses?.startsWith('crosschip/')) expect(step.uses).toBe('crosschip/crosschip@v1')
      else expect(step.uses).toMatch(/^[\w/-]+@[0-9a-f]{40}$/)
      if (step.uses?.startsWith('actions/checkout')) expect(step.with?.['persist-credentials']).toBe(false)
    }
  })

  it.each(['plan', 'cell'])(
    'takes in its %s job the first parent of the merge that was checked out for the base',
    (name) => {
      const [head, base, use] = workflow.jobs[name]!.steps
      expect(head?.with).toEqual({ 'fetch-depth': 2, 'persist-credentials': false })
      expect(base).toMatchObject({ if: "github.event_name == 'pull_request'", run: expect.stringContaining('HEAD^1') })
      expect(use?.with?.['base-checkout']).toMatch(
        /^\$\{\{ github\.event_name == 'pull_request' && '\.crosschip-base' \|\| '' \}\}$/,
      )
    },
  )

  it('never checks out code where it may write', () => {
    expect(workflow.jobs.report?.steps.map((step) => step.uses)).toEqual(['crosschip/crosschip@v1'])
  })

  it('hands the token to the report alone, and only inputs that the action has', () => {
    for (const { job, step } of steps.filter(({ step: { uses } }) => uses?.startsWith('crosschip/'))) {
      if (job !== 'report') expect(step.with?.['github-token']).toBe('')
      for (const name of Object.keys(step.with ?? {})) expect(Object.keys(action.inputs)).toContain(name)
    }
  })
})

describe('the example for pull requests', () => {
  it('is at most 15 lines long and uses only what the workflow takes', () => {
    expect(exampleText.trimEnd().split('\n').length).toBeLessThanOrEqual(15)
    const [call] = Object.values(example.jobs)
    expect(call?.uses).toBe('crosschip/crosschip/.github/workflows/crosschip.yml@v1')
    for (const name of Object.keys(call?.with ?? {}))
      expect(Object.keys(workflow.on.workflow_call.inputs)).toContain(name)
  })

  it('grants what the called jobs ask for, and no more', () => {
    const asked = Object.assign({}, ...Object.values(workflow.jobs).map((job) => job.permissions ?? {}))
    expect(Object.values(example.jobs)[0]?.permissions).toEqual(asked)
  })
})

describe("actionlint's configuration", () => {
  it('knows every label of the pools that we ship', () => {
    const { pools } = parse(readFileSync('matrices/runners.yaml', 'utf8')) as {
      pools: Record<string, { labels: string[] }>
    }
    const config = parse(readFileSync('.github/actionlint.yaml', 'utf8')) as {
      'self-hosted-runner': { labels: string[] }
    }
    const known = new Set(['self-hosted', 'ubuntu-latest', ...config['self-hosted-runner'].labels])
    for (const label of Object.values(pools).flatMap((pool) => pool.labels)) expect([...known]).toContain(label)
  })
})
