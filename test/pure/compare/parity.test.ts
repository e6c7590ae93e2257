import { describe, expect, it } from 'vitest'
import { compareParity } from '../../../src/compare/parity.ts'
import { parityPairs } from '../../../src/compare/parity-pairs.ts'
import type { CheckResult } from '../../../src/record/cell-result.ts'
import { collectResults } from '../../../src/record/collect.ts'
import {
  type ArmChoice,
  fourCells,
  makePlan,
  makeResult,
  plannedCell,
  resultFile,
  standardChecks,
} from '../../fixtures/cell-results.ts'

const ascend = plannedCell({ target: 'ascend-950', vendor: 'ascend' })
const nvidia = plannedCell({ target: 'h200' })
const plan = makePlan([ascend, nvidia])

function parity(candidate: ArmChoice, reference: ArmChoice = {}) {
  const files = [makeResult(ascend.id, { head: candidate }), makeResult(nvidia.id, { head: reference })]
  return compareParity(
    plan,
    collectResults(
      plan,
      files.map((file) => resultFile(file)),
    ),
  )
}
const judgeRendering = (checks: CheckResult[], judgement: CheckResult['judgement']) =>
  checks.map((check) => (check.id === 'R1' ? { ...check, judgement } : check))
const at = (rows: ReturnType<typeof parity>, subject: string) => rows.find((row) => row.subject === subject)!

describe('which cells are set side by side', () => {
  it('pairs equal models over different engines', () => {
    expect(parityPairs(makePlan(fourCells())).map(({ reference, candidate }) => [reference.id, candidate.id])).toEqual([
      ['v4-flash.h200.vllm', 'v4-flash.ascend-950.vllm-ascend'],
      ['v4-pro.h200.vllm', 'v4-pro.ascend-950.vllm-ascend'],
    ])
  })

  it('does not pair different variants, and prefers the engine of the same name', () => {
    const cells = [
      plannedCell({ target: 'ascend-950', vendor: 'ascend', engine: 'sglang' }),
      plannedCell({ engine: 'sglang' }),
      plannedCell({ engine: 'vllm' }),
      plannedCell({ engine: 'sglang', variant: 'mtp', id: 'mtp' }),
    ]
    const pairs = parityPairs(makePlan(cells))
    expect(pairs.map(({ reference }) => reference.id)).toEqual(['v4-flash.h200.sglang'])
  })
})

describe('parity', () => {
  it('is equivalent inside the floor', () => {
    expect(at(parity({}), 'chat c4 · tpot.p50').verdict).toBe('equivalent')
  })

  it('keeps a gap as information, with its numbers, and never calls it a regression', () => {
    const rows = parity({ tpot: 1.4 })
    const gap = at(rows, 'chat c4 · tpot.p50')
    expect(gap.verdict).toBe('skipped')
    expect(gap.reason).toContain('a gap is information')
    expect(gap.gap!.relative).toBeCloseTo(0.4, 1)
    expect(gap.candidateValue! / gap.referenceValue!).toBeCloseTo(1.4, 1)
    expect(rows.every((row) => row.suite === 'correctness' || row.verdict !== 'regressed')).toBe(true)
  })

  it('is inconclusive where the interval crosses the floor', () => {
    expect(at(parity({ tpot: 1.03 }), 'chat c4 · tpot.p50').verdict).toBe('inconclusive')
  })

  it('judges items by McNemar', () => {
    expect(at(parity({ wrong: [1, 2, 3, 4, 5, 6, 7, 8] }), 'A1 arithmetic')).toMatchObject({
      verdict: 'regressed',
      correctness: { worse: 8, better: 0 },
    })
  })

  it('compares no numbers where prompts are rendered differently', () => {
    const checks = standardChecks()
    checks[1]!.exact = { greeting: 14, tools: 240 }
    const rows = parity({ checks, tpot: 1.4 })
    expect(at(rows, 'R1 prompt rendering').verdict).toBe('not-comparable')
    expect(at(rows, 'A1 arithmetic').verdict).toBe('not-comparable')
    expect(at(rows, 'chat c4 · tpot.p50')).toMatchObject({
      verdict: 'not-comparable',
      gap: null,
      reason: expect.stringContaining('greeting 12 → 14'),
    })
    expect(at(rows, 'P1 protocol: models and chat answer').verdict).toBe('equivalent')
  })

  it.each([
    ['absent', (checks: CheckResult[]) => checks.filter(({ id }) => id !== 'R1')],
    ['error', (checks: CheckResult[]) => judgeRendering(checks, { state: 'error', reason: 'no answer' })],
    ['blocked', (checks: CheckResult[]) => judgeRendering(checks, { state: 'blocked', by: 'P1', reason: 'P1' })],
    ['fail', (checks: CheckResult[]) => judgeRendering(checks, { state: 'fail', reason: 'no usage' })],
    ['counted nothing', (checks: CheckResult[]) => checks.map((check) => ({ ...check, exact: {} }))],
  ])('compares no numbers without proof of equal prompts: R1 %s on the candidate', (word, spoil) => {
    const rows = parity({ checks: spoil(standardChecks()), tpot: 1.4 })
    const [whole, ...others] = rows
    expect(whole).toMatchObject({
      suite: 'cell',
      verdict: 'not-comparable',
      reason: expect.stringMatching(new RegExp(`^rendering could not be compared: R1 (is )?${word} on the candidate$`)),
    })
    expect(others.map(({ suite, gap, correctness }) => ({ suite, gap, correctness }))).toEqual(
      others.map(() => ({ suite: 'correctness', gap: null, correctness: null })),
    )
    expect(at(rows, 'P1 protocol: models and chat answer').verdict).toBe('equivalent')
  })

  it('compares performance without R1 where no correctness is planned', () => {
    const checks = { checks: null }
    const files = [makeResult(ascend.id, { head: checks }), makeResult(nvidia.id, { head: checks })]
    const only = { ...plan, suites: { ...plan.suites, correctness: null } }
    const collected = collectResults(
      only,
      files.map((file) => resultFile(file)),
    )
    expect(at(compareParity(only, collected), 'chat c4 · tpot.p50').verdict).toBe('equivalent')
  })

  it('says in one row why a pair was not compared', () => {
    const rowsOf = (...results: ReturnType<typeof makeResult>[]) =>
      compareParity(
        plan,
        collectResults(
          plan,
          results.map((result) => resultFile(result)),
        ),
      )
    const early = makeResult(nvidia.id, {
      end: { state: 'infrastructure', stage: 'correctness', side: 'head', message: 'gone' },
    })
    expect(rowsOf(makeResult(ascend.id))).toMatchObject([
      { suite: 'cell', verdict: 'not-comparable', reason: `${nvidia.id} sent no result` },
    ])
    expect(rowsOf(makeResult(ascend.id), early)).toMatchObject([
      { suite: 'cell', verdict: 'not-comparable', reason: `${nvidia.id} ended early` },
    ])
  })

  it('carries which metrics are primary', () => {
    expect(at(parity({}), 'chat c4 · tpot.p50').primary).toBe(true)
    expect(at(parity({}), 'chat c4 · e2el.p50').primary).toBe(false)
  })
})
