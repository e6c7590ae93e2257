import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { createPlan } from '../../../src/commands/plan.ts'
import { ConfigurationError } from '../../../src/record/problem.ts'

const directory = mkdtempSync(join(tmpdir(), 'crosschip-plan-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

it('says what is wrong with the form and with the names of a matrix file at once', async () => {
  const matrix = join(directory, 'matrix.yaml')
  const runners = join(directory, 'runners.yaml')
  writeFileSync(runners, 'version: 1\npools:\n  big: { labels: [self-hosted], host: bare, parallel: 1 }\n')
  writeFileSync(
    matrix,
    `version: 1
targets: { h200: { vendor: nvidia, chip: h200, devcies: 8, pool: bgi } }
models: { flash: { checkpoint: c, encoding: v4-0731 } }
engines: { own: { kind: vllm, serve: [serve] } }
matrix: { axes: { model: [flahs], target: [h200] }, engine: own }
suites: { correctness: {} }
`,
  )
  const failure = createPlan({ matrixFiles: [matrix], runnersFile: null, seed: null, toolVersion: '0' })
  const error = await failure.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ConfigurationError)
  expect((error as ConfigurationError).problems.map(({ line, field }) => `${line}: ${field}`)).toEqual([
    '2: targets.h200.devcies',
    '2: targets.h200.pool',
    '5: matrix.axes.model[0]',
  ])
})
