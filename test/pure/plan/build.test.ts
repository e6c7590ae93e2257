import { describe, expect, it } from 'vitest'
import { MAX_CELLS_PER_MATRIX } from '../../../src/matrix/cells.ts'
import { readMatrix, readRunners } from '../../../src/matrix/read.ts'
import { buildPlan } from '../../../src/plan/build.ts'
import { MAX_CELLS, type Plan, planSchema } from '../../../src/plan/schema.ts'
import { sealPlan } from '../../../src/plan/seal.ts'
import { strategyMatrix } from '../../../src/plan/strategy.ts'
import { planTable } from '../../../src/plan/table.ts'
import { formatProblem } from '../../../src/record/problem.ts'
import { MATRIX, RUNNERS } from '../matrix/samples.ts'

const FAULTS = ['slow-decode', 'wrong-answers']

function located<T>(reading: { state: 'read'; located: T } | { state: 'invalid'; problems: unknown[] }): T {
  if (reading.state === 'invalid') throw new Error(JSON.stringify(reading.problems))
  return reading.located
}

function build(texts: string[], seed: number | null = null, runners = RUNNERS) {
  return buildPlan({
    matrices: texts.map((text, at) => located(readMatrix(text, `m${at}.yaml`))),
    runners: located(readRunners(runners, 'runners.yaml')).document,
    sources: [],
    seed,
    toolVersion: '0.0.0',
    faults: FAULTS,
    checks: ['P1', 'A1'],
  })
}

function planOf(...parameters: Parameters<typeof build>): Plan {
  const built = build(...parameters)
  if (built.state === 'invalid') throw new Error(built.problems.map(formatProblem).join('\n'))
  return built.plan
}

function complaints(...parameters: Parameters<typeof build>): string[] {
  const built = build(...parameters)
  return built.state === 'invalid' ? built.problems.map(formatProblem) : []
}

const cellOf = (plan: Plan, id: string) => plan.cells.find((cell) => cell.id === id)

describe('buildPlan', () => {
  const plan = planOf([MATRIX])

  it('makes a document that its own schema accepts', () => {
    expect(planSchema.safeParse(plan).error).toBeUndefined()
  })

  it('has the cells in the order of the file, with stable ids', () => {
    expect(plan.cells.map(({ id }) => id)).toEqual([
      'flash.a950.vllm.plain',
      'flash.a950.vllm.mtp',
      'flash.a3.vllm.plain',
      'flash.a3.vllm.mtp',
      'flash.h200.vllm.plain',
      'flash.h200.vllm.mtp',
      'pro.a950.vllm.plain',
      'pro.a950.vllm.mtp',
      'pro.h200.vllm.plain',
      'pro.h200.vllm.mtp',
      'pro.a950.remote',
      'pro.h200.sim',
    ])
    expect(plan.excludedCombinations).toBe(2)
  })

  it('fills in the command line: serve, then cases in order, then the variant, and leaves port and checkout', () => {
    expect(cellOf(plan, 'flash.a3.vllm.mtp')?.engine).toEqual({
      mode: 'launch',
      name: 'vllm',
      kind: 'vllm',
      argv: [
        ...['vllm', 'serve', 'other/flash-w8a8', '--tp', '16', '--port', '{port}'],
        ...['--name', 'other/flash-w8a8-served', '--flash', '--json', '{"a":{}}'],
        ...['--speculative-config', '{"method":"mtp"}'],
      ],
      env: { A: 'two', ROOT: '{checkout}/x', SPEC: '1' },
      readyPath: '/health',
      readyTimeoutSeconds: 3600,
      servedModel: 'other/flash-w8a8-served',
    })
  })

  it('chooses checkpoint, revision and weight format by hardware', () => {
    expect(cellOf(plan, 'flash.a3.vllm.plain')?.model).toEqual({
      name: 'flash',
      checkpoint: 'other/flash-w8a8',
      revision: null,
      encoding: 'v4-0731',
      weightFormat: 'w8a8',
    })
    expect(cellOf(plan, 'pro.h200.vllm.plain')?.model).toMatchObject({ revision: 'abc123', weightFormat: null })
  })

  it('plans an attached and a simulated engine', () => {
    expect(cellOf(plan, 'pro.a950.remote')?.engine).toMatchObject({
      mode: 'attach',
      url: 'http://npu:8000',
      apiKeyVariable: 'KEY',
      servedModel: 'org/pro',
    })
    expect(cellOf(plan, 'pro.h200.sim')?.engine).toMatchObject({
      mode: 'simulated',
      timing: { ttftMs: 50, itlMs: 9, sessionScatter: 0.005 },
      faults: [
        { name: 'slow-decode', side: 'head' },
        { name: 'wrong-answers', side: 'both' },
      ],
    })
  })

  it('gives one model the same toy model on every target, and another model another', () => {
    const engine = '{ model: pro, target: a950, engine: remote }'
    const simulated = planOf([
      MATRIX.replace(engine, '{ model: pro, target: a950, engine: sim }, { model: flash, target: h200, engine: sim }'),
    ])
    const seeds = ['pro.a950.sim', 'pro.h200.sim', 'flash.h200.sim'].map((id) => {
      const planned = cellOf(simulated, id)?.engine
      return planned?.mode === 'simulated' ? planned.modelSeed : null
    })
    expect(seeds[0]).toBe(seeds[1])
    expect(seeds[2]).not.toBe(seeds[0])
    expect(seeds[2]).not.toBeNull()
  })

  it('says where each cell may run', () => {
    expect(cellOf(plan, 'pro.h200.sim')?.pool).toEqual({
      name: 'gpu',
      group: 'accelerators',
      labels: ['self-hosted', 'gpu-8'],
      host: 'bare',
      parallel: 4,
    })
  })

  it('takes the seed of the file unless another is given', () => {
    expect(plan.seed).toBe(7)
    expect(planOf([MATRIX], 0).seed).toBe(0)
    expect(planOf([MATRIX.replace('seed: 7\n', '')]).seed).toBe(1)
  })

  it('has one identity for one content: equal for equal input, another for any change', () => {
    expect(planOf([MATRIX]).planId).toBe(plan.planId)
    const others = [
      planOf([MATRIX], 8),
      planOf([MATRIX.replace('--flash', '--flush')]),
      planOf([MATRIX], null, RUNNERS.replace('parallel: 4', 'parallel: 3')),
      sealPlan({ ...plan, remarks: ['changed'] }),
    ]
    expect(new Set([plan, ...others].map(({ planId }) => planId)).size).toBe(5)
    expect(sealPlan(plan)).toEqual(plan)
  })

  it('remarks on a case that applies to no cell', () => {
    const idle = MATRIX.replace('when: { model: flash }', 'when: { model: pro, target: a3 }')
    expect(planOf([idle]).remarks).toEqual(['m0.yaml: engines.vllm.cases[0] applies to no cell'])
    expect(plan.remarks).toEqual([])
  })

  it('has the same limit of cells on both sides of the stage', () => {
    expect(MAX_CELLS_PER_MATRIX).toBe(MAX_CELLS)
  })
})

