import { describe, expect, it } from 'vitest'
import type { Arrival } from '../../../../src/plan/load.ts'
import { ALL_SESSIONS, loadSpecs, sessionsFor } from '../../../../src/suites/performance/load-spec.ts'

const OPEN = { law: 'poisson', burstiness: 1, maxConcurrency: 64 } as const

const scenario = (warmupRequests: number, arrivals: Arrival[]) => ({
  name: 'chat',
  workload: {
    kind: 'single' as const,
    input: { law: 'fixed' as const, tokens: 32 },
    output: { law: 'fixed' as const, tokens: 8 },
  },
  arrivals,
  requestsPerStream: 3,
  durationSeconds: 20,
  warmupRequests,
  slo: null,
})
const levels = (warmupRequests: number, ...arrivals: Arrival[]) =>
  loadSpecs(scenario(warmupRequests, arrivals), { seed: 7, requestTimeoutMs: 1000, devices: 4 })

describe('the load points of a scenario', () => {
  it('are one for each arrival, in order, each with its name', () => {
    const specs = levels(0, { kind: 'closed', concurrency: 2 }, { kind: 'open', requestsPerSecond: 4, ...OPEN })
    expect(specs.map(({ load, sessions }) => [load, sessions])).toEqual([
      ['c2', 6],
      ['4 req/s', 80],
    ])
    expect(specs[0]).toMatchObject({ scenario: 'chat', seed: 7, requestTimeoutMs: 1000, devices: 4, slo: null })
  })

  it.each([
    [64, 8, 64],
    [4, 8, 8],
    [8, 8, 8],
  ])(
    'of a closed loop at concurrency %d with %d warm-up requests asked are warmed with %d',
    (concurrency, asked, sent) => {
      expect(levels(asked, { kind: 'closed', concurrency })[0]!.warmupRequests).toBe(sent)
    },
  )

  it('are not warmed where nobody wants it', () => {
    expect(levels(0, { kind: 'closed', concurrency: 64 })[0]!.warmupRequests).toBe(0)
  })

  it('of an open load are warmed as asked', () => {
    expect(levels(5, { kind: 'open', requestsPerSecond: 400, ...OPEN })[0]!.warmupRequests).toBe(5)
  })
})

describe('the sessions of a load point', () => {
  const lasting = { requestsPerStream: 5, durationSeconds: 10 }
  it.each<[string, Arrival, number]>([
    ['a closed loop: so many for each connection', { kind: 'closed', concurrency: 3 }, 15],
    ['an open load: what begins in its time', { kind: 'open', requestsPerSecond: 2.51, ...OPEN }, 25],
    ['a rare open load: one at least', { kind: 'open', requestsPerSecond: 0.001, ...OPEN }, 1],
    ['a ramp: its mean rate times its time', { kind: 'ramp', fromPerSecond: 1, toPerSecond: 4, ...OPEN }, 25],
    ['a trace: all of it', { kind: 'trace', speed: 1, maxConcurrency: 8 }, ALL_SESSIONS],
  ])('%s', (_, arrival, sessions) => {
    expect(sessionsFor(lasting, arrival)).toBe(sessions)
  })
})
