/**
 * The environment for servers that a cell starts: they run the pull request's code. Taken out is what would let that
 * code speak for the workflow: tokens of the run's services, inputs (the token is one), and the files by which a step
 * sets variables, outputs and the summary of the job. `RUNNER_*` stays, `RUNNER_TRACKING_ID` above all: by it the
 * runner finds processes that outlived a job.
 */
const WITHHELD = /^(?:ACTIONS_|INPUT_|STATE_)|^GITHUB_(?:TOKEN|ENV|OUTPUT|PATH|STATE|STEP_SUMMARY)$/i

export function engineEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !WITHHELD.test(name)))
}
