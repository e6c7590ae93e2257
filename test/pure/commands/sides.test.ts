import { describe, expect, it } from 'vitest'
import { measuredSides } from '../../../src/commands/run/sides.ts'
import type { PlannedEngine } from '../../../src/plan/schema.ts'

const common = { readyPath: '/health', readyTimeoutSeconds: 1, servedModel: 'm' }
const launched = (argv: string[], env: Record<string, string> = {}): PlannedEngine => ({
  ...{ mode: 'launch', name: 'own', kind: 'vllm', argv, env },
  ...common,
})
const attached: PlannedEngine = {
  ...{ mode: 'attach', name: 'remote', kind: 'openai', url: 'http://127.0.0.1:1', apiKeyVariable: null },
  ...common,
}
const simulated: PlannedEngine = {
  ...{ mode: 'simulated', name: 'simulated', kind: 'simulated', modelSeed: 1, faults: [] },
  ...{ timing: { ttftMs: 1, itlMs: 1, sessionScatter: 0 }, readyTimeoutSeconds: 1, servedModel: 'm' },
}

describe('the sides of a cell', () => {
  it.each([
    ['argv', launched(['python', '{checkout}/serve.py'])],
    ['the environment', launched(['vllm', 'serve'], { PYTHONPATH: '{checkout}' })],
  ])('are both, without a remark, where the checkout is in %s', (_, engine) => {
    expect(measuredSides(engine, true)).toEqual({ sides: ['base', 'head'], remarks: [] })
  })

  it('are both, with a doubt, where nothing of the command depends on the checkout', () => {
    expect(measuredSides(launched(['vllm', 'serve'], { A: 'b' }), true)).toEqual({
      sides: ['base', 'head'],
      remarks: [expect.stringMatching(/^neither the command line nor the environment of own mentions \{checkout\}/)],
    })
  })

  it('are the head alone for a server that is reached by URL', () => {
    expect(measuredSides(attached, true)).toEqual({
      sides: ['head'],
      remarks: [expect.stringContaining('compare with a stored baseline (report --baseline)')],
    })
  })

  it('are both for the simulator, whose faults tell them apart', () => {
    expect(measuredSides(simulated, true)).toEqual({ sides: ['base', 'head'], remarks: [] })
  })

  it.each([attached, simulated, launched(['vllm'])])('are the head alone where no base lies here ($mode)', (engine) => {
    expect(measuredSides(engine, false)).toEqual({ sides: ['head'], remarks: [] })
  })
})
