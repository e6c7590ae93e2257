import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createPlan } from '../../../src/commands/plan.ts'
import { validateFiles } from '../../../src/commands/validate.ts'
import { CHECKS } from '../../../src/suites/correctness/registry.ts'

const shipped = (name: string) => fileURLToPath(new URL(`../../../matrices/${name}`, import.meta.url))
const planOf = (name: string) =>
  createPlan({ matrixFiles: [shipped(name)], runnersFile: null, seed: null, toolVersion: '0.0.0' })

describe('the matrices that ship', () => {
  it('are in order', async () => {
    expect(await validateFiles(['demo.yaml', 'v4.yaml', 'runners.yaml'].map(shipped))).toEqual([])
  })

  it('demo: two models on an Ascend and an Nvidia target, both suites, compared with each other', async () => {
    const plan = await planOf('demo.yaml')
    expect(plan.cells.map(({ id }) => id)).toEqual([
      'v4-flash.ascend-950dt.simulated',
      'v4-flash.h200.simulated',
      'v4-pro.ascend-950dt.simulated',
      'v4-pro.h200.simulated',
    ])
    expect(plan.suites.correctness?.arithmeticItems).toBe(200)
    expect(plan.suites.correctness?.checks).toEqual(CHECKS.map(({ id }) => id))
    expect(plan.suites.performance?.scenarios).toHaveLength(1)
    expect(plan.compare.parity).toEqual([{ reference: 'h200', candidate: 'ascend-950dt' }])
    expect(plan.remarks).toEqual([])
  })

  it('v4: every command line serves its own checkpoint on all devices it was given', async () => {
    const plan = await planOf('v4.yaml')
    // They start what is installed, and say so; no case is idle.
    expect(plan.remarks.map((remark) => remark.replace(/^.*v4\.yaml: /, '').split(' ')[0])).toEqual([
      'engines.vllm',
      'engines.vllm-ascend',
    ])
    expect(plan.remarks.every((remark) => remark.includes('{checkout}'))).toBe(true)
    expect(plan.cells).toHaveLength(14)
    for (const { id, engine, model, target } of plan.cells) {
      if (engine.mode !== 'launch') throw new Error(id)
      const option = (name: string) => engine.argv[engine.argv.indexOf(name) + 1]
      expect(engine.argv, id).toContain(model.checkpoint)
      expect(option('--port'), id).toBe('{port}')
      const dataParallel = engine.argv.includes('--data-parallel-size') ? Number(option('--data-parallel-size')) : 1
      expect(dataParallel * Number(option('--tensor-parallel-size')), id).toBe(target.devices)
      for (const argument of engine.argv.filter((each) => each.startsWith('{"')))
        expect(() => JSON.parse(argument)).not.toThrow()
      expect(engine.argv.includes('--speculative-config'), id).toBe(id.endsWith('.dspark'))
      for (const flag of new Set(engine.argv.filter((each) => each.startsWith('--'))))
        expect(
          engine.argv.filter((each) => each === flag),
          `${id} ${flag}`,
        ).toHaveLength(1)
    }
  })

  it('v4: A3 serves re-quantised weights, 950 the official ones, and Pro is not planned on one A3 host', async () => {
    const { cells } = await planOf('v4.yaml')
    const checkpoints = (target: string) =>
      new Set(cells.filter((c) => c.target.name === target).map((c) => c.model.checkpoint))
    expect(checkpoints('ascend-a3')).toEqual(new Set(['Eco-Tech/DeepSeek-V4-Flash-0731-w8a8']))
    expect(checkpoints('ascend-950dt')).toEqual(checkpoints('b200'))
  })
})