describe('several matrix files', () => {
  const withoutShared = MATRIX.slice(0, MATRIX.indexOf('suites:'))
  const other = withoutShared.replaceAll('flash', 'mini').replaceAll('pro', 'mega')

  it('are planned as separate matrices; one may hold the suites for all', () => {
    const plan = planOf([other, MATRIX])
    expect(plan.cells).toHaveLength(24)
    expect(plan.seed).toBe(7)
    expect(plan.excludedCombinations).toBe(4)
    expect(planSchema.safeParse(plan).success).toBe(true)
  })

  it('must not share a cell', () => {
    expect(complaints([MATRIX, withoutShared])).toEqual([
      expect.stringMatching(/^m1\.yaml:31:3: matrix: the cell "flash\.a950\.vllm\.plain" is also in m0\.yaml/),
    ])
  })

  it('must agree on what a plan has once', () => {
    const disagreeing = `${other}suites: { correctness: { arithmetic-items: 10 } }\nseed: 8\n`
    expect(complaints([MATRIX, disagreeing])).toEqual([
      expect.stringMatching(/^m1\.yaml:35:1: suites: differs from `suites` of m0\.yaml/),
      expect.stringMatching(/^m1\.yaml:36:1: seed: differs/),
    ])
    expect(complaints([MATRIX, `${other}seed: 7\n`])).toEqual([])
  })

  it('must hold a suite in one of them', () => {
    expect(complaints([withoutShared])).toEqual([expect.stringMatching(/suites: no suite to run/)])
  })

  it('must not have more than 256 cells together', () => {
    const many = (prefix: string) => {
      const names = Array.from({ length: 130 }, (_, i) => `${prefix}${i}`)
      return `version: 1
targets: { t: { vendor: nvidia, chip: h200, devices: 8, pool: gpu } }
models: { ${names.map((name) => `${name}: { checkpoint: c, encoding: v4.1 }`).join(', ')} }
engines: { s: { kind: simulated } }
matrix: { axes: { model: [${names.join(', ')}], target: [t] }, engine: s }
suites: { correctness: {} }
`
    }
    expect(complaints([many('a'), many('b')])).toEqual([
      expect.stringMatching(/^m0\.yaml: 260 cells, more than the 256 jobs .*, in all files together/),
    ])
    expect(complaints([many('a')])).toEqual([])
  })
})

describe('strategyMatrix', () => {
  it('gives labels alone, or a group with labels', () => {
    const { include } = strategyMatrix(planOf([MATRIX]))
    expect(include[0]).toEqual({
      id: 'flash.a950.vllm.plain',
      'runs-on': ['self-hosted', 'npu-8'],
      'timeout-minutes': 120,
    })
    expect(include.at(-1)?.['runs-on']).toEqual({ group: 'accelerators', labels: ['self-hosted', 'gpu-8'] })
  })

  it('stays below 1 KB a cell for the longest that the schemas allow', () => {
    const label = `[${Array.from({ length: 8 }, () => 'x'.repeat(80)).join(', ')}]`
    const runners = RUNNERS.replace('accelerators', 'g'.repeat(80)).replace('[self-hosted, gpu-8]', label)
    const plan = planOf([MATRIX.replaceAll('a950', 'a'.repeat(64))], null, runners)
    for (const entry of strategyMatrix(plan).include)
      expect(Buffer.byteLength(JSON.stringify({ ...entry, id: 'i'.repeat(128) }))).toBeLessThan(1024)
  })
})

describe('planTable', () => {
  it('shows each cell, the counts and the suites, without colour where there is none', () => {
    const plan = planOf([MATRIX])
    const text = planTable(plan, { colour: false })
    for (const { id } of plan.cells) expect(text).toContain(id)
    expect(text).toContain('16 × 910c')
    expect(text).toContain('other/flash-w8a8 (w8a8)')
    expect(text).toContain(`12 cells, 2 excluded; plan ${plan.planId.slice(0, 12)}, seed 7`)
    expect(text).toContain(
      'correctness (200 arithmetic items), performance (5 session pairs: chat at concurrency 1, 8; 104 requests a session)',
    )
    expect(text).not.toContain('\u001b')
    expect(planTable(plan, { colour: true })).toContain('\u001b')
  })
})
