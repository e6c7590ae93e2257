import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sessionOrder } from '../../../src/commands/run/session-order.ts'

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
