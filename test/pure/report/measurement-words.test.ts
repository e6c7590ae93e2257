import { describe, expect, it } from 'vitest'
import type { Comparison, Measurement, PointFaultCount } from '../../../src/compare/schema.ts'
import { POINT_FAULT_CODES } from '../../../src/record/words.ts'
import { FAULT_ADVICE } from '../../../src/report/fault-advice.ts'
import { COMMENT_BUDGET_BYTES } from '../../../src/report/fit.ts'
import { renderHtml } from '../../../src/report/html.ts'
import { renderComment, renderSummary } from '../../../src/report/markdown.ts'
import { measurementWords, spoiltCells, spoiltWords } from '../../../src/report/measurement-words.ts'
import { renderTerminal } from '../../../src/report/terminal.ts'
import { badDay, comparisonOf } from '../../fixtures/comparisons.ts'

const LATE: PointFaultCount = { code: 'client-late', by: 'client', voids: 'tails', points: 2 }
const BUSY: PointFaultCount = { code: 'client-busy', by: 'client', voids: 'all', points: 11 }
const FAILED: PointFaultCount = { code: 'failed-requests', by: 'server', voids: 'all', points: 1 }

const measured = (changes: Partial<Measurement> = {}): Measurement => ({
  points: 32,
  repetitions: 4,
  void: 0,
  voidInTails: 0,
  voidByClient: 0,
  client: {
    points: 32,
    transports: ['plain socket'],
    stampErrorP50Ms: 0.06,
    stampErrorP99Ms: 0.4,
    utilisation: 0.21,
    longestStallMs: 12,
    reusedShare: 1,
  },
  faults: [],
  ...changes,
})
const SPOILT = measured({ void: 12, voidByClient: 11, voidInTails: 2, faults: [BUSY, FAILED, LATE] })

/** The bad day, its first cell measured so. */
function withFirst(measurement: Measurement | null): Comparison {
  const comparison = badDay()
  comparison.cells[0]!.measurement = measurement
  return comparison
}

