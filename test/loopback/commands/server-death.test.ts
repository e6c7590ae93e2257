import { describe, expect, it } from 'vitest'
import { CellDraft } from '../../../src/commands/run/cell-draft.ts'
import type { CellStopped } from '../../../src/commands/run/cell-stopped.ts'
import { withEngine } from '../../../src/commands/run/with-engine.ts'
import type { PlannedEngine } from '../../../src/plan/schema.ts'
import { systemClock } from '../../../src/terminal/clock.ts'

/** A server that answers anything until it is asked for `/die`. */
const MORTAL = `require('http').createServer((q, r) => {
  if (q.url !== '/die') return r.end('{}')
  console.error('out of memory')
  process.exit(9)
}).listen(process.argv[1], '127.0.0.1')`

const mortal: PlannedEngine = {
  mode: 'launch',
  name: 'own',
  kind: 'vllm',
  argv: [process.execPath, '-e', MORTAL, '{port}'],
  env: {},
  readyPath: '/health',
  readyTimeoutSeconds: 10,
  servedModel: 'm',
}

describe('a server that dies during the work', () => {
  it('is told in one plain sentence: whose server, when, how, and its last words', async () => {
    const fixed = {
      ...{ toolVersion: '0.1.0', planId: 'a'.repeat(64), cell: 'c', attempt: 1 },
      ...{ startedAt: '2026-01-15T10:00:00Z', runner: null },
    }
    const draft = new CellDraft(fixed)
    const engine = { name: 'own', kind: 'vllm', version: null, command: null }
    draft.openArm('head', { commit: null, engine, fingerprint: { workload: {}, environment: {} } })
    const signal = AbortSignal.timeout(20_000)
    const start = {
      ...{ side: 'head' as const, checkout: process.cwd(), sessionSeed: 1 },
      ...{ environment: process.env, clock: systemClock, signal },
    }
    const failure = withEngine(mortal, start, draft, 'correctness', (running) => fetch(`${running.endpoint.url}/die`))
    await expect(failure).rejects.toMatchObject({
      end: {
        state: 'infrastructure',
        stage: 'correctness',
        side: 'head',
        message: "the head's server exited by itself during correctness (exit code 9); last output: out of memory",
      },
    } satisfies Partial<CellStopped>)
  })
})
