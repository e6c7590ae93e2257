import { mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findResultFiles } from '../../../src/commands/report/result-files.ts'
import { createReport } from '../../../src/commands/report.ts'
import { comparisonSchema } from '../../../src/compare/schema.ts'
import type { Plan } from '../../../src/plan/schema.ts'
import { MAX_DOCUMENT_BYTES, requireDocument } from '../../../src/record/document.ts'
import { ConfigurationError } from '../../../src/record/problem.ts'
import { BASE_COMMIT, fourCells, HEAD_COMMIT, makePlan, makeResult } from '../../fixtures/cell-results.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'crosschip-report-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

async function put(path: string, content: unknown): Promise<string> {
  const file = join(directory, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

async function report(plan: Plan, baseline: string | null = null) {
  return createReport({
    planFile: await put('plan.json', plan),
    resultsDirectory: join(directory, 'results'),
    baselineDirectory: baseline === null ? null : join(directory, baseline),
    out: join(directory, 'out'),
    headCommit: HEAD_COMMIT,
    baseCommit: BASE_COMMIT,
  })
}

describe('creating a report from files', () => {
  it('reads both layouts and writes the four documents', async () => {
    const plan = makePlan(fourCells())
    const [first, ...rest] = plan.cells.map(({ id }) => id)
    await put(`results/cells/${first}/result.json`, makeResult(first!))
    for (const [index, id] of rest.entries()) await put(`results/${index}/cells/${id}/result.json`, makeResult(id))
    const { comparison, comment, summary, files } = await report(plan)
    expect(comparison).toMatchObject({ outcome: 'pass', planned: 4, received: 4 })
    const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')))
    expect(files.map((file) => file.slice(directory.length))).toEqual([
      '/out/comparison.json',
      '/out/report.md',
      '/out/summary.md',
      '/out/report.html',
    ])
    expect(requireDocument(comparisonSchema, texts[0]!, 'comparison.json')).toEqual(comparison)
    expect(texts.slice(1, 3)).toEqual([comment, summary])
    expect(texts[3]).toContain('<!doctype html>')
  })

  it('still writes every document when nothing came back', async () => {
    await mkdir(join(directory, 'results'))
    const { comparison, comment } = await report(makePlan(fourCells()))
    expect(comparison).toMatchObject({ outcome: 'fail', received: 0 })
    expect(comment).toMatch(/^## ❌ Fail: 4 of 4 cells missing/)
  })

  it('turns a truncated, a foreign and an oversized file into verdicts on their cells', async () => {
    const plan = makePlan(fourCells())
    const [cut, foreign, large, good] = plan.cells.map(({ id }) => id) as [string, string, string, string]
    await put(`results/cells/${cut}/result.json`, JSON.stringify(makeResult(cut)).slice(0, 500))
    await put(`results/cells/${foreign}/result.json`, makeResult(foreign, { planId: 'f'.repeat(64) }))
    await truncate(await put(`results/cells/${large}/result.json`, '{}'), MAX_DOCUMENT_BYTES + 1)
    await put(`results/cells/${good}/result.json`, makeResult(good))
    const { comparison } = await report(plan)
    expect(comparison.cells.map(({ received }) => received)).toEqual(['invalid', 'foreign', 'invalid', 'complete'])
    const whole = comparison.verdicts.filter((row) => row.suite === 'cell').map((row) => [row.cell, row.verdict])
    expect(Object.fromEntries(whole)).toEqual({ [cut]: 'broken', [foreign]: 'missing', [large]: 'broken' })
    expect(comparison.outcome).toBe('fail')
  })

  it('compares with a stored baseline of another plan', async () => {
    const plan = makePlan()
    const { id } = plan.cells[0]!
    await put('results/result.json', makeResult(id, { base: null }))
    await put(
      'old/any/result.json',
      makeResult(id, { base: null, planId: 'f'.repeat(64), head: { commit: BASE_COMMIT } }),
    )
    const { comparison } = await report(plan, 'old')
    expect(comparison).toMatchObject({ outcome: 'pass', evidence: 'stored' })
  })

  it('says what is wrong with a plan or a directory that cannot be read', async () => {
    await expect(report(makePlan())).rejects.toThrow(/results: cannot be read/)
    await mkdir(join(directory, 'results'))
    await expect(report({ ...makePlan(), schema: 'other' } as never)).rejects.toThrow(ConfigurationError)
  })
})

describe('finding result files', () => {
  it('follows no links, to files or to directories', async () => {
    const secret = await put('secret/result.json', '{"secret": true}')
    await mkdir(join(directory, 'results/cells/a'), { recursive: true })
    await symlink(secret, join(directory, 'results/cells/a/result.json'))
    await symlink(join(directory, 'secret'), join(directory, 'results/cells/b'))
    expect(await findResultFiles(join(directory, 'results'))).toEqual({ files: [], remarks: [] })
  })

  it('takes only files of the name, and stops at a depth', async () => {
    await put('results/v4.result.json', 'a')
    await put('results/comparison.json', 'b')
    await put('results/myresult.json', 'b')
    await put(`results/${'d/'.repeat(12)}result.json`, 'c')
    const { files } = await findResultFiles(join(directory, 'results'))
    expect(files).toEqual([{ path: 'v4.result.json', text: 'a' }])
  })
})
