import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startSimulator } from '../../src/engine/simulator/server.ts'
import { silentProgress } from '../../src/ports.ts'
import { runSharded } from '../../src/suites/performance/load/shards/sharded.ts'
import { sessions } from '../loopback/suites/performance/load/planned.ts'
import { DIST } from '../services/bundle.ts'

describe('the bundled thread of a load', () => {
  it('carries its part', async () => {
    const script = join(DIST, 'load-worker.js')
    expect(existsSync(script), `${script} is there`).toBe(true)
    const simulator = await startSimulator({ timing: { ttftMs: 10, itlMs: 2 } })
    onTestFinished(() => simulator.close())
    const { run, observations } = await runSharded({
      script,
      ...{ url: simulator.url, network: null, threads: 2, arrival: { kind: 'closed', concurrency: 4 } },
      ...{ sessions: sessions(simulator.url, 8, { model: 'simulated-v4' }), warmup: [], keepAlive: true, seed: 1 },
      ...{ requestTimeoutMs: 20_000, signal: new AbortController().signal, progress: silentProgress },
    })
    expect(run.records.map(({ outcome }) => outcome.state)).toEqual(new Array(8).fill('ok'))
    expect(observations).toHaveLength(2)
  })
})
