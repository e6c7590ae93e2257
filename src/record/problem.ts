/**
 * Something wrong with what a person gave us, said so that they can mend it: where, what, and what to do.
 * `line` and `column` count from 1 and are absent where the input has no lines (an option, an environment variable).
 */
export interface Problem {
  file: string
  line?: number | undefined
  column?: number | undefined
  /** Where in the document, for example `targets.h200.devices`; empty for the whole document. */
  field: string
  message: string
  /** The mend, for example `did you mean "devices"?`. */
  hint?: string | undefined
}

/** `file:line:column: field: message (hint)`, the form that editors and terminals make clickable. */
export function formatProblem(problem: Problem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':')
  const field = problem.field === '' ? '' : `${problem.field}: `
  const hint = problem.hint ? ` (${problem.hint})` : ''
  return `${place}: ${field}${problem.message}${hint}`
}

/** The user's input is wrong: exit code 2, never a stack trace. Carries every problem found, not the first. */
export class ConfigurationError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map(formatProblem).join('\n'), options)
    this.name = 'ConfigurationError'
    this.problems = problems
  }
}