describe('how a cell was measured, in words', () => {
  it('says how well the client kept up, and what is valid', () => {
    expect(measurementWords(measured())).toBe(
      'stamp error p99 0.4 ms (worst of 32 points), busy at most 21 %, longest stall 12 ms, connections reused 100 %, ' +
        'over plain socket; 32 of 32 points valid',
    )
  })

  it('names the codes, how many points have them, whose they are, and what to do about the most frequent', () => {
    expect(measurementWords(measured({ voidInTails: 2, faults: [LATE] }))).toMatch(
      /; 30 of 32 points valid, 2 without tails \(client-late 2 by the client\)\. client-late: the client stamped late: /,
    )
    expect(measurementWords(SPOILT)).toContain(
      '; 18 of 32 points valid, 12 void (client-busy 11 by the client; failed-requests 1 by the server), ' +
        `2 without tails (client-late 2 by the client). Most often client-busy: ${FAULT_ADVICE['client-busy']}`,
    )
  })

  it('says what is not known instead of a number', () => {
    expect(measurementWords(measured({ client: null }))).toBe('not watched; 32 of 32 points valid')
    const client = { ...measured().client!, stampErrorP99Ms: null, reusedShare: null }
    expect(measurementWords(measured({ client }))).toMatch(/^stamp error p50 0\.06 ms \(worst/)
    expect(measurementWords(measured({ client: { ...client, stampErrorP50Ms: null } }))).toMatch(
      /^stamp error not known \(.*stall 12 ms, over/,
    )
  })

  it('stays one line of a report whatever the faults', () => {
    const faults = POINT_FAULT_CODES.flatMap((code) =>
      (['all', 'tails'] as const).map((voids) => ({ code, by: 'server' as const, voids, points: 123_456 })),
    )
    const client = { ...measured().client!, transports: Array.from({ length: 8 }, () => 'x'.repeat(128)) }
    for (const first of faults) {
      const all = [first, ...faults]
      const counts = { points: 987_654, void: 123_456, voidInTails: 123_456 }
      expect(measurementWords(measured({ ...counts, client, faults: all })).length).toBeLessThanOrEqual(600)
      expect(spoiltWords(measured({ ...counts, faults: all })).length).toBeLessThanOrEqual(600)
    }
  })

  it('has advice for every code', () => {
    expect(Object.keys(FAULT_ADVICE).sort()).toEqual([...POINT_FAULT_CODES].sort())
  })
})

describe('a client that spoilt many load points', () => {
  it('is one that voids more than a third of them, tails apart', () => {
    const cells = (measurement: Measurement) => spoiltCells(withFirst(measurement).cells).map(({ id }) => id)
    const [first] = badDay().cells
    expect(cells(measured({ points: 30, void: 10, voidByClient: 10, faults: [BUSY] }))).toEqual([])
    expect(cells(measured({ points: 30, void: 11, voidByClient: 11, faults: [BUSY] }))).toEqual([first!.id])
    expect(cells(measured({ points: 30, void: 30, voidByClient: 0, faults: [FAILED] }))).toEqual([])
    expect(cells(measured({ points: 30, voidInTails: 30, faults: [LATE] }))).toEqual([])
  })

  it('is said before any table, on every page, and changes neither headline nor outcome', () => {
    const comparison = withFirst(SPOILT)
    const id = comparison.cells[0]!.id
    const comment = renderComment(comparison)
    expect(comment.slice(0, comment.indexOf('###'))).toContain(
      `- \`${id}\`: 11 of 32 load points void (client-busy 11): the runner was too busy`,
    )
    expect(comment.split('\n')[0]).toBe(renderComment(badDay()).split('\n')[0])
    const page = renderHtml(comparison)
    expect(page.slice(0, page.indexOf('<h2>'))).toContain('The measuring client spoilt many load points')
    expect(renderTerminal(comparison, { colour: false })).toContain(
      `the measuring client spoilt many load points of ${id}: 11 of 32 load points`,
    )
    for (const text of [comment, page, renderTerminal(badDay(), { colour: false })])
      expect(text.match(/spoilt many/g)?.length ?? 0).toBe(text === comment || text === page ? 1 : 0)
  })

  it('is named at the top of the shortest comment too, at most three of many', () => {
    const sample = badDay()
    const cells = Array.from({ length: 256 }, (_, index) => ({
      ...sample.cells[0]!,
      id: `${'x'.repeat(100)}-${index}`,
      measurement: SPOILT,
    }))
    const row = { ...sample.verdicts[0]!, reason: '🟥'.repeat(500), performance: null, correctness: null }
    const rows = cells.flatMap(({ id }) => [0, 1, 2].map((index) => ({ ...row, cell: id, subject: `row ${index}` })))
    const comment = renderComment(comparisonOf(cells, rows, []))
    expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(COMMENT_BUDGET_BYTES)
    expect(comment.match(/11 of 32 load points void/g)).toHaveLength(3)
    expect(comment).toContain('- 253 more cells likewise, in the full report')
  })
})

describe('the line of a cell', () => {
  it('stands in its details on every page', () => {
    const comparison = withFirst(measured())
    const words = measurementWords(measured())
    for (const text of [renderComment(comparison), renderSummary(comparison)])
      expect(text.split('\n').filter((line) => line === `Client: ${words}`)).toHaveLength(1)
    expect(renderHtml(comparison)).toContain(`<p>Client: ${words}.</p>`)
    expect(renderTerminal(comparison, { colour: false })).toContain(`  ${comparison.cells[0]!.id} client: ${words}\n`)
  })

  it('is absent where no load was measured', () => {
    const { cells, verdicts } = badDay()
    const none = cells.map((cell) => ({ ...cell, measurement: null }))
    const comparison = comparisonOf(none, verdicts, [])
    for (const text of [
      renderComment(comparison),
      renderHtml(comparison),
      renderTerminal(comparison, { colour: false }),
    ])
      expect(text).not.toMatch(/[Cc]lient: /)
  })

  it('has a place where every row of its cell is a change', () => {
    const { cells, verdicts } = badDay()
    const [cell] = cells
    const changed = verdicts.filter((row) => row.cell === cell!.id && row.verdict === 'regressed')
    const comparison = comparisonOf([{ ...cell!, measurement: measured() }], changed, [])
    expect(renderComment(comparison)).toContain(
      `<details><summary><code>${cell!.id}</code>: how it was measured</summary>\n\nClient: stamp error`,
    )
    expect(renderHtml(comparison)).toContain('how it was measured</summary><p>Client: stamp error')
  })

  it('leaves a comment that is too long before any row does, those of sound cells first, and is counted', () => {
    const sample = badDay()
    const open = { ...sample.verdicts.find((row) => row.verdict === 'inconclusive')!, performance: null }
    const cells = Array.from({ length: 200 }, (_, index) => ({
      ...sample.cells[0]!,
      id: `cell-${index}`,
      measurement: index < 2 ? measured({ voidInTails: 2, faults: [LATE] }) : measured(),
    }))
    const rows = cells.map(({ id }, index) => ({ ...open, cell: id, subject: `question ${index}` }))
    const text = renderComment(comparisonOf(cells, rows, []))
    expect(text.match(/^Client: /gm)).toHaveLength(2)
    expect(text).toContain('How 198 cells were measured: in the full report.')
    expect(text.match(/question \d+/g)).toHaveLength(200)
  })

  it('is bounded on a terminal: of many cells those of which a point is not valid', () => {
    const sample = badDay()
    const cells = Array.from({ length: 20 }, (_, index) => ({
      ...sample.cells[0]!,
      id: `cell-${index}`,
      measurement: index < 3 ? measured({ voidInTails: 2, faults: [LATE] }) : measured(),
    }))
    const text = renderTerminal(comparisonOf(cells, [], []), { colour: false })
    expect(text.match(/client: /g)).toHaveLength(3)
    expect(text).toContain('how 17 more cells were measured: in the report')
  })
})
