import { describe, expect, it } from 'vitest'
import type { Comparison } from '../../../src/compare/schema.ts'
import { headlineOf } from '../../../src/report/headline.ts'
import { buildModel } from '../../../src/report/model.ts'
import { morePairsAdvice, repeatCommand } from '../../../src/report/next-steps.ts'
import { readingOf } from '../../../src/report/parity-blocks.ts'
import { badDay, comparisonOf } from '../../fixtures/comparisons.ts'

const calm = () => badDay().parity.filter((row) => row.candidate.startsWith('v4-flash'))

describe('two targets side by side', () => {
  it('says once that a suite compared nothing, and keeps the other suite', () => {
    const comparison = badDay()
    const rows = calm().map((row) =>
      row.suite === 'performance'
        ? row
        : { ...row, verdict: 'inconclusive' as const, reason: 'error on the reference', correctness: null },
    )
    const [block] = buildModel({ ...comparison, parity: rows }).parity
    expect(block!.absent).toEqual(['correctness not compared, error on the reference'])
    expect(block!.main.every((row) => row.suite === 'performance')).toBe(true)
    expect(block!.main.length).toBeGreaterThan(0)
  })

  it('puts every row in exactly one place', () => {
    for (const { absent, main, others, quiet } of buildModel(badDay()).parity) {
      const places = [...main, ...others, ...quiet]
      expect(new Set(places).size).toBe(places.length)
      expect(absent.length === 0 ? 16 : 1).toBe(absent.length + places.length)
      expect(main.every((row) => row.primary)).toBe(true)
    }
  })

  it('reads a rise of a latency and a fall of a rate as slower', () => {
    const [row] = calm().filter((each) => each.gap !== null)
    const reading = (direction: 'higher-is-better' | 'lower-is-better', relative: number) =>
      readingOf({ ...row!, verdict: 'skipped', direction, gap: { ...row!.gap!, relative } })
    expect(reading('lower-is-better', 0.3)).toBe('slower')
    expect(reading('higher-is-better', 0.3)).toBe('faster')
    expect(reading('lower-is-better', -0.3)).toBe('faster')
    expect(reading('higher-is-better', -0.3)).toBe('slower')
  })
})

describe('the headline', () => {
  it('stays within 120 characters by adding up what is too much to list', () => {
    const { cells, verdicts } = badDay()
    const sample = verdicts.find((row) => row.suite !== 'cell')!
    const rows = (['regressed', 'broken', 'missing', 'infrastructure'] as const).flatMap((verdict) => [
      ...Array.from({ length: 12_345 }, () => ({ ...sample, verdict })),
      { ...sample, suite: 'cell' as const, verdict },
    ])
    const headline = headlineOf(comparisonOf(cells, rows, []))
    expect(headline).toBe('❌ Fail: 49384 findings on 1 of 4 cells – please read')
  })

  it('says missing and broken cells in words', () => {
    const { cells, verdicts } = badDay()
    const whole = verdicts.find((row) => row.suite === 'cell')!
    const rows = [
      { ...whole, verdict: 'missing' as const },
      { ...whole, cell: cells[0]!.id, verdict: 'broken' as const },
    ]
    expect(headlineOf(comparisonOf(cells, rows, []))).toBe(
      '❌ Fail: 1 of 4 cells broken, 1 of 4 cells missing – please read',
    )
  })
})

describe('what to do next', () => {
  const withMorePairs = (...more: (number | null)[]): Comparison => {
    const { cells, verdicts } = badDay()
    const sample = verdicts.find((row) => row.performance !== null)!
    const rows = more.map((morePairs, index) => ({
      ...sample,
      subject: `row ${index}`,
      verdict: 'inconclusive' as const,
      performance: { ...sample.performance!, morePairs },
    }))
    return comparisonOf(cells, rows, [])
  }

  it('names the range of pairs that would settle what is open', () => {
    expect(morePairsAdvice(withMorePairs(4))).toMatch(/^1 metric inconclusive: about 4 more pairs .* settle it$/)
    expect(morePairsAdvice(withMorePairs(9, 4))).toMatch(/about 4 to 9 more pairs than the 3 of now .* settle them$/)
  })

  it('does not ask for a hundred pairs', () => {
    expect(morePairsAdvice(withMorePairs(4, 9, 184))).toMatch(/about 9 more pairs .* settle half of them, a quieter/)
  })

  it('says nothing where pairs would not help', () => {
    expect(morePairsAdvice(withMorePairs(null))).toBeNull()
    expect(morePairsAdvice(withMorePairs())).toBeNull()
  })

  it('puts no name into a command that a plan cannot hold', () => {
    expect(repeatCommand(badDay(), 'a; rm -rf .')).toBeNull()
    expect(repeatCommand({ ...badDay(), baseCommit: '$(id)' }, 'a.b')).not.toContain('$')
  })
})
