import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createReport, type Report } from '../../commands/report.ts'
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
import { renderNoVerdict, renderTested } from '../texts.ts'

/**
 * Compares what came back with what was planned, writes summary and comment, and only then lets the outcome decide:
 * a red job that nobody can read helps nobody. Returns the exit code.
 */
export async function reportAction(inputs: ReportInputs, surroundings: ActionSurroundings): Promise<number> {
  const { run, summary, setOutput, progress } = surroundings
  const out = inputs.out ?? join(run.temporary, 'crosschip-report')
  let report: Report
  try {
    report = await makeReport(inputs, surroundings, out)
  } catch (error) {
    return noVerdict(inputs, surroundings, error as Error)
  }
  const { outcome } = report.comparison
  setOutput('outcome', outcome)
  setOutput('report', join(out, 'report.html'))
  const tested = renderTested(run)
  const artifact = await keepReport(surroundings, out, report.files)
  const isWhole = await summary.add(`${report.summary}${tested}`)
  if (!isWhole) await summary.add(`${report.comment}${tested}`)
  const places = [...(isWhole ? ['in its summary'] : []), ...(artifact === null ? [] : [`in the artifact ${artifact}`])]
  await comment(inputs, surroundings, `${report.comment}${tested}`, places)

  progress.note(`outcome: ${outcome}`)
  if (outcome !== 'pass') surroundings.annotate('error', `${outcome}: ${report.comparison.reasons.join('; ')}`)
  return EXIT_CODES[outcome]
}

async function makeReport(inputs: ReportInputs, surroundings: ActionSurroundings, out: string): Promise<Report> {
  const { run, artifacts } = surroundings
  await mkdir(out, { recursive: true })
  const { plan, text } = await loadPlan({ file: inputs.plan, digest: inputs.planDigest }, artifacts)
  const planFile = join(out, PLAN_FILE)
  await writeFile(planFile, text)
  const options = {
    planFile,
    baselineDirectory: inputs.baseline,
    out,
    headCommit: run.pullRequest?.headCommit ?? run.commit,
    baseCommit: run.pullRequest?.baseCommit ?? null,
  }
  if (inputs.results !== null) return createReport({ ...options, resultsDirectory: inputs.results })
  const resultsDirectory = await mkdtemp(join(run.temporary, 'crosschip-results-'))
  const { remarks, refusals } = await gatherResults(await artifacts(), plan, run.attempt, resultsDirectory)
  for (const remark of remarks) surroundings.annotate('warning', remark)
  return createReport({ ...options, resultsDirectory, refusals })
}

/** Without a report that too is said where people look: an older verdict must not stand there as if it held. */
async function noVerdict(inputs: ReportInputs, surroundings: ActionSurroundings, error: Error): Promise<number> {
  const text = renderNoVerdict(error)
  surroundings.annotate('error', error.message)
  surroundings.setOutput('outcome', 'incomplete')
  await surroundings.summary.add(text)
  await comment(inputs, surroundings, text, [])
  return error instanceof ConfigurationError ? EXIT_CODES.configuration : EXIT_CODES.incomplete
}

/** `places`: where the whole report can be found. */
async function comment(
  inputs: ReportInputs,
  surroundings: ActionSurroundings,
  text: string,
  places: readonly string[],
): Promise<void> {
  if (inputs.comment === 'never') return
  const { run } = surroundings
  const outcome = await publishComment({ run, token: inputs.token, key: inputs.commentKey, text, places }).catch(
    (error: Error): CommentOutcome => ({ state: 'not-written', reason: error.message }),
  )
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

/** The name of the artifact that has the report; null where it could not be uploaded. */
async function keepReport(
  surroundings: ActionSurroundings,
  out: string,
  files: readonly string[],
): Promise<string | null> {
  const name = `${REPORT_ARTIFACT}--${surroundings.run.attempt}`
  try {
    const store = await surroundings.artifacts()
    await store.upload(name, out, files)
    return name
  } catch (error) {
    const names = files.map((file) => basename(file)).join(', ')
    surroundings.annotate('warning', `${names} could not be uploaded: ${(error as Error).message}`)
    return null
  }
}
