import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeDifference, fingerprintDifference } from '../../../src/record/fingerprint-difference.ts'

describe('the difference of two fingerprints', () => {
  it('names what is not equal, workload first, with both values', () => {
    const differences = fingerprintDifference(
      { workload: { model: 'a' }, environment: { driver: '1', cann: '8' } },
      { workload: { model: 'b' }, environment: { driver: '1' } },
    )
    expect(describeDifference(differences)).toBe('workload model (a → b), environment cann (8 → none)')
  })

  it('counts what it does not name', () => {
    const many = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`field${index}`, 'x']))
    const differences = fingerprintDifference({ workload: many, environment: {} }, { workload: {}, environment: {} })
    expect(describeDifference(differences)).toMatch(/and 7 more$/)
  })

  it('is empty exactly for equal fingerprints, also with field names of Object.prototype', () => {
    const fields = fc.dictionary(fc.constantFrom('a', 'b', 'toString', '__proto__'), fc.constantFrom('1', '2'), {
      noNullPrototype: true,
    })
    fc.assert(
      fc.property(fields, fields, (left, right) => {
        const differences = fingerprintDifference(
          { workload: left, environment: {} },
          { workload: right, environment: {} },
        )
        const equal = JSON.stringify(Object.entries(left).sort()) === JSON.stringify(Object.entries(right).sort())
        expect(differences.length === 0).toBe(equal)
      }),
    )
  })
})
