import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { extractAnswer } from '../../../../src/suites/correctness/arithmetic/extract.ts'
import { arithmeticItems } from '../../../../src/suites/correctness/arithmetic/generate.ts'

/** Another way to work an expression out than the generator's: by JavaScript's own grammar. */
const evaluate = (expression: string): number => {
  expect(expression).toMatch(/^[\d+\-*() ]+$/)
  return Number(new Function(`return (${expression})`)())
}

describe('arithmeticItems', () => {
  it('states the exact value of every expression', () => {
    for (const item of arithmeticItems(3, 500)) expect(item.value).toBe(evaluate(item.expression))
  })

  it('gives the same items for a seed, and others for another', () => {
    expect(arithmeticItems(3, 50)).toEqual(arithmeticItems(3, 50))
    expect(arithmeticItems(3, 50)).not.toEqual(arithmeticItems(4, 50))
  })

  it('keeps the first items when more are asked for', () => {
    expect(arithmeticItems(3, 200).slice(0, 50)).toEqual(arithmeticItems(3, 50))
  })

  it('numbers the items, grades them and hardly repeats an expression', () => {
    const items = arithmeticItems(9, 200)
    expect(items[6]!.id).toBe('arith-0007')
    expect(new Set(items.map(({ level }) => level))).toEqual(new Set([1, 2, 3, 4, 5]))
    expect(new Set(items.map(({ expression }) => expression)).size).toBeGreaterThan(190)
    for (const operator of ['+', '-', '*', '(']) expect(items.some((i) => i.expression.includes(operator))).toBe(true)
  })
})

describe('extractAnswer', () => {
  it.each([
    ['Answer: 42', 42],
    ['**Answer:** -7', -7],
    ['answer: 1,234,567', 1234567],
    ['Answer: 12 345', 12345],
    ['Answer: \\boxed{98}', 98],
    ['The answer is: $17$.', 17],
    ['Answer: −5', -5],
    ['Answer: 12.0', 12],
    ['Answer: 3 + 4 = 7', 7],
    ['The form is "Answer: N".\nAnswer: 9', 9],
    ['Answer: 1\nNo, wait.\nAnswer: 2', 2],
    ['答案：３６', 36],
    ['答案是 36。', 36],
    ['42', 42],
    ['= 42', 42],
    ['15 * 3 - 3 = 42.', 42],
  ])('reads %j as %d', (text, value) => {
    expect(extractAnswer(text)).toBe(value)
  })

  it.each([
    [''],
    ['Answer: N'],
    ['Answer: 12.5'],
    ['I have 3 apples and 4 pears in 2 bags.'],
    ['Answer: about the weather'],
    ['Step 1. Multiply 3 by 4'],
  ])('finds no stated number in %j', (text) => {
    expect(extractAnswer(text)).toBeNull()
  })

  it('reads back any number in the form that was asked for, whatever stands before', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.integer({ min: -1e9, max: 1e9 }), (before, value) => {
        expect(extractAnswer(`${before}\nAnswer: ${value}`)).toBe(value)
      }),
    )
  })

  it('never throws and never invents a fraction', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const value = extractAnswer(text)
        expect(value === null || Number.isSafeInteger(value)).toBe(true)
      }),
    )
  })
})
