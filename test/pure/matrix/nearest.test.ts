import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { editDistance, nameHint, nearest } from '../../../src/matrix/nearest.ts'

describe('editDistance', () => {
  it.each([
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['modle', 'model', 1],
    ['ca', 'abc', 3],
    ['devices', 'devices', 0],
  ])('from %j to %j is %d', (left, right, distance) => {
    expect(editDistance(left, right)).toBe(distance)
  })

  it('is symmetric, zero only for equal names, and at most the longer length', () => {
    const word = fc.string({ maxLength: 12 })
    fc.assert(
      fc.property(word, word, (left, right) => {
        const distance = editDistance(left, right)
        expect(distance).toBe(editDistance(right, left))
        expect(distance === 0).toBe(left === right)
        expect(distance).toBeLessThanOrEqual(Math.max(left.length, right.length))
      }),
    )
  })
})

describe('nearest', () => {
  it('finds the name that was meant', () => {
    expect(nearest('vllm-acsend', ['vllm', 'vllm-ascend', 'sglang'])).toBe('vllm-ascend')
  })

  it('finds none when nothing is near', () => {
    expect(nearest('tensor', ['model', 'target'])).toBeNull()
  })
})

describe('nameHint', () => {
  it('lists what is known when nothing is near, and not without end', () => {
    expect(nameHint('zzzzzz', ['h200', 'b200'])).toBe('known: h200, b200')
    expect(
      nameHint(
        'zzzzzz',
        Array.from({ length: 20 }, (_, i) => `target-number-${i}`),
      ),
    ).toMatch(/and 8 more$/)
    expect(nameHint('zzzzzz', [])).toBeUndefined()
  })
})
