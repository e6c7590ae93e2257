import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sessionOrder, sessionSeed } from '../../../src/commands/run/session-order.ts'

describe('sessionOrder', () => {
  it('alternates which side goes first, so that drift hits both alike', () => {
    expect(sessionOrder(3, ['base', 'head'], 0).map(({ pair, side }) => `${pair}${side}`)).toEqual([
      '0base',
      '0head',
      '1head',
      '1base',
      '2base',
      '2head',
    ])
  })

  it('lets the seed choose which side starts', () => {
    expect(sessionOrder(1, ['base', 'head'], 1)[0]).toEqual({ pair: 0, side: 'head' })
  })

  it('measures every side once a pair, back to back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(), (pairs, seed) => {
        const order = sessionOrder(pairs, ['base', 'head'], seed)
        expect(order.map((session) => session.pair)).toEqual(Array.from({ length: 2 * pairs }, (_, i) => i >> 1))
        expect(new Set(order.map(({ pair, side }) => `${pair}${side}`)).size).toBe(2 * pairs)
      }),
    )
  })

  it('has head alone when there is no base', () => {
    expect(sessionOrder(2, ['head'], 5)).toEqual([
      { pair: 0, side: 'head' },
      { pair: 1, side: 'head' },
    ])
  })
})

describe('sessionSeed', () => {
  it('repeats for the same start and differs between starts', () => {
    const seeds = [0, 1, 2].flatMap((pair) =>
      (['base', 'head'] as const).map((side) => sessionSeed(1, 'a.b.c', pair, side)),
    )
    expect(new Set(seeds).size).toBe(6)
    expect(sessionSeed(1, 'a.b.c', 0, 'base')).toBe(seeds[0])
    for (const seed of seeds) expect(seed).toBeGreaterThanOrEqual(0)
  })
})
