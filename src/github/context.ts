import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { ConfigurationError } from '../record/problem.ts'

/** What the runner tells an action about the run it belongs to. Facts from GitHub, never from an artifact. */
export interface WorkflowRun {
  repository: { owner: string; name: string }
  runId: number
  attempt: number
  /** Page of this attempt, for people. */
  url: string
  apiUrl: string
  /** The commit that was checked out: on a pull request the merge commit. */
  commit: string | null
  pullRequest: PullRequest | null
  runnerName: string | null
  workspace: string
  /** A folder of the runner outside the workspace, so that no checkout can have put a link there. */
  temporary: string
}

export interface PullRequest {
  number: number
  headCommit: string
  baseCommit: string
}

const commit = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/)

/** The few fields of the event payload that we use; the rest is GitHub's own business. */
const eventSchema = z.object({
  pull_request: z
    .object({
      number: z.number().int().positive(),
      head: z.object({ sha: commit }),
      base: z.object({ sha: commit }),
    })
    .optional(),
})

export type Environment = Readonly<Record<string, string | undefined>>

/** Reads the run from the runner's environment and event file. Throws {@link ConfigurationError} outside of a run. */
export async function readWorkflowRun(environment: Environment): Promise<WorkflowRun> {
  const [owner, name, rest] = required(environment, 'GITHUB_REPOSITORY').split('/')
  if (!owner || !name || rest !== undefined) throw malformed('GITHUB_REPOSITORY', 'must be owner/name')
  const runId = positive(environment, 'GITHUB_RUN_ID', 1)
  const attempt = positive(environment, 'GITHUB_RUN_ATTEMPT', 1)
  const server = environment.GITHUB_SERVER_URL || 'https://github.com'
  return {
    repository: { owner, name },
    runId,
    attempt,
    url: `${server}/${owner}/${name}/actions/runs/${runId}/attempts/${attempt}`,
    apiUrl: environment.GITHUB_API_URL || 'https://api.github.com',
    commit: environment.GITHUB_SHA || null,
    pullRequest: await readPullRequest(environment),
    runnerName: environment.RUNNER_NAME || null,
    workspace: environment.GITHUB_WORKSPACE || '.',
    temporary: environment.RUNNER_TEMP || '.',
  }
}

/** The pull request of the event, or null for an event that has none (push, schedule, dispatch). */
async function readPullRequest(environment: Environment): Promise<PullRequest | null> {
  const file = required(environment, 'GITHUB_EVENT_PATH')
  let payload: unknown
  try {
    payload = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw malformed('GITHUB_EVENT_PATH', `cannot read the event: ${(error as Error).message}`)
  }
  const event = eventSchema.safeParse(payload)
  if (!event.success) {
    const issue = event.error.issues[0]
    throw malformed('GITHUB_EVENT_PATH', `unexpected event: ${issue?.path.join('.')}: ${issue?.message}`)
  }
  const pull = event.data.pull_request
  return pull ? { number: pull.number, headCommit: pull.head.sha, baseCommit: pull.base.sha } : null
}

/** The value of a variable that must be there. */
export function required(environment: Environment, variable: string): string {
  const value = environment[variable]
  if (!value) throw malformed(variable, 'is not set', 'GitHub Actions sets it; elsewhere set it by hand')
  return value
}

function positive(environment: Environment, variable: string, fallback: number): number {
  const text = environment[variable]
  if (!text) return fallback
  if (!/^[1-9]\d{0,15}$/.test(text)) throw malformed(variable, `not a positive whole number: ${text}`)
  return Number(text)
}

function malformed(variable: string, message: string, hint?: string): ConfigurationError {
  return new ConfigurationError([{ file: 'environment', field: variable, message, hint }])
}
