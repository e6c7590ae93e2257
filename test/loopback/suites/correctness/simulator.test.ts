import { describe, expect, it } from 'vitest'
import type { SimulatorSettings } from '../../../../src/engine/simulator/options.ts'
import { startSimulator } from '../../../../src/engine/simulator/server.ts'
import { silentProgress } from '../../../../src/ports.ts'
import { correctnessSchema } from '../../../../src/record/cell-result.ts'
import { runCorrectness } from '../../../../src/suites/correctness/driver.ts'
import { CHECKS } from '../../../../src/suites/correctness/registry.ts'

const clock = { date: () => new Date().toISOString(), monotonicMs: () => performance.now() }

/** The judgement of every check on a simulated server; the negative control of the whole suite. */
async function states(settings: SimulatorSettings, seed = 1) {
  const simulator = await startSimulator({ ...settings, timing: { ttftMs: 2, itlMs: 0.05 } })
  try {
    const result = await runCorrectness({
      endpoint: { url: simulator.url, model: 'simulated-v4', headers: {} },
      context: { seed, model: 'simulated-v4', encoding: 'v4-0731', arithmeticItems: 40 },
      checks: CHECKS,
      concurrency: 32,
      signal: new AbortController().signal,
      clock,
      progress: silentProgress,
      requestTimeoutMs: 10_000,
    })
    expect(correctnessSchema.safeParse(result).error).toBeUndefined()
    return {
      result,
      failed: result.checks.filter(({ judgement }) => judgement.state === 'fail').map(({ id }) => id),
      other: result.checks.filter(({ judgement }) => !/^(pass|fail)$/.test(judgement.state)).map(({ id }) => id),
    }
  } finally {
    await simulator.close()
  }
}

describe('the checks on the simulator', () => {
  it.each<[string, SimulatorSettings]>([
    ['as it is', {}],
    ['with the older field for reasoning', { reasoningField: 'reasoning_content' }],
    ['as another vendor plays it', { deviceScatter: 0.02, sessionSeed: 5 }],
    ['with the preview encoding', { encoding: 'v4-preview' }],
  ])('all pass on a healthy one %s', async (_, settings) => {
    const { failed, other } = await states(settings, 7)
    expect({ failed, other }).toEqual({ failed: [], other: [] })
  })

  it.each([
    ['missing-id', ['P1'], []],
    ['cut-utf8', ['P2'], []],
    ['no-done', ['P2'], []],
    ['truncated-stream', ['P2'], ['P4']],
    ['wrong-usage', ['P4'], []],
    ['shifted-logprobs', ['N0'], ['N1']],
    ['stale-cache', ['N1'], []],
    ['cross-request-leak', ['X1'], []],
    ['greedy-sampling', ['Z1'], []],
    ['rejects-logprobs', [], ['N0', 'N1']],
    // Answers that are merely wrong are for the comparison of two sides to see.
    ['wrong-answers', [], []],
  ])('%s makes exactly %j fail and leaves %j unjudged', async (fault, expected, unjudged) => {
    const { failed, other } = await states({ faults: [fault] })
    expect({ failed, other }).toEqual({ failed: expected, other: unjudged })
  })

  it('shows wrong answers as more wrong items, and double-bos as other exact counts', async () => {
    const of = (result: Awaited<ReturnType<typeof states>>['result'], id: string) =>
      result.checks.find((c) => c.id === id)!
    const healthy = await states({})
    const wrong = await states({ faults: ['wrong-answers'] })
    expect(of(wrong.result, 'A1').measures.right!).toBeLessThan(of(healthy.result, 'A1').measures.right!)
    const twice = await states({ faults: ['double-bos'] })
    const counts = of(healthy.result, 'R1').exact
    for (const [name, count] of Object.entries(of(twice.result, 'R1').exact)) expect(count).toBe(counts[name]! + 1)
  })

  it('judges what was asked before the engine died and calls the rest an error', async () => {
    const { result, failed } = await states({ faults: ['engine-dies'] })
    expect(failed).toEqual([])
    expect(result.checks.at(-1)!.judgement.state).toBe('error')
  })
})
