import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collectResults } from '../../../src/record/collect.ts'
import { fourCells, makePlan, makeResult, plannedCell, resultFile } from '../../fixtures/cell-results.ts'

const plan = makePlan([
  plannedCell({ id: 'flash.h200.vllm' }),
  plannedCell({ id: 'flash.h200.vllm-mtp', variant: 'mtp' }),
])
const [first, second] = ['flash.h200.vllm', 'flash.h200.vllm-mtp'] as const

const stateOf = (files: { path: string; text: string }[], cell: string = first, options = {}) =>
  collectResults(plan, files, options).cells.find((each) => each.cell === cell)!

describe('collecting results', () => {
  it('gives every planned cell exactly one entry, in the order of the plan', () => {
    const { cells } = collectResults(plan, [resultFile(makeResult(second))])
    expect(cells.map(({ cell, state }) => [cell, state])).toEqual([
      [first, 'missing'],
      [second, 'received'],
    ])
  })

  it('says what a missing cell needs', () => {
    expect(stateOf([])).toMatchObject({ state: 'missing', message: expect.stringContaining('run the cell again') })
  })

  it.each([
    ['truncated', (text: string) => text.slice(0, text.length / 2), 'not JSON'],
    ['not ours', () => '{"hello": 1}', 'schema'],
    ['an unknown key', (text: string) => text.replace('"attempt"', '"atempt"'), 'attempt'],
  ])('calls a file that is %s invalid, and names file and field', (_, spoil, named) => {
    const file = resultFile(makeResult(first))
    const found = stateOf([{ ...file, text: spoil(file.text) }])
    expect(found).toMatchObject({ state: 'invalid', message: expect.stringContaining(file.path) })
    expect(found).toMatchObject({ message: expect.stringContaining(named) })
  })

  it('takes the longest id in the path for the owner of an unreadable file', () => {
    const files = [{ path: `artifacts/crosschip-cell-${second}/result.json`, text: '{' }]
    expect(stateOf(files, second).state).toBe('invalid')
    expect(stateOf(files, first).state).toBe('missing')
  })

  it('calls a result of another plan foreign and does not believe it', () => {
    const found = stateOf([resultFile(makeResult(first, { planId: 'c'.repeat(64) }))])
    expect(found).toMatchObject({ state: 'foreign', message: expect.stringContaining('cccccccccccc') })
  })

  it('welcomes other plans for a stored baseline', () => {
    const file = resultFile(makeResult(first, { planId: 'c'.repeat(64) }))
    expect(stateOf([file], first, { acceptOtherPlans: true }).state).toBe('received')
  })

  it('remarks on a cell that was never planned', () => {
    const { cells, remarks } = collectResults(plan, [resultFile(makeResult('stranger'))])
    expect(cells.every((cell) => cell.state === 'missing')).toBe(true)
    expect(remarks).toEqual([expect.stringContaining('"stranger" is not in this plan')])
  })

  it('takes the same bytes twice for one result', () => {
    const file = resultFile(makeResult(first))
    expect(stateOf([file, { ...file, path: 'copy/result.json' }]).state).toBe('received')
  })

  it('does not choose between two different results of one attempt', () => {
    const found = stateOf([
      resultFile(makeResult(first)),
      resultFile(makeResult(first, { remarks: ['other'] }), 'other/result.json'),
    ])
    expect(found).toMatchObject({ state: 'duplicate', message: expect.stringContaining('other/result.json') })
  })

  it('takes the highest attempt, whatever the order of the files', () => {
    const files = [1, 3, 2].map((attempt) => resultFile(makeResult(first, { attempt }), `a${attempt}/result.json`))
    expect(stateOf(files)).toMatchObject({ state: 'received', path: 'a3/result.json' })
  })

  it('uses a readable result beside a broken one, and says so', () => {
    const { cells, remarks } = collectResults(plan, [
      { path: `cells/${first}/result.json`, text: '{' },
      resultFile(makeResult(first, { attempt: 2 })),
    ])
    expect(cells[0]).toMatchObject({ state: 'received' })
    expect(remarks).toEqual([expect.stringContaining('a readable result was used')])
  })

  it('never throws and never loses a planned cell, whatever the files hold', () => {
    const four = makePlan(fourCells())
    const text = fc.oneof(fc.string(), fc.json(), fc.constant(JSON.stringify(makeResult(four.cells[0]!.id))))
    const file = fc.record({ path: fc.string(), text })
    fc.assert(
      fc.property(fc.array(file, { maxLength: 6 }), (files) => {
        expect(collectResults(four, files).cells.map((cell) => cell.cell)).toEqual(four.cells.map((cell) => cell.id))
      }),
      { numRuns: 40 },
    )
  })
})
