import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatMarker, isNewer, parseMarker } from '../../../src/github/comments/marker.ts'

const hex = (length: number) =>
  fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length }).map((all) => all.join(''))

const markers = fc.record({
  key: fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/),
  run: fc.integer({ min: 1, max: 2 ** 50 }),
  attempt: fc.integer({ min: 1, max: 9999 }),
  head: fc.option(fc.oneof(hex(40), hex(64))),
})

describe('marker', () => {
  it('is read back as it was written, whatever text follows', () => {
    fc.assert(
      fc.property(markers, fc.string(), (marker, text) => {
        expect(parseMarker(`${formatMarker(marker)}\n${text}`)).toEqual(marker)
      }),
    )
  })

  it('counts only at the very start of a comment', () => {
    fc.assert(
      fc.property(markers, fc.string({ minLength: 1 }), (marker, before) => {
        fc.pre(parseMarker(before) === null)
        expect(parseMarker(`${before}${formatMarker(marker)}`)).toBeNull()
      }),
    )
  })

  it('is not read from what only looks like one', () => {
    const good = '<!-- crosschip:v1:key=default run=7 attempt=1 head=none -->'
    expect(parseMarker(good)).not.toBeNull()
    for (const bad of [
      good.replace('v1', 'v2'),
      good.replace('run=7', 'run=0'),
      good.replace('run=7', 'run=7e3'),
      good.replace('key=default', 'key='),
      good.replace('key=default', 'key=a b'),
      good.replace('head=none', `head=${'f'.repeat(39)}`),
      `${good} and more on the line`,
      good.slice(0, -1),
    ])
      expect(parseMarker(bad), bad).toBeNull()
  })

  it('orders by run first and by attempt within a run', () => {
    const at = (run: number, attempt: number) => ({ key: 'default', run, attempt, head: null })
    expect(isNewer(at(8, 1), at(7, 5))).toBe(true)
    expect(isNewer(at(7, 2), at(7, 1))).toBe(true)
    expect(isNewer(at(7, 1), at(7, 1))).toBe(false)
    expect(isNewer(at(7, 1), at(7, 2))).toBe(false)
    expect(isNewer(at(7, 5), at(8, 1))).toBe(false)
  })
})
