import { ConfigurationError, type Problem } from '../record/problem.ts'

/** The two options that name the commits in a report. */
export interface CommitOptions {
  headCommit?: string
  baseCommit?: string
}

export interface Commits {
  headCommit: string | null
  baseCommit: string | null
}

/** Abbreviated as Git does it at least, SHA-256 at most. */
const COMMIT = /^[0-9a-f]{7,64}$/i

/** Reads both; every problem goes to `problems`. */
export function readCommits(given: CommitOptions, problems: Problem[]): Commits {
  return {
    headCommit: readCommit('--head-commit', given.headCommit, problems),
    baseCommit: readCommit('--base-commit', given.baseCommit, problems),
  }
}

/** As {@link readCommits}, where nothing else can be wrong. Throws {@link ConfigurationError}. */
export function requireCommits(given: CommitOptions): Commits {
  const problems: Problem[] = []
  const commits = readCommits(given, problems)
  if (problems.length > 0) throw new ConfigurationError(problems)
  return commits
}

function readCommit(field: string, text: string | undefined, problems: Problem[]): string | null {
  if (text === undefined) return null
  if (COMMIT.test(text)) return text
  problems.push({
    file: 'command line',
    field,
    message: `${JSON.stringify(text.slice(0, 80))} is not a commit: 7 to 64 hexadecimal digits`,
    hint: 'a branch or tag moves; `git rev-parse NAME` gives its commit',
  })
  return null
}
