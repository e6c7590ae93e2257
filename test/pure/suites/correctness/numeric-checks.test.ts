import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CheckRequest } from '../../../../src/suites/correctness/check.ts'
import {
  compareRepeat,
  logprobTrust,
  positionFaults,
} from '../../../../src/suites/correctness/checks/n0-logprob-trust.ts'
import { decodeAgainstPrefill } from '../../../../src/suites/correctness/checks/n1-decode-prefill.ts'
import { promptTokens } from '../../../../src/suites/correctness/checks/r1-prompt-tokens.ts'
import type { TokenLogprob } from '../../../../src/suites/correctness/logprobs.ts'
import { compareScores } from '../../../../src/suites/correctness/score-comparison.ts'
import { answered, capabilities, chatObject, completionObject, context, judge, rounds } from './responses.ts'

const entry = (token: string, probabilities: Record<string, number>, logprob?: number): TokenLogprob => ({
  token,
  id: null,
  bytes: null,
  logprob: logprob ?? Math.log(probabilities[token]!),
  top: Object.entries(probabilities).map(([name, value]) => ({ token: name, id: null, logprob: Math.log(value) })),
})

describe('N0', () => {
  it('accepts a greedy token with its own rank and number', () => {
    expect(positionFaults([entry('a', { a: 0.6, b: 0.3, c: 0.1 })])).toEqual([])
  })

  it('accepts either of two tokens with equal numbers as the greedy one', () => {
    expect(positionFaults([entry('b', { a: 0.4, b: 0.4 })])).toEqual([])
  })

  it.each<[string, TokenLogprob, string]>([
    ['probabilities above one', entry('a', { a: 0.7, b: 0.4 }), 'sum to'],
    ['unsorted candidates', entry('b', { a: 0.1, b: 0.6 }), 'not sorted'],
    ['a number that differs from its entry', entry('a', { a: 0.6, b: 0.3 }, Math.log(0.7)), 'differs by'],
    ['a token that is not the best', entry('b', { a: 0.6, b: 0.3 }), 'another token has'],
    ['a token that is not listed', entry('z', { a: 0.6, b: 0.3 }, Math.log(0.6)), 'not among its own'],
    ['a positive number', entry('a', { a: 1 }, 0.2), 'above 0'],
    ['no candidates', entry('a', {}, -1), 'no top_logprobs'],
  ])('finds %s', (_, one, remark) => {
    expect(positionFaults([one]).join('; ')).toContain(remark)
  })

  it('finds an answer without numbers', () => {
    expect(positionFaults([])).toHaveLength(1)
  })

  it('calls a repeat that differs within a logit step noise, beyond it a fault', () => {
    const base = entry('a', { a: 0.6, b: 0.3 })
    expect(compareRepeat([base], [{ ...base, logprob: base.logprob! + 0.1 }])).toMatchObject({
      fault: null,
      split: false,
    })
    expect(compareRepeat([base], [{ ...base, logprob: base.logprob! - 0.2 }]).fault).toContain('differs by')
  })

  it('calls another token a fault only where the best two were apart', () => {
    const near = entry('a', { a: 0.41, b: 0.4 })
    const nearOther = entry('b', { b: 0.41, a: 0.4 })
    expect(compareRepeat([near], [nearOther])).toMatchObject({ split: true, fault: null })
    const far = entry('a', { a: 0.9, b: 0.05 })
    const farOther = entry('b', { b: 0.9, a: 0.05 })
    expect(compareRepeat([far], [farOther]).fault).toContain('another token')
  })

  it('stops comparing at the first different token', () => {
    const near = [entry('a', { a: 0.41, b: 0.4 }), entry('x', { x: 0.9, y: 0.1 })]
    const other = [entry('b', { b: 0.41, a: 0.4 }), entry('y', { y: 0.9, x: 0.1 })]
    expect(compareRepeat(near, other).fault).toBeNull()
  })

  it('judges whole answers and keeps the repeat noise as a measure', () => {
    const content = [
      {
        token: 'a',
        logprob: -0.5,
        top_logprobs: [
          { token: 'a', logprob: -0.5 },
          { token: 'b', logprob: -2 },
        ],
      },
    ]
    const verdict = judge(logprobTrust, context(), (request) =>
      answered(request, chatObject('a', { choice: { logprobs: { content } } })),
    )
    expect(verdict).toMatchObject({
      judgement: { state: 'pass' },
      measures: { positions: 16, 'largest-repeat-delta': 0 },
    })
  })
})

