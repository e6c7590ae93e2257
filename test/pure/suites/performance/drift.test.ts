import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../../src/record/seeded-random.ts'
import { sessionDrift as driftOf } from '../../../../src/suites/performance/drift.ts'
import type { RequestRecord } from '../../../../src/suites/performance/record.ts'
import { loadRun, spec, steadyRecord } from './records.ts'

const sessionDrift = (first: Parameters<typeof driftOf>[0], again: Parameters<typeof driftOf>[1], load = spec) =>
  driftOf(first, again, load)

/** A closed loop of four in step: all of a wave share the noise of the wave. */
function point(seed: number, gapMs: number, { waves = 12, noise = 0.01, perRequest = 0.01 } = {}) {
  const random = seededRandom(seed)
  const records: RequestRecord[] = []
  const around = (width: number) => 1 + width * (2 * random.next() - 1)
  let startMs = 0
  for (let wave = 0; wave < waves; wave++) {
    const waveGapMs = gapMs * around(noise)
    for (let slot = 0; slot < 4; slot++)
      records.push(
        steadyRecord({ writtenMs: startMs, ttftMs: 3 * gapMs, gapMs: waveGapMs * around(perRequest), tokens: 33 }),
      )
    startMs = Math.max(...records.slice(-4).map(({ endMs }) => endMs))
  }
  return loadRun(records, { durationMs: startMs })
}

describe('sessionDrift', () => {
  it('says nothing of a server that answers the same again', () => {
    for (let seed = 0; seed < 60; seed++) expect(sessionDrift(point(seed, 10), point(seed + 1000, 10))).toBeNull()
  })

  it('names both numbers of a server that slowed down', () => {
    let seen = 0
    for (let seed = 0; seed < 20; seed++) if (sessionDrift(point(seed, 10), point(seed + 1000, 10.6))) seen++
    expect(seen).toBe(20)
    const fault = sessionDrift(point(1, 10), point(2, 11))
    expect(fault).toMatchObject({ code: 'drift', by: 'load', voids: 'all' })
    expect(fault!.reason).toMatch(/TPOT p50 1[01]\.\d\d ms instead of (9|10)\.\d\d ms \(\+\d+\.\d %, limit \d\.\d %\)/)
    expect(fault!.reason).toMatch(/output throughput [\d.]+ tok\/s instead of [\d.]+ tok\/s \(−/)
  })

  it('does not take less than 3 % for drift, however quiet the requests', () => {
    const quiet = { noise: 0, perRequest: 0 }
    expect(sessionDrift(point(1, 10, quiet), point(2, 10.29, quiet))).toBeNull()
    expect(sessionDrift(point(1, 10, quiet), point(2, 10.31, quiet))).not.toBeNull()
  })

  it('takes the noise of waves for noise, though the requests of a wave agree', () => {
    const wavy = { waves: 8, noise: 0.2, perRequest: 0.001 }
    let alarms = 0
    for (let seed = 0; seed < 80; seed++)
      if (sessionDrift(point(seed, 10, wavy), point(seed + 1000, 10, wavy))) alarms++
    expect(alarms).toBeLessThanOrEqual(3)
  })

  it('looks at the throughput only where the server sets the pace, at TPOT always', () => {
    const [usual, sparse] = [point(1, 10), point(2, 10)]
    const drawn = { ...sparse, durationMs: 2 * sparse.durationMs }
    const length = { law: 'fixed', tokens: 32 } as const
    const law = { law: 'poisson', burstiness: 1, maxConcurrency: 9 } as const
    const paused = { kind: 'multi-turn', turns: 2, input: length, nextInput: length, output: length } as const
    expect(sessionDrift(usual, drawn)).not.toBeNull()
    expect(sessionDrift(usual, drawn, { ...spec, workload: { ...paused, thinkSeconds: 0 } })).not.toBeNull()
    const open = { ...spec, arrival: { kind: 'open', requestsPerSecond: 5, ...law } as const }
    for (const load of [open, { ...spec, workload: { ...paused, thinkSeconds: 1 } }]) {
      expect(sessionDrift(usual, drawn, load)).toBeNull()
      expect(sessionDrift(usual, point(2, 11), load)?.reason).toMatch(/TPOT/)
    }
  })

  it('says nothing where a point has nothing to compare', () => {
    const failed = loadRun(
      point(1, 20).records.map((one) => ({
        ...one,
        outcome: { state: 'failed', error: 'timeout', detail: '' } as const,
      })),
    )
    expect(sessionDrift(point(1, 10), failed)).toBeNull()
    expect(sessionDrift(point(1, 10), loadRun([], { durationMs: 0 }))).toBeNull()
    expect(sessionDrift(point(1, 10, { waves: 1 }), loadRun([], { durationMs: 10 }))).toBeNull()
  })
})
