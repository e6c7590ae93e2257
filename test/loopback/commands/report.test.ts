import { mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readResultFiles } from '../../../src/commands/report/result-files.ts'
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
  return createReport(await optionsFor(plan, baseline))
}

async function optionsFor(plan: Plan, baseline: string | null = null) {
  return {
    planFile: await put('plan.json', plan),
    resultsDirectory: join(directory, 'results'),
    baselineDirectory: baseline === null ? null : join(directory, baseline),
    out: join(directory, 'out'),
    headCommit: HEAD_COMMIT,
    baseCommit: BASE_COMMIT,
  }
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
    const reasonOf = (cell: string) => comparison.verdicts.find((row) => row.cell === cell)?.reason
    expect(reasonOf(large)).toContain(`at most ${MAX_DOCUMENT_BYTES} are read`)
  })

  it('believes no result of a cell whose artifacts were refused as duplicates', async () => {
    const plan = makePlan(fourCells())
    for (const { id } of plan.cells) await put(`results/cells/${id}/result.json`, makeResult(id))
    const { id } = plan.cells[1]!
    const { comparison } = await createReport({
      ...(await optionsFor(plan)),
      refusals: [{ state: 'duplicate', cell: id, message: 'two artifacts of one name' }],
    })
    expect(comparison.cells.map(({ received }) => received)).toEqual(['complete', 'duplicate', 'complete', 'complete'])
    expect(comparison.verdicts.find((row) => row.cell === id)?.reason).toContain('two artifacts of one name')
    expect(comparison.outcome).not.toBe('pass')
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

const filesIn = (folder: string, budgetBytes?: number) =>
  readResultFiles(join(directory, folder), (file) => file, budgetBytes)

describe('finding result files', () => {
  it('follows no links, to files or to directories', async () => {
    const secret = await put('secret/result.json', '{"secret": true}')
    await mkdir(join(directory, 'results/cells/a'), { recursive: true })
    await symlink(secret, join(directory, 'results/cells/a/result.json'))
    await symlink(join(directory, 'secret'), join(directory, 'results/cells/b'))
    expect(await filesIn('results')).toEqual({ readings: [], remarks: [] })
  })

  it('takes only files of the name, and stops at a depth', async () => {
    await put('results/v4.result.json', 'a')
    await put('results/comparison.json', 'b')
    await put('results/myresult.json', 'b')
    await put(`results/${'d/'.repeat(12)}result.json`, 'c')
    const { readings } = await filesIn('results')
    expect(readings).toEqual([{ path: 'v4.result.json', text: 'a' }])
  })

  it('reads no more than a sum of bytes, and says so of each file beyond', async () => {
    for (const name of ['a', 'b', 'd']) await put(`results/${name}.result.json`, 'x'.repeat(40))
    await put('results/c.result.json', 'x'.repeat(10))
    const { readings } = await filesIn('results', 100)
    const refused = expect.stringMatching(/all results together have more than 100 bytes/)
    expect(readings).toEqual([
      { path: 'a.result.json', text: 'x'.repeat(40) },
      { path: 'b.result.json', text: 'x'.repeat(40) },
      { path: 'c.result.json', text: 'x'.repeat(10) },
      { path: 'd.result.json', refused },
    ])
  })
})
