import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cellId, expand } from '../../../src/matrix/expand.ts'
import { MAX_COMBINATIONS } from '../../../src/matrix/schema.ts'
import { type Combination, forHardware, matches } from '../../../src/matrix/select.ts'

const AXES = { model: ['m1', 'm2'], target: ['t1', 't2'], variant: ['v1', 'v2'] }

function expanded(...parameters: Parameters<typeof expand>) {
  const expansion = expand(...parameters)
  if (expansion.state !== 'expanded') throw new Error(expansion.state)
  return expansion
}

const short = ({ model, target, variant }: Combination) => [model, target, variant].join(' ')

describe('expand', () => {
  it('takes every combination, models outermost and variants innermost', () => {
    const { cells, excluded } = expanded({ axes: AXES, engine: 'e', exclude: [], include: [] })
    expect(cells.map(short)).toEqual([
      'm1 t1 v1',
      'm1 t1 v2',
      'm1 t2 v1',
      'm1 t2 v2',
      'm2 t1 v1',
      'm2 t1 v2',
      'm2 t2 v1',
      'm2 t2 v2',
    ])
    expect(excluded).toBe(0)
  })

  it('excludes, then includes, and counts what was excluded', () => {
    const { cells, excluded } = expanded({
      axes: { model: ['m1', 'm2'], target: ['t1', 't2'] },
      engine: 'e',
      exclude: [{ model: 'm1', target: ['t1', 't9'] }, { model: 'm2' }, { target: 't9' }],
      include: [{ model: 'm2', target: 't1', engine: 'other' }],
    })
    expect(cells.map(short)).toEqual(['m1 t2 ', 'm2 t1 '])
    expect(cells[1]?.engineOverride).toBe('other')
    expect(excluded).toBe(3)
  })

  it('refuses more combinations than can be meant, before it builds them', () => {
    const many = Array.from({ length: 4096 }, (_, i) => `n${i}`)
    expect(expand({ axes: { model: many, target: many }, engine: 'e', exclude: [], include: [] })).toEqual({
      state: 'too-many',
      combinations: 4096 * 4096,
    })
    expect(4096 * 4096).toBeGreaterThan(MAX_COMBINATIONS)
  })

  it('keeps exactly the combinations that no exclude matches', () => {
    const some = (names: string[]) =>
      fc.option(fc.oneof(fc.constantFrom(...names), fc.subarray(names, { minLength: 1 })), { nil: undefined })
    const selection = fc.record({ model: some(AXES.model), target: some(AXES.target), variant: some(AXES.variant) })
    fc.assert(
      fc.property(fc.array(selection, { maxLength: 4 }), (exclude) => {
        const all = expanded({ axes: AXES, engine: 'e', exclude: [], include: [] }).cells
        const { cells, excluded } = expanded({ axes: AXES, engine: 'e', exclude, include: [] })
        expect(cells).toEqual(all.filter((cell) => !exclude.some((each) => matches(each, cell))))
        expect(cells.length + excluded).toBe(all.length)
      }),
    )
  })
})

describe('matches', () => {
  it('needs every field given, and never matches a variant where there is none', () => {
    const cell = { model: 'm', target: 't', variant: null }
    expect(matches({}, cell)).toBe(true)
    expect(matches({ model: ['x', 'm'], target: 't' }, cell)).toBe(true)
    expect(matches({ model: 'm', target: 'x' }, cell)).toBe(false)
    expect(matches({ variant: 'v' }, cell)).toBe(false)
  })
})

describe('forHardware', () => {
  const target = { vendor: 'ascend', chip: '910c', devices: 16, nodes: 1, pool: 'p' } as const
  it('takes the most specific entry: target, chip, vendor, default', () => {
    const all = { default: 'd', ascend: 'v', '910c': 'c', a3: 't' }
    expect(forHardware(all, 'a3', target)).toBe('t')
    expect(forHardware(all, 'other', target)).toBe('c')
    expect(forHardware({ default: 'd', ascend: 'v' }, 'a3', target)).toBe('v')
    expect(forHardware({ default: 'd', nvidia: 'v' }, 'a3', target)).toBe('d')
    expect(forHardware({ nvidia: 'v' }, 'a3', target)).toBeUndefined()
    expect(forHardware('one', 'a3', target)).toBe('one')
  })
})

describe('cellId', () => {
  it('is model, target, engine and, where there is one, the variant', () => {
    expect(cellId({ model: 'v4-flash', target: 'h200', variant: null }, 'vllm')).toBe('v4-flash.h200.vllm')
    expect(cellId({ model: 'v4-flash', target: 'h200', variant: 'mtp' }, 'vllm')).toBe('v4-flash.h200.vllm.mtp')
  })
})
