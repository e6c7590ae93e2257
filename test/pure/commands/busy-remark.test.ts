import { describe, expect, it } from 'vitest'
import { busyRemark } from '../../../src/commands/load/busy-remark.ts'
import { hostsRemark, shardsFor } from '../../../src/suites/performance/validity/shards.ts'
import { closedPoint, GOOD_CLIENT, STALL } from '../report/load-page-reports.ts'

const busy = (utilisation: number) =>
  closedPoint(64, {
    client: { ...GOOD_CLIENT, utilisation },
    invalid: [{ code: 'client-busy', by: 'client', voids: 'all', reason: 'busy' }],
  })

describe('a client that was too busy', () => {
  it('is told how many threads it needs, by how busy it was', () => {
    expect(busyRemark([closedPoint(1), busy(0.95)], 1, 16, 1)).toBe('the client was too busy at c64: use --threads 3')
    expect(busyRemark([busy(0.3)], 1, 16, 1)).toMatch(/--threads 2$/)
  })

  it('is told to use more hosts where there are no cores for them', () => {
    expect(busyRemark([busy(0.95)], 2, 4, 1)).toMatch(/use --threads 3, or 2 client hosts with --host-share 1\/2/)
    expect(busyRemark([busy(0.95)], 1, 2, 1)).toMatch(
      /no core for another thread: use 3 client hosts with --host-share 1\/3/,
    )
  })

  it('is told of all hosts where several have the load already', () => {
    expect(busyRemark([busy(0.95)], 1, 2, 2)).toMatch(/use 6 client hosts with --host-share 1\/6/)
  })

  it('is told nothing where a dead server refused everything', () => {
    expect(busyRemark([{ ...busy(0.95), succeeded: 0 }], 1, 2, 1)).toBeNull()
  })

  it('is told nothing when it kept up, or was disturbed otherwise', () => {
    expect(busyRemark([closedPoint(64), closedPoint(4, { invalid: [STALL] })], 1, 16, 1)).toBeNull()
  })
})

it('a load for several hosts is told the options and the command for it', () => {
  const remark = hostsRemark(shardsFor(1_000_000, 100_000, 9))
  for (const name of ['--host-share 1/3 to 3/3', '--raw', 'crosschip summarise']) expect(remark).toContain(name)
  expect(hostsRemark(shardsFor(400_000, 100_000, 6))).toContain('--host-share 1/2 and 2/2')
})
