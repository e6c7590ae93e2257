import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createReport } from '../../commands/report.ts'
import { ConfigurationError } from '../../record/problem.ts'
import { EXIT_CODES } from '../../record/words.ts'
import { md } from '../../report/escape.ts'
import { REPORT_ARTIFACT } from '../artifacts.ts'
import type { CommentOutcome } from '../comments/upsert.ts'
import { gatherResults } from '../gather.ts'
import type { ReportInputs } from '../inputs.ts'
import { loadPlan, PLAN_FILE } from '../plan-source.ts'
import { describeComment, publishComment } from '../publish.ts'
import type { ActionSurroundings } from '../surroundings.ts'

/** Of the comment when there is no plan and so no report; it must not leave an older verdict standing as if it held. */
const NO_PLAN_COMMENT = '## ⚠️ Crosschip: no verdict\n\nThe matrix could not be expanded, so nothing was tested.'

/**
 * Compares what came back with what was planned, writes summary and comment, and only then lets the outcome decide:
 * a red job that nobody can read helps nobody. Returns the exit code.
 */
export async function reportAction(inputs: ReportInputs, surroundings: ActionSurroundings): Promise<number> {
  const { run, summary, setOutput, progress } = surroundings
  const out = inputs.out ?? join(run.temporary, 'crosschip-report')
  await mkdir(out, { recursive: true })
  const source = await planOrNothing(inputs, surroundings)
  if (source === null) return EXIT_CODES.configuration

  const planFile = join(out, PLAN_FILE)
  await writeFile(planFile, source.text)
  const results = inputs.results ?? (await mkdtemp(join(run.temporary, 'crosschip-results-')))
  if (inputs.results === null)
    for (const remark of await gatherResults(await surroundings.artifacts(), source.plan, results))
      surroundings.annotate('warning', remark)

  const report = await createReport({
    planFile,
    resultsDirectory: results,
    baselineDirectory: inputs.baseline,
    out,
    headCommit: run.pullRequest?.headCommit ?? run.commit,
    baseCommit: run.pullRequest?.baseCommit ?? null,
  })
  const { outcome } = report.comparison
  setOutput('outcome', outcome)
  setOutput('report', join(out, 'report.html'))
  await summary.add(report.summary, report.comment)
  await comment(inputs, surroundings, report.comment)
  await keepReport(surroundings, out, report.files)

  progress.note(`outcome: ${outcome}`)
  if (outcome !== 'pass') surroundings.annotate('error', `${outcome}: ${report.comparison.reasons.join('; ')}`)
  return EXIT_CODES[outcome]
}

/** Without a plan there is nothing to compare; that too is said where people look. */
async function planOrNothing(inputs: ReportInputs, surroundings: ActionSurroundings) {
  try {
    return await loadPlan({ file: inputs.plan, digest: inputs.planDigest }, surroundings.artifacts)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    surroundings.annotate('error', error.message)
    surroundings.setOutput('outcome', 'incomplete')
    await surroundings.summary.add(NO_PLAN_COMMENT)
    await comment(inputs, surroundings, NO_PLAN_COMMENT)
    return null
  }
}

async function comment(inputs: ReportInputs, surroundings: ActionSurroundings, text: string): Promise<void> {
  if (inputs.comment === 'never') return
  const outcome = await publishComment({ run: surroundings.run, token: inputs.token, key: inputs.commentKey, text })
  const said = describeComment(outcome)
  surroundings.progress.note(said)
  surroundings.setOutput('comment-url', 'url' in outcome ? outcome.url : '')
  if (needsSaying(outcome)) {
    surroundings.annotate('warning', said)
    await surroundings.summary.add(md`> The ${said}`.markdown)
  }
}

function needsSaying(outcome: CommentOutcome): boolean {
  return outcome.state === 'kept' || outcome.state === 'not-written'
}

async function keepReport(surroundings: ActionSurroundings, out: string, files: readonly string[]): Promise<void> {
  try {
    const store = await surroundings.artifacts()
    await store.upload(`${REPORT_ARTIFACT}--${surroundings.run.attempt}`, out, files)
  } catch (error) {
    const names = files.map((file) => basename(file)).join(', ')
    surroundings.annotate('warning', `${names} could not be uploaded: ${(error as Error).message}`)
  }
}