describe('compareScores', () => {
  it('is zero for equal numbers and known for one difference', () => {
    expect(compareScores([-1, -2], [-1, -2])).toMatchObject({ index: 0, meanDelta: 0, positions: 2 })
    const one = compareScores([-1, -2], [-1, -1.5])
    expect(one.index).toBeCloseTo((Math.exp(0.5) - 1 - 0.5) / 2, 12)
    expect(one).toMatchObject({ largestDelta: 0.5, worstPosition: 1, meanDelta: 0.25 })
  })

  it('is never negative and never infinite', () => {
    const logprob = fc.double({ min: -50, max: 0, noNaN: true })
    fc.assert(
      fc.property(fc.array(fc.tuple(logprob, logprob), { minLength: 1 }), (pairs) => {
        const decode = pairs.map(([left]) => left)
        const prefill = pairs.map(([, right]) => right)
        const { index, p95Delta, largestDelta } = compareScores(decode, prefill)
        expect(index).toBeGreaterThanOrEqual(0)
        expect(Number.isFinite(index)).toBe(true)
        expect(p95Delta).toBeLessThanOrEqual(largestDelta)
      }),
    )
  })

  it('counts what one side does not score instead of taking it for zero', () => {
    expect(compareScores([-1, -2, -3], [-1, null])).toMatchObject({ positions: 1, unscored: 2, index: 0 })
  })
})

describe('N1', () => {
  const TOKENS = 128
  const ids = Array.from({ length: TOKENS }, (_, index) => 100 + index)
  const decode = (index: number) => -0.5 - (index % 7) / 10

  /** A server whose prefill differs from its decode by `shift` at every position. */
  const server = (shift: number, way: 'prompt-logprobs' | 'echo') => (request: CheckRequest) => {
    if (request.path === '/tokenize') return answered(request, { tokens: [1, 2, 3] })
    if (request.id.startsWith('generate'))
      return answered(
        request,
        completionObject('x', {
          choice: {
            token_ids: ids,
            prompt_token_ids: [1, 2, 3],
            logprobs: { tokens: ids.map(String), token_logprobs: ids.map((_, index) => decode(index)) },
          },
        }),
      )
    expect(request.body!.prompt).toEqual([1, 2, 3, ...ids])
    const scores = [null, -9, -9, ...ids.map((_, index) => decode(index) + shift)]
    const choice =
      way === 'echo'
        ? { logprobs: { tokens: [...scores, 'new'].map(String), token_logprobs: [...scores, -1] } }
        : {
            prompt_logprobs: scores.map((score, index) =>
              score === null ? null : { [[1, 2, 3, ...ids][index]!]: { logprob: score } },
            ),
          }
    return answered(request, completionObject('x', { choice }))
  }

  it.each(['prompt-logprobs', 'echo'] as const)('passes equal numbers by %s', (way) => {
    const settings = context({ capabilities: capabilities([way === 'echo' ? 'prompt-logprobs' : 'echo']) })
    const verdict = judge(decodeAgainstPrefill, settings, server(0.01, way))
    expect(verdict).toMatchObject({ judgement: { state: 'pass' }, measures: { positions: 16 * TOKENS } })
  })

  it('fails numbers that are apart, and names the index', () => {
    const verdict = judge(decodeAgainstPrefill, context(), server(-0.5, 'prompt-logprobs'))
    expect(verdict.judgement).toMatchObject({ state: 'fail', reason: expect.stringContaining('0.1065') })
    expect(verdict.evidence!.length).toBeGreaterThan(0)
  })

  it('marks an index between warning and gate without failing', () => {
    const verdict = judge(decodeAgainstPrefill, context(), server(0.14, 'prompt-logprobs'))
    expect(verdict).toMatchObject({ judgement: { state: 'pass' }, measures: { 'above-warning': 1 } })
  })

  it('fails a prefill that leaves tokens without a number', () => {
    const verdict = judge(decodeAgainstPrefill, context(), (request) => {
      if (!request.id.startsWith('score')) return server(0, 'prompt-logprobs')(request)
      const sparse = [1, 2, 3, ...ids].map((id, index) =>
        index % 2 === 0 ? { [id]: { logprob: decode(index - 3) } } : null,
      )
      return answered(request, completionObject('x', { choice: { prompt_logprobs: sparse } }))
    })
    expect(verdict.judgement).toMatchObject({ state: 'fail', reason: expect.stringContaining('no log probability') })
  })

  it('says that nothing could be scored rather than passing', () => {
    const none = (request: CheckRequest) =>
      answered(request, request.path === '/tokenize' ? { tokens: [1] } : completionObject('x'))
    expect(rounds(decodeAgainstPrefill, context(), none).some(({ request }) => request.id.startsWith('score'))).toBe(
      false,
    )
    expect(judge(decodeAgainstPrefill, context(), none).judgement.state).toBe('error')
  })
})

