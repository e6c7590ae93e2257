import { ConfigurationError } from '../record/problem.ts'
import type { CommentOutcome } from './comments/upsert.ts'
import { type Environment, readWorkflowRun, required, type WorkflowRun } from './context.ts'

export interface Publication {
  run: WorkflowRun
  token: string
  key: string
  /** Markdown of the comment, at most 60,000 characters. */
  text: string
  /** Where the whole report can be found, for example `in its summary`. */
  places?: readonly string[]
}

/** Writes the comment on the run's pull request. An event without one has nowhere to write, which is no error. */
export async function publishComment({ run, token, key, text, places = [] }: Publication): Promise<CommentOutcome> {
  const { pullRequest, repository, apiUrl } = run
  if (pullRequest === null) return { state: 'not-written', reason: 'this run is not for a pull request' }
  if (token === '') return { state: 'not-written', reason: 'no token was given (input github-token)' }
  const { octokitComments } = await import('./comments/octokit.ts')
  const { upsertComment } = await import('./comments/upsert.ts')
  const comments = octokitComments({ apiUrl, token, repository, pullRequest: pullRequest.number })
  const marker = { key, run: run.runId, attempt: run.attempt, head: pullRequest.headCommit }
  const where = places.length === 0 ? '' : `: the whole report is ${places.join(' and ')}`
  const footer = `<sub>[Run ${run.runId}, attempt ${run.attempt}](${run.url})${where}.</sub>`
  return upsertComment(comments, marker, `${text.trimEnd()}\n\n${footer}\n`)
}

/**
 * `crosschip report --publish`: the same from the environment of a workflow run that calls the command line. Returns
 * what was done, for people. Throws {@link ConfigurationError} where the environment does not say where to write.
 */
export async function publishFromEnvironment(
  report: { comment: string },
  environment: Environment = process.env,
): Promise<string> {
  const token = required(environment, 'GITHUB_TOKEN')
  const run = await readWorkflowRun(environment)
  if (run.pullRequest === null)
    throw new ConfigurationError([
      {
        file: 'environment',
        field: 'GITHUB_EVENT_PATH',
        message: 'the event has no pull request to write on',
        hint: 'leave out --publish here',
      },
    ])
  return describeComment(await publishComment({ run, token, key: 'default', text: report.comment }))
}

/** One sentence for a person. */
export function describeComment(outcome: CommentOutcome): string {
  switch (outcome.state) {
    case 'created':
      return `comment created: ${outcome.url}`
    case 'updated':
      return `comment updated: ${outcome.url}${outcome.duplicates > 0 ? ` (${outcome.duplicates} older duplicates stand beside it)` : ''}`
    case 'kept':
      return `comment left as it is, since ${outcome.reason}: ${outcome.url}`
    case 'not-written':
      return `comment not written: ${outcome.reason}`
  }
}
