import * as core from '@actions/core'
import { actionsArtifacts } from './github/artifacts.ts'
import { readWorkflowRun } from './github/context.ts'
import { type ActionInputs, readInputs } from './github/inputs.ts'
import { logProgress } from './github/log.ts'
import { jobSummary } from './github/summary.ts'
import type { ActionSurroundings } from './github/surroundings.ts'
import { ConfigurationError } from './record/problem.ts'
import { EXIT_CODES } from './record/words.ts'
import { systemClock } from './terminal/clock.ts'
import { abortOnSignals } from './terminal/signals.ts'
import { TOOL_VERSION } from './version.ts'

/** What `action.yml` starts: reads the inputs, does the one command, leaves its exit code. */
process.exitCode = await main().catch((error: unknown) => {
  if (error instanceof ConfigurationError) {
    core.error(error.message)
    return EXIT_CODES.configuration
  }
  // A bug of ours or a service that is down is neither a pass nor a finding about the pull request.
  core.error((error as Error).stack ?? String(error))
  return EXIT_CODES.incomplete
})

async function main(): Promise<number> {
  const signal = abortOnSignals()
  const inputs = readInputs(process.env)
  const run = await readWorkflowRun(process.env)
  const progress = logProgress((line) => core.info(line), systemClock.monotonicMs)
  progress.note(`${inputs.command}, version ${TOOL_VERSION} on Node ${process.version}`)
  return perform(inputs, {
    run,
    environment: process.env,
    artifacts: () => actionsArtifacts(run.temporary),
    summary: jobSummary(process.env.GITHUB_STEP_SUMMARY || null),
    setOutput: (name, value) => core.setOutput(name, value),
    annotate: (level, message) => (level === 'error' ? core.error(message) : core.warning(message)),
    progress,
    clock: systemClock,
    signal,
  })
}

/** Each command is loaded when it is asked for: a cell needs no octokit, a plan no engine. */
async function perform(inputs: ActionInputs, surroundings: ActionSurroundings): Promise<number> {
  switch (inputs.command) {
    case 'plan':
      return (await import('./github/actions/plan.ts')).planAction(inputs, surroundings)
    case 'run':
      return (await import('./github/actions/run.ts')).runAction(inputs, surroundings)
    case 'report':
      return (await import('./github/actions/report.ts')).reportAction(inputs, surroundings)
  }
}