describe('R1', () => {
  const counted = (count: number) => (request: CheckRequest) =>
    answered(
      request,
      chatObject('x', { top: { usage: { prompt_tokens: count, completion_tokens: 1, total_tokens: count + 1 } } }),
    )

  it('puts the count of every conversation into exact', () => {
    const verdict = judge(promptTokens, context(), counted(12))
    expect(verdict.judgement).toEqual({ state: 'pass' })
    expect(Object.keys(verdict.exact!)).toHaveLength(24)
    expect(verdict.exact!['prompt-tokens:emoji']).toBe(12)
  })

  it('asks the same whatever the seed, so that counts can be compared between runs', () => {
    expect(promptTokens.plan(context({ seed: 1 }))).toEqual(promptTokens.plan(context({ seed: 2 })))
  })

  it('fails counts that are absent, zero or not repeatable', () => {
    expect(
      judge(promptTokens, context(), (request) => answered(request, chatObject('x', { top: { usage: null } })))
        .judgement.state,
    ).toBe('fail')
    expect(judge(promptTokens, context(), counted(0)).judgement.state).toBe('fail')
    const verdict = judge(promptTokens, context(), (request) =>
      counted(request.id === 'chinese/again' ? 13 : 12)(request),
    )
    expect(verdict.judgement).toMatchObject({ state: 'fail', reason: expect.stringContaining('12, then 13') })
  })

  it('counts a refused effort or tool as 0 and does not fail for it', () => {
    const verdict = judge(promptTokens, context(), (request) =>
      request.id.startsWith('effort-max') ? answered(request, { error: 'unknown effort' }, 400) : counted(12)(request),
    )
    expect(verdict).toMatchObject({ judgement: { state: 'pass' }, measures: { 'refused-conversations': 1 } })
    expect(verdict.exact!['prompt-tokens:effort-max']).toBe(0)
  })

  it('fails when a plain conversation is refused, or anything crashes', () => {
    const refuse = (id: string, status: number) =>
      judge(promptTokens, context(), (request) =>
        request.id.startsWith(id) ? answered(request, {}, status) : counted(12)(request),
      )
    expect(refuse('emoji', 400).judgement.state).toBe('fail')
    expect(refuse('effort-max', 500).judgement.state).toBe('fail')
  })

  it('leaves the thinking field out where the server refuses it', () => {
    const plan = promptTokens.plan(context({ capabilities: capabilities(['template-kwargs']) }))
    expect(plan.some(({ body }) => body && 'chat_template_kwargs' in body)).toBe(false)
  })
})
