import { describe, expect, it } from 'vitest'
import type { WorkflowRun } from '../../../src/github/context.ts'
import { renderPlanTable } from '../../../src/github/plan-table.ts'
import { renderNoVerdict, renderTested } from '../../../src/github/texts.ts'
import { ConfigurationError } from '../../../src/record/problem.ts'
import { makePlan, plannedCell } from '../../fixtures/cell-results.ts'
import { markdownTree, nodesOf } from '../../fixtures/github-markdown.ts'

const HEAD = 'c'.repeat(40)
const RUN: WorkflowRun = {
  repository: { owner: 'octo', name: 'serving' },
  runId: 1,
  attempt: 1,
  url: 'https://github.example/run',
  apiUrl: 'https://api.github.example',
  commit: 'd'.repeat(40),
  pullRequest: { number: 7, headCommit: HEAD, baseCommit: 'e'.repeat(40) },
  runnerName: null,
  workspace: '.',
  temporary: '.',
}

describe('what is said where there is no report', () => {
  it('is the reason, as text', () => {
    const text = renderNoVerdict(new Error('the service said <b>503</b>'))
    expect(text).toMatch(/^## ⚠️ Crosschip: no verdict\n\nno verdict: the service said /)
    expect(nodesOf(markdownTree(text), 'html')).toEqual([])
  })

  it('is every problem of a configuration, up to a number', () => {
    const problems = Array.from({ length: 8 }, (_, index) => ({ file: `f${index}`, field: '', message: 'is wrong' }))
    const text = renderNoVerdict(new ConfigurationError(problems))
    expect(text.match(/^no verdict: f\d: is wrong$/gm)).toHaveLength(5)
    expect(text).toContain('no verdict: 3 more problems')
  })
})

describe('the code that was tested', () => {
  it('is on a pull request the merge of its head', () => {
    expect(renderTested(RUN)).toContain('the merge `dddddddddd` of head `cccccccccc` into its base')
  })

  it('needs no word where it is the head, or there is no pull request', () => {
    expect(renderTested({ ...RUN, commit: HEAD })).toBe('')
    expect(renderTested({ ...RUN, pullRequest: null })).toBe('')
  })
})

describe('the table of planned cells', () => {
  it('shows every label of a pool whole, pipes too', () => {
    const cell = plannedCell()
    const labels = ['self-hosted', 'linux', 'odd|label']
    const table = markdownTree(renderPlanTable(makePlan([{ ...cell, pool: { ...cell.pool, labels } }]), []))
    const shown = nodesOf(table, 'inlineCode').map((span) => span.value)
    expect(shown).toEqual(expect.arrayContaining([cell.id, ...labels]))
    expect(nodesOf(table, 'tableRow').map((row) => row.children!.length)).toEqual([6, 6])
  })
})
