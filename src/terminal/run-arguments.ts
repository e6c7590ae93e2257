import { ConfigurationError, type Problem } from '../record/problem.ts'
import { type CommitOptions, type Commits, readCommits } from './commit-option.ts'

/** As the command line gives them; those that need more than to be there. */
export interface RunArguments extends CommitOptions {
  attempt: string
}

/** As many as a result can say. */
const MAX_ATTEMPT = 1000

/** Reads and checks them all. Throws {@link ConfigurationError} with every problem at once. */
export function readRunArguments(given: RunArguments): Commits & { attempt: number } {
  const problems: Problem[] = []
  const commits = readCommits(given, problems)
  const attempt = /^\d{1,4}$/.test(given.attempt) ? Number(given.attempt) : 0
  if (attempt < 1 || attempt > MAX_ATTEMPT)
    problems.push({
      file: 'command line',
      field: '--attempt',
      message: `${JSON.stringify(given.attempt.slice(0, 80))} is not a whole number from 1 to ${MAX_ATTEMPT}`,
      hint: 'leave it out for the first attempt',
    })
  if (problems.length > 0) throw new ConfigurationError(problems)
  return { ...commits, attempt }
}
