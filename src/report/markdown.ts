import type { Comparison } from '../compare/schema.ts'
import { COMMENT_BUDGET_BYTES, fit, SUMMARY_BUDGET_BYTES } from './fit.ts'
import { blocks } from './markdown/blocks.ts'
import { cellsSection, performanceSection } from './markdown/changes.ts'
import { correctnessSection } from './markdown/correctness.ts'
import { type Detail, LADDER } from './markdown/detail.ts'
import { detailsSection } from './markdown/details.ts'
import { footnotes, headSection, legend, nextSteps } from './markdown/notes.ts'
import { paritySection } from './markdown/parity.ts'
import { buildModel, type ReportModel } from './model.ts'

export interface CommentOptions {
  /** A hidden first line by which the comment is found again, made by whoever publishes. */
  marker?: string
  /** Where the full report can be read; https only. */
  reportUrl?: string
}

/** The comment for the pull request, at most 60,000 bytes: verdict first, changes worst first, the rest counted. */
export function renderComment(comparison: Comparison, options: CommentOptions = {}): string {
  const model = buildModel(comparison)
  const marker = options.marker === undefined ? '' : `${options.marker}\n`
  const render = (detail: Detail) => `${marker}${document(model, detail, options.reportUrl ?? null)}`
  return fit(LADDER, render, COMMENT_BUDGET_BYTES)
}

/** The same for the job summary, which has room for nearly everything. */
export function renderSummary(comparison: Comparison): string {
  const model = buildModel(comparison)
  return fit(LADDER, (detail) => document(model, detail, null), SUMMARY_BUDGET_BYTES)
}

function document(model: ReportModel, detail: Detail, reportUrl: string | null): string {
  const tables = detail.tables
    ? [
        cellsSection(model, detail),
        performanceSection(model, detail),
        correctnessSection(model, detail),
        paritySection(model, detail),
        detailsSection(model, detail),
      ]
    : [{ markdown: 'All rows are in the full report: they do not fit here.' }]
  return `${blocks([headSection(model, detail), ...tables, nextSteps(model, reportUrl), legend(), footnotes(model, detail)]).markdown}\n`
}
