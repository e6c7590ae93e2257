import { ConfigurationError, formatProblem } from '../record/problem.ts'
import { code, joinMarkdown, md } from '../report/escape.ts'
import type { WorkflowRun } from './context.ts'

const MAX_REASONS = 5
const SHOWN_DIGITS = 10

/** Of summary and comment where there is no report. */
export function renderNoVerdict(error: Error): string {
  const all = error instanceof ConfigurationError ? error.problems.map(formatProblem) : [error.message]
  const rest = all.length - MAX_REASONS
  const reasons = [...all.slice(0, MAX_REASONS), ...(rest > 0 ? [`${rest} more problems`] : [])]
  const lines = [md`## ⚠️ Crosschip: no verdict`, ...reasons.map((reason) => md`no verdict: ${reason}`)]
  return `${joinMarkdown(lines, '\n\n').markdown}\n`
}

/**
 * Which code ran, in a paragraph of its own: on a pull request that is neither the head nor the base but their merge.
 * Empty for other events.
 */
export function renderTested({ commit, pullRequest }: WorkflowRun): string {
  if (pullRequest === null || commit === null || commit === pullRequest.headCommit) return ''
  const [merge, head] = [commit, pullRequest.headCommit].map((each) => code(each.slice(0, SHOWN_DIGITS)))
  return md`\n<sub>Tested: the merge ${merge!} of head ${head!} into its base.</sub>\n`.markdown
}
