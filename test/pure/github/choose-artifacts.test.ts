import { describe, expect, it } from 'vitest'
import type { StoredArtifact } from '../../../src/github/artifacts.ts'
import { chooseCellArtifacts } from '../../../src/github/choose-artifacts.ts'

const CELLS = ['flash.a.sim', 'pro.a.sim']

function choose(names: readonly string[], runAttempt = 3) {
  const artifacts = names.map((name, index): StoredArtifact => ({ id: index + 1, name, bytes: 10, digest: null }))
  const { chosen, remarks, refusals } = chooseCellArtifacts(artifacts, CELLS, runAttempt)
  return { ids: chosen.map(({ artifact }) => artifact.id), remarks, refusals }
}

describe('the artifacts that are read as results', () => {
  it('are of attempts that there have been: a later one cannot take the place of a result', () => {
    const { ids, remarks, refusals } = choose(['crosschip-cell--pro.a.sim--1', 'crosschip-cell--pro.a.sim--999'], 1)
    expect(ids).toEqual([1])
    expect(remarks).toEqual([expect.stringMatching(/--999 was left out: this is attempt 1 of the run/)])
    expect(refusals).toEqual([])
  })

  it('are none of a cell whose last attempt came twice, and that is said', () => {
    const twice = 'crosschip-cell--pro.a.sim--2'
    const { ids, refusals } = choose(['crosschip-cell--pro.a.sim--1', twice, twice, 'crosschip-cell--flash.a.sim--1'])
    expect(ids).toEqual([4])
    expect(refusals).toEqual([
      { state: 'duplicate', cell: 'pro.a.sim', message: expect.stringMatching(/^2 artifacts are called .*--2: none/) },
    ])
  })

  it('leave out an earlier attempt that came twice, and keep the last', () => {
    const twice = 'crosschip-cell--pro.a.sim--1'
    const { ids, remarks, refusals } = choose([twice, twice, 'crosschip-cell--pro.a.sim--2'])
    expect(ids).toEqual([3])
    expect(remarks).toEqual([expect.stringMatching(/^2 artifacts are called/)])
    expect(refusals).toEqual([])
  })

  it('are at most the last two attempts of a cell, the last ones of all cells first', () => {
    const names = CELLS.flatMap((cell) => [1, 3, 2].map((attempt) => `crosschip-cell--${cell}--${attempt}`))
    expect(choose(names).ids).toEqual([2, 5, 3, 6])
  })

  it('are of planned cells alone', () => {
    const { ids, remarks } = choose(['crosschip-plan', 'crosschip-cell--other--1'])
    expect(ids).toEqual([])
    expect(remarks).toEqual(['crosschip-cell--other--1 was left out: the plan has no such cell'])
  })
})
