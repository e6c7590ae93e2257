import { describe, expect, it } from 'vitest'
import { scenarioSchema } from '../../../src/matrix/scenario-schema.ts'
import { plannedScenario } from '../../../src/plan/scenario.ts'

const SHA = 'a'.repeat(64)

describe('a planned scenario', () => {
  const planned = (value: object) => plannedScenario('chat', scenarioSchema.parse(value))
  const tokens = { 'input-tokens': 1000, 'output-tokens': { uniform: [10, 20] } }
  const [input, output] = [
    { law: 'fixed', tokens: 1000 },
    { law: 'uniform', least: 10, most: 20 },
  ] as const

  it('has its levels spelt out: closed, open, ramp', () => {
    const law = { law: 'poisson', burstiness: 1, maxConcurrency: 1024 }
    expect(planned({ ...tokens, concurrency: [1, 8], rates: [0.5], ramp: { from: 1, to: 4 } })).toEqual({
      name: 'chat',
      workload: { kind: 'single', input, output },
      arrivals: [
        { kind: 'closed', concurrency: 1 },
        { kind: 'closed', concurrency: 8 },
        { kind: 'open', requestsPerSecond: 0.5, ...law },
        { kind: 'ramp', fromPerSecond: 1, toPerSecond: 4, ...law },
      ],
      requestsPerStream: 8,
      durationSeconds: 60,
      warmupRequests: 8,
      slo: null,
    })
  })

  it('has the law of arrivals and the bounds that were said', () => {
    const said = { arrival: 'gamma', burstiness: 0.5, 'max-concurrency': 64, 'duration-seconds': 9 }
    expect(planned({ ...tokens, rates: [2], ...said, slo: { 'tpot-ms': 20 } })).toMatchObject({
      arrivals: [{ kind: 'open', requestsPerSecond: 2, law: 'gamma', burstiness: 0.5, maxConcurrency: 64 }],
      durationSeconds: 9,
      slo: { ttftMs: null, tpotMs: 20, e2elMs: null },
    })
  })

  it.each([
    [
      { 'shared-prefix': { tokens: 9, groups: 2 } },
      { kind: 'shared-prefix', groups: 2, prefixTokens: 9, input, output },
    ],
    [
      { conversation: { turns: 3, 'next-input-tokens': 1000, 'think-seconds': 2 } },
      { kind: 'multi-turn', turns: 3, input, nextInput: input, output, thinkSeconds: 2 },
    ],
    [
      { agent: { turns: 3, tools: 4, 'tool-result-tokens': { normal: { mean: 5, deviation: 1, most: 9 } } } },
      {
        ...{ kind: 'agentic', turns: 3, tools: 4, input, output, toolSeconds: 0 },
        toolResult: { law: 'normal', mean: 5, deviation: 1, most: 9 },
      },
    ],
  ])('sends %j as %j', (fields, workload) => {
    expect(planned({ ...tokens, rates: [1], ...fields })!.workload).toEqual(workload)
  })

  it('takes lengths and times from a trace, and lengths from a data set unless others are said', () => {
    const file = { file: 'f', sha256: SHA }
    expect(planned({ trace: { ...file, speed: 2 } })).toMatchObject({
      workload: { kind: 'trace', ...file },
      arrivals: [{ kind: 'trace', speed: 2, maxConcurrency: 1024 }],
    })
    expect(planned({ dataset: file, rates: [1] })!.workload).toEqual({ kind: 'dataset', ...file, output: null })
    const shorter = planned({ dataset: file, rates: [1], 'output-tokens': 9 })
    expect(shorter!.workload).toEqual({ kind: 'dataset', ...file, output: { law: 'fixed', tokens: 9 } })
  })

  it('is none where the fields contradict each other', () => {
    expect(planned(tokens)).toBeNull()
    expect(planned({ rates: [1] })).toBeNull()
  })
})
