import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { compareResults } from '../compare/compare.ts'
import type { Comparison } from '../compare/schema.ts'
import { type Plan, planSchema } from '../plan/schema.ts'
import { type Collected, readResult, settleResults, type UnusableResult } from '../record/collect.ts'
import { formatDocument, requireDocument } from '../record/document.ts'
import { ConfigurationError } from '../record/problem.ts'
import { renderHtml } from '../report/html.ts'
import { renderComment, renderSummary } from '../report/markdown.ts'
import { TOOL_VERSION } from '../version.ts'
import { prepareOutputDirectory } from './output-directory.ts'
import { readResultFiles } from './report/result-files.ts'

export interface ReportOptions {
  planFile: string
  /** Where result files lie, at any depth. */
  resultsDirectory: string
  /** Earlier results of the same cells; null where there are none. */
  baselineDirectory: string | null
  /** Where the documents go; made if it does not exist. */
  out: string
  headCommit: string | null
  baseCommit: string | null
  /** Results that were refused before they became files. */
  refusals?: readonly UnusableResult[]
}

export interface Report {
  comparison: Comparison
  /** Markdown for the pull request, below the limit of a comment. */
  comment: string
  /** Markdown for the job summary, below its limit. */
  summary: string
  /** Paths of what was written: comparison.json, report.md, summary.md, report.html. */
  files: string[]
}

/**
 * Compares what came back with what was planned and writes the documents. Throws `ConfigurationError` for a plan or a
 * directory that cannot be read; whatever is wrong with a result becomes a verdict.
 */
export async function createReport(options: ReportOptions): Promise<Report> {
  const { planFile, out, headCommit, baseCommit } = options
  const plan = requireDocument(planSchema, await readText(planFile), planFile)
  const collected = await collect(plan, options.resultsDirectory, false, options.refusals)
  const baseline = options.baselineDirectory === null ? null : await collect(plan, options.baselineDirectory, true)
  const comparison = compareResults({
    plan,
    collected,
    baseline,
    headCommit,
    baseCommit,
    toolVersion: TOOL_VERSION,
  })
  const comment = renderComment(comparison)
  const summary = renderSummary(comparison)
  const documents = {
    'comparison.json': formatDocument(comparison),
    'report.md': comment,
    'summary.md': summary,
    'report.html': renderHtml(comparison),
  }
  await prepareOutputDirectory(out)
  const files: string[] = []
  for (const [name, text] of Object.entries(documents)) {
    const path = join(out, name)
    await writeFile(path, text)
    files.push(path)
  }
  return { comparison, comment, summary, files }
}

async function collect(
  plan: Plan,
  directory: string,
  acceptOtherPlans: boolean,
  refusals: readonly UnusableResult[] = [],
): Promise<Collected> {
  const { readings, remarks } = await readResultFiles(directory, (file) => readResult(plan, file, { acceptOtherPlans }))
  const collected = settleResults(plan, [...readings, ...refusals])
  return { ...collected, remarks: [...collected.remarks, ...remarks] }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const message = `cannot be read: ${(error as Error).message}`
    const hint = 'make it with `crosschip plan --out`'
    throw new ConfigurationError([{ file, field: '', message, hint }], { cause: error })
  }
}
