import { describe, expect, it, onTestFinished } from 'vitest'
import { startSimulator } from '../../../../../src/engine/simulator/server.ts'
import { run, sessions, warmup } from './planned.ts'

describe('a load on the simulator', () => {
  it.each([
    ['closed', { kind: 'closed', concurrency: 4 }],
    ['open', { kind: 'open', requestsPerSecond: 100, law: 'poisson', burstiness: 1, maxConcurrency: 32 }],
  ] as const)('that is %s gets every answer in full', async (_, arrival) => {
    const simulator = await startSimulator({ timing: { ttftMs: 20, itlMs: 2 } })
    onTestFinished(() => simulator.close())
    const asked = { model: 'simulated-v4', outputTokens: 12 }
    const load = { sessions: sessions(simulator.url, 10, { ...asked, turns: 2, thinkMs: 10 }) }
    const { records } = await run(simulator.url, { arrival, ...load, warmup: warmup(simulator.url, 4, asked) })
    expect(records).toHaveLength(20)
    for (const record of records) {
      expect(record).toMatchObject({
        outcome: { state: 'ok' },
        completionTokens: 12,
        finishReason: 'length',
        reused: true,
      })
      expect(record.events.length).toBeGreaterThanOrEqual(12)
    }
  })
})
