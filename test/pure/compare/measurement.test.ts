import { describe, expect, it } from 'vitest'
import { summariseMeasurement } from '../../../src/compare/measurement.ts'
import type { CellResult, LoadPoint, PointFault } from '../../../src/record/cell-result.ts'
import { makeClient, makePlan, makeResult, plannedCell } from '../../fixtures/cell-results.ts'
import { compareAll } from '../../fixtures/comparisons.ts'

const BUSY: PointFault = { code: 'client-busy', by: 'client', voids: 'all', reason: 'the client was busy' }
const LATE: PointFault = { code: 'client-late', by: 'client', voids: 'tails', reason: 'stamps were late' }
const FAILED: PointFault = { code: 'failed-requests', by: 'server', voids: 'all', reason: 'requests failed' }

/** A result of twelve load points, base and head in three sessions each, with something done to some of them. */
function resultWith(edit: (point: LoadPoint, index: number) => void): CellResult {
  const result = makeResult(plannedCell().id)
  const points = result.arms.flatMap(({ sessions }) => sessions.flatMap((session) => session.points))
  points.forEach(edit)
  return result
}

const faultsAt = (faults: Record<number, PointFault[]>) =>
  summariseMeasurement(resultWith((point, index) => (point.invalid = faults[index] ?? [])))!

describe('how a cell was measured', () => {
  it('counts the points of both sides and all sessions', () => {
    expect(faultsAt({})).toMatchObject({
      points: 12,
      repetitions: 0,
      void: 0,
      voidInTails: 0,
      voidByClient: 0,
      faults: [],
    })
  })

  it('tells void points from those without tails, each once', () => {
    const summary = faultsAt({ 0: [BUSY, FAILED], 1: [LATE], 2: [LATE, FAILED], 11: [LATE] })
    expect(summary).toMatchObject({ void: 2, voidInTails: 2, voidByClient: 1 })
  })

  it('lays no void point at the client whose tails alone it voids', () => {
    expect(faultsAt({ 0: [LATE, FAILED] })).toMatchObject({ void: 1, voidByClient: 0 })
  })

  it('counts faults by points, what voids everything first, then by frequency, tails of void points not', () => {
    const other = { ...BUSY, reason: 'busy in another way' }
    expect(faultsAt({ 0: [FAILED], 1: [BUSY, other], 2: [BUSY, LATE], 3: [LATE], 4: [LATE] }).faults).toEqual([
      { code: 'client-busy', by: 'client', voids: 'all', points: 2 },
      { code: 'failed-requests', by: 'server', voids: 'all', points: 1 },
      { code: 'client-late', by: 'client', voids: 'tails', points: 2 },
    ])
  })

  it('keeps what was measured again at the end apart', () => {
    const result = resultWith((point, index) => {
      if (index % 2 === 1) return
      point.repetition = 2
      point.invalid = [BUSY]
      point.client = makeClient(4, { utilisation: 0.99 })
    })
    expect(summariseMeasurement(result)).toMatchObject({
      points: 6,
      repetitions: 6,
      void: 0,
      faults: [],
      client: { points: 6, utilisation: 0.06 },
    })
  })

  it('takes the worst of each number over all points', () => {
    const summary = summariseMeasurement(
      resultWith((point, index) => {
        if (index === 3) point.client = makeClient(1, { stampErrorP99Ms: 0.9, reusedShare: 0.5 })
        if (index === 5) point.client = makeClient(1, { longestStallMs: 33, transport: 'undici (proxy)' })
        if (index === 7) point.client = makeClient(1, { utilisation: 0.7, stampErrorP50Ms: null, reusedShare: null })
        if (index === 8) point.client = null
      }),
    )
    expect(summary!.client).toEqual({
      points: 11,
      transports: ['plain socket', 'undici (proxy)'],
      stampErrorP50Ms: 0.05,
      stampErrorP99Ms: 0.9,
      utilisation: 0.7,
      longestStallMs: 33,
      reusedShare: 0.5,
    })
  })

  it('knows no numbers where nobody watched, and nothing where no load was measured', () => {
    expect(summariseMeasurement(resultWith((point) => (point.client = null)))!.client).toBeNull()
    const result = makeResult(plannedCell().id)
    for (const arm of result.arms) arm.sessions = []
    expect(summariseMeasurement(result)).toBeNull()
  })

  it('is part of every compared cell, null where no result came', () => {
    const cells = [plannedCell(), plannedCell({ target: 'ascend-950', vendor: 'ascend' })]
    const { cells: compared } = compareAll([makeResult(cells[0]!.id)], makePlan(cells))
    expect(compared.map(({ measurement }) => measurement?.points ?? null)).toEqual([12, null])
  })

  it('bounds what a result may invent', () => {
    const result = resultWith((point, index) => (point.client = makeClient(1, { transport: `transport ${index}` })))
    expect(summariseMeasurement(result)!.client!.transports).toHaveLength(8)
  })
})
