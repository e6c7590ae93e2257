import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cellFiles } from '../../../src/github/cell-files.ts'
import { CELL_RESULT_SCHEMA, type CellResult, type LoadPoint } from '../../../src/record/cell-result.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'crosschip-cell-files-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

describe('a raw record that is not uploaded', () => {
  it('is told of, by its name and the reason', async () => {
    await writeFile(
      join(directory, 'result.json'),
      JSON.stringify(resultNaming(['kept.jsonl', 'long.jsonl', 'no.jsonl'])),
    )
    for (const name of ['kept.jsonl', 'long.jsonl']) await writeFile(join(directory, name), 'x')
    // Sparse: takes no room.
    await truncate(join(directory, 'long.jsonl'), 65 * 1024 * 1024)
    const notes: string[] = []
    const files = await cellFiles(directory, (message) => notes.push(message))
    expect(files).toEqual([join(directory, 'result.json'), join(directory, 'kept.jsonl')])
    expect(notes).toEqual([
      expect.stringMatching(/^long\.jsonl is not uploaded: it has 68157440 bytes, at most 67108864/),
      expect.stringMatching(/^no\.jsonl is not uploaded: ENOENT/),
    ])
  })
})

function resultNaming(records: string[]): CellResult {
  const points = records.map(
    (rawRecord): LoadPoint => ({
      ...{ scenario: 'chat', load: 'c1', concurrency: 1, repetition: 1, planned: 1, succeeded: 1, failed: {} },
      ...{ durationMs: 1, metrics: [], invalid: [], client: null, server: null, remarks: [], rawRecord },
    }),
  )
  const session = { pair: 0, order: 0, startedAt: '2026-01-01T00:00:00Z', readyMs: 1, points }
  return {
    ...{ schema: CELL_RESULT_SCHEMA, toolVersion: '0', planId: 'a'.repeat(64), cell: 'c', attempt: 1, runner: null },
    ...{ startedAt: session.startedAt, finishedAt: session.startedAt, remarks: [] },
    hardware: { state: 'not-probed', reason: 'a test' },
    end: { state: 'completed' },
    arms: [
      {
        ...{ side: 'head', commit: null, correctness: null, sessions: [session] },
        engine: { name: 'own', kind: 'vllm', version: null, command: null },
        fingerprint: { workload: {}, environment: {} },
      },
    ],
  }
}
