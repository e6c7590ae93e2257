import { describe, expect, it } from 'vitest'
import type { PreparedRequest } from '../../../../../src/engine/http/connection.ts'
import { silentProgress } from '../../../../../src/ports.ts'
import { type RunLoadOptions, runLoad } from '../../../../../src/suites/performance/load/executor.ts'
import type { PlannedSession } from '../../../../../src/suites/performance/workload/planned.ts'
import { FakeTransport, REFUSED } from './fake-transport.ts'

const clock = { date: () => '', monotonicMs: () => performance.now() }

const request = (id: string): PreparedRequest => ({
  ...{ id, path: '/', headers: {} },
  ...{ body: new Uint8Array(), bytes: Buffer.alloc(0) },
})

const single = (session: number): PlannedSession => {
  const asked = { inputTokens: 1, outputTokens: 1, cachedTokens: 0 }
  return { atMs: null, requests: [{ request: request(`r${session}`), session, turn: 0, thinkMs: 0, asked }] }
}

function run(transport: FakeTransport, changes: Partial<RunLoadOptions>) {
  return runLoad({
    transport,
    arrival: { kind: 'closed', concurrency: 1 },
    sessions: [],
    warmup: [],
    keepAlive: true,
    seed: 1,
    requestTimeoutMs: 1000,
    clock,
    signal: new AbortController().signal,
    progress: silentProgress,
    ...changes,
  })
}

describe('the first requests', () => {
  it.each([
    ['a closed loop', { kind: 'closed', concurrency: 256 }],
    ['a trace in which they arrive together', { kind: 'trace', speed: 1, maxConcurrency: 256 }],
  ] as const)('of %s are written in one sweep, with nothing between', async (_, arrival) => {
    const transport = new FakeTransport()
    let written = 0
    let inFirstSweep = 0
    transport.answer = async () => {
      if (++written === 1)
        queueMicrotask(() => {
          inFirstSweep = written
        })
      await new Promise((resolve) => setImmediate(resolve))
      return REFUSED
    }
    const sessions = Array.from({ length: 300 }, (_, index) => ({ ...single(index), atMs: 0 }))
    const { records } = await run(transport, { arrival, sessions })
    expect(inFirstSweep).toBe(256)
    expect(records).toHaveLength(300)
    expect(new Set(records.slice(0, 256).map(({ intendedMs }) => intendedMs))).toEqual(new Set([0]))
  })
})

describe('a load', () => {
  it('ends with the error of whatever broke in it', async () => {
    for (const arrival of [
      { kind: 'closed', concurrency: 3 },
      { kind: 'trace', speed: 1, maxConcurrency: 3 },
    ] as const) {
      const transport = new FakeTransport()
      transport.answer = async ({ id }) => {
        if (id === 'r4') throw new Error('a mistake of ours')
        return REFUSED
      }
      const sessions = Array.from({ length: 10 }, (_, index) => ({ ...single(index), atMs: 0 }))
      await expect(run(transport, { arrival, sessions })).rejects.toThrow('a mistake of ours')
      expect(transport.opened.every(({ aborted }) => aborted)).toBe(true)
    }
  })

  it('records what cannot connect, and goes on', async () => {
    const transport = new FakeTransport()
    transport.reachable = false
    const arrival = { kind: 'open', requestsPerSecond: 1000, law: 'poisson', burstiness: 1, maxConcurrency: 2 } as const
    const { records } = await run(transport, {
      arrival,
      sessions: Array.from({ length: 5 }, (_, index) => single(index)),
    })
    expect(records.map(({ id, outcome }) => [id, outcome])).toEqual(
      ['r0', 'r1', 'r2', 'r3', 'r4'].map((id) => [id, { state: 'failed', error: 'connect', detail: 'nobody listens' }]),
    )
  })

  it('does not begin when the signal has aborted', async () => {
    const transport = new FakeTransport()
    await expect(run(transport, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
    expect(transport.opened).toEqual([])
  })

  it('begins at the time that it is given, after the warm-up, and opens its window for that alone', async () => {
    const transport = new FakeTransport()
    const happened: string[] = []
    transport.answer = async ({ id }) => {
      happened.push(id)
      return REFUSED
    }
    const startMs = performance.now() + 20
    const { records } = await run(transport, {
      sessions: [single(0)],
      warmup: [{ ...single(9).requests[0]!, session: -1 }],
      startAt: async () => {
        happened.push('asked')
        return startMs
      },
      onWindow: (edge) => happened.push(edge),
    })
    expect(happened).toEqual(['r9', 'asked', 'opens', 'r0', 'closes'])
    expect(records[0]!.intendedMs).toBe(0)
    expect(records[0]!.dequeuedMs).toBeGreaterThanOrEqual(0)
  })
})
