import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  hostsRemark,
  MAX_THREAD_UTILISATION,
  shardsFor,
} from '../../../../../src/suites/performance/validity/shards.ts'

describe('the number of threads for a load', () => {
  it('is one while one keeps below its limit', () => {
    expect(shardsFor(45_000, 100_000, 8)).toEqual({ state: 'fits', shards: 1, utilisation: 0.45 })
  })

  it('grows with the rate', () => {
    expect(shardsFor(45_001, 100_000, 8)).toMatchObject({ state: 'fits', shards: 2 })
    expect(shardsFor(300_000, 100_000, 8)).toMatchObject({ state: 'fits', shards: 7 })
  })

  it('leaves one core, and says how many hosts are needed beyond', () => {
    const plan = shardsFor(400_000, 100_000, 5)
    expect(plan).toMatchObject({ state: 'too-much', shards: 4, hosts: 3 })
    expect(hostsRemark(plan)).toMatch(/carries about 180000 events\/s; use 3 client hosts/)
  })

  it('uses the only core there is', () => {
    expect(shardsFor(100, 100_000, 1)).toMatchObject({ state: 'fits', shards: 1 })
  })

  it('has nothing to remark where it fits', () => expect(hostsRemark(shardsFor(1, 100_000, 2))).toBeNull())

  it('loads no thread beyond the limit, and takes no more threads than it must', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5_000_000 }),
        fc.integer({ min: 1000, max: 500_000 }),
        fc.integer({ min: 1, max: 256 }),
        (expected, capacity, cores) => {
          const plan = shardsFor(expected, capacity, cores)
          expect(plan.shards).toBeLessThanOrEqual(Math.max(1, cores - 1))
          if (plan.state === 'fits') {
            expect(plan.utilisation).toBeLessThanOrEqual(MAX_THREAD_UTILISATION + 1e-9)
            const fewer = expected / (plan.shards - 1) / capacity
            expect(plan.shards === 1 || fewer > MAX_THREAD_UTILISATION - 1e-9).toBe(true)
          } else {
            expect(plan.limitEventsPerSecond).toBeLessThan(expected)
            expect(plan.hosts * plan.limitEventsPerSecond).toBeGreaterThan(expected - 1e-6)
            expect(plan.hosts).toBeGreaterThan(1)
          }
        },
      ),
    )
  })
})
