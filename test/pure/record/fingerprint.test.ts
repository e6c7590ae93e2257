import { describe, expect, it } from 'vitest'
import type { Arrival } from '../../../src/plan/load.ts'
import type { Scenario } from '../../../src/plan/schema.ts'
import { fingerprintSchema } from '../../../src/record/cell-result.ts'
import { fingerprintOf, WORKLOAD_GENERATION } from '../../../src/record/fingerprint.ts'
import { describeDifference, fingerprintDifference } from '../../../src/record/fingerprint-difference.ts'
import { makePlan, plannedCell } from '../../fixtures/cell-results.ts'

const now = fingerprintOf(plannedCell(), makePlan().suites, 1, { state: 'not-probed', reason: 'no tool' })

const withScenario = (changes: Partial<Scenario>) => {
  const { suites } = makePlan()
  Object.assign(suites.performance!.scenarios[0]!, changes)
  return fingerprintOf(plannedCell(), suites, 1, { state: 'not-probed', reason: 'no tool' })
}
const changed = (changes: Partial<Scenario>) =>
  fingerprintDifference(now, withScenario(changes)).map(({ part, field }) => `${part} ${field}`)

describe('the fingerprint of a workload', () => {
  it('says of which generation of prompts, items and metrics it is', () => {
    expect(now.workload.generation).toBe(String(WORKLOAD_GENERATION))
  })

  it('differs from a result of before there were generations, and the difference is named', () => {
    const { generation: _, ...older } = now.workload
    const differences = fingerprintDifference({ ...now, workload: older }, now)
    expect(describeDifference(differences)).toBe(`workload generation (none → ${WORKLOAD_GENERATION})`)
  })

  it('differs by what is sent, when, and how much of it, each under its own name', () => {
    const output = { law: 'uniform', least: 10, most: 32 } as const
    const input = { law: 'fixed', tokens: 128 } as const
    expect(changed({})).toEqual([])
    expect(changed({ workload: { kind: 'single', input, output } })).toEqual(['workload scenario.chat.workload'])
    expect(changed({ arrivals: [{ kind: 'closed', concurrency: 8 }] })).toEqual(['workload scenario.chat.arrivals'])
    for (const amount of [{ requestsPerStream: 9 }, { durationSeconds: 9 }, { warmupRequests: 9 }])
      expect(changed(amount)).toEqual(['workload scenario.chat.amount'])
    const seeded = fingerprintOf(plannedCell(), makePlan().suites, 2, { state: 'not-probed', reason: 'no tool' })
    expect(fingerprintDifference(now, seeded).map(({ field }) => field)).toEqual(['seed'])
  })

  it('does not differ by what counts as good', () => {
    expect(changed({ slo: { ttftMs: 500, tpotMs: null, e2elMs: null } })).toEqual([])
  })

  it('fits a result however many levels there are, and tells those apart that differ at the end', () => {
    const levels = (last: number): Arrival[] =>
      Array.from({ length: 32 }, (_, index) => ({
        ...{ kind: 'open', law: 'gamma', burstiness: 0.123456, maxConcurrency: 1024 },
        requestsPerSecond: index === 31 ? last : index + 1,
      }))
    const long = withScenario({ name: 'n'.repeat(64), arrivals: levels(99) })
    expect(fingerprintSchema.safeParse(long).error).toBeUndefined()
    expect(fingerprintDifference(long, withScenario({ name: 'n'.repeat(64), arrivals: levels(98) }))).toHaveLength(1)
  })
})
