import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cellArtifactName, parseCellArtifactName } from '../../../src/github/artifacts.ts'
import { cellFiles } from '../../../src/github/cell-files.ts'
import { jobSummary, MAX_SUMMARY_BYTES } from '../../../src/github/summary.ts'
import { CELL_RESULT_SCHEMA, type CellResult, type LoadPoint } from '../../../src/record/cell-result.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'crosschip-files-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

describe('the job summary', () => {
  it('is added to, never written over', async () => {
    const file = join(directory, 'summary')
    await writeFile(file, 'of an earlier step of ours\n')
    expect(await jobSummary(file).add('## Report')).toBe(true)
    expect(await readFile(file, 'utf8')).toBe('of an earlier step of ours\n## Report\n\n')
  })

  it('says something shorter rather than too much, and nothing rather than that', async () => {
    const file = join(directory, 'summary')
    const summary = jobSummary(file)
    expect(await summary.add('x'.repeat(MAX_SUMMARY_BYTES), 'short')).toBe(true)
    expect(await readFile(file, 'utf8')).toBe('short\n\n')
    expect(await summary.add('x'.repeat(MAX_SUMMARY_BYTES))).toBe(false)
    // Bytes count, not characters.
    expect(await summary.add('é'.repeat(MAX_SUMMARY_BYTES / 2))).toBe(false)
  })

  it('goes nowhere outside of a run', async () => {
    expect(await jobSummary(null).add('text')).toBe(false)
  })
})

describe('what of a cell is uploaded', () => {
  it('is the result and its raw records, and nothing that leads out of the folder', async () => {
    const cell = join(directory, 'cell')
    const outside = join(directory, 'outside')
    await mkdir(join(cell, 'requests'), { recursive: true })
    await mkdir(outside)
    for (const file of [join(cell, 'requests', 'a.jsonl'), join(cell, 'left-behind.bin'), join(outside, 'secret')])
      await writeFile(file, 'x')
    await symlink(join(outside, 'secret'), join(cell, 'requests', 'link.jsonl'))
    await symlink(outside, join(cell, 'folder'))
    const named = ['requests/a.jsonl', 'requests/link.jsonl', 'folder/secret', '../outside/secret', 'absent.jsonl']
    await writeFile(join(cell, 'result.json'), JSON.stringify(resultNaming([...named, join(outside, 'secret')])))
    expect(await cellFiles(cell)).toEqual([join(cell, 'result.json'), join(cell, 'requests', 'a.jsonl')])
  })
})

describe('the name of a cell artifact', () => {
  it('is read back as it was made, also for ids with dashes', () => {
    for (const cell of ['v4-flash.h200.vllm', 'a--b--1', '0'])
      expect(parseCellArtifactName(cellArtifactName(cell, 3))).toEqual({ cell, attempt: 3 })
  })

  it('is not seen in other names', () => {
    for (const name of ['crosschip-plan', 'crosschip-cell--a', 'crosschip-cell--../x--1', 'crosschip-cell--a--0'])
      expect(parseCellArtifactName(name)).toBeNull()
  })
})

function resultNaming(records: string[]): CellResult {
  const point = (rawRecord: string): LoadPoint => ({
    scenario: 'chat',
    load: 'c1',
    concurrency: 1,
    repetition: 1,
    planned: 1,
    succeeded: 1,
    failed: {},
    durationMs: 1,
    metrics: [],
    invalid: [],
    client: null,
    server: null,
    remarks: [],
    rawRecord,
  })
  const at = '2026-01-01T00:00:00Z'
  return {
    schema: CELL_RESULT_SCHEMA,
    toolVersion: '0.1.0',
    planId: 'a'.repeat(64),
    cell: 'flash.h200.vllm',
    attempt: 1,
    startedAt: at,
    finishedAt: at,
    runner: null,
    hardware: { state: 'not-probed', reason: 'a test' },
    end: { state: 'completed' },
    remarks: [],
    arms: [
      {
        side: 'head',
        commit: null,
        engine: { name: 'vllm', kind: 'vllm', version: null, command: null },
        fingerprint: { workload: {}, environment: {} },
        correctness: null,
        sessions: [{ pair: 0, order: 0, startedAt: at, readyMs: 1, points: records.map(point) }],
      },
    ],
  }
}
