import { describe, expect, it } from 'vitest'
import { arithmeticItems } from '../../../../src/suites/correctness/arithmetic/generate.ts'
import type { CheckRequest } from '../../../../src/suites/correctness/check.ts'
import { arithmetic, judgeItem } from '../../../../src/suites/correctness/checks/a1-arithmetic.ts'
import { isolation } from '../../../../src/suites/correctness/checks/x1-isolation.ts'
import { temperature } from '../../../../src/suites/correctness/checks/z1-temperature.ts'
import { answered, chatObject, context, failed, judge } from './responses.ts'

describe('A1', () => {
  const settings = context({ arithmeticItems: 40 })
  const items = arithmeticItems(settings.seed, 40)
  const itemOf = (request: CheckRequest) => items.find(({ id }) => request.id.startsWith(id))!
  const right = (request: CheckRequest) => answered(request, chatObject(`Answer: ${itemOf(request).value}`))
  const request = { id: items[0]!.id, method: 'POST' as const, path: '/v1/chat/completions' }
  const stateOf = (object: object) => judgeItem(items[0]!, answered(request, object)).state

  it('puts every item into exactly one state', () => {
    expect(stateOf(chatObject(`Answer: ${items[0]!.value}`))).toBe('right')
    expect(stateOf(chatObject(`Answer: ${items[0]!.value + 1}`))).toBe('wrong')
    expect(stateOf(chatObject('I would rather not say.'))).toBe('unparseable')
    expect(stateOf(chatObject('First we', { choice: { finish_reason: 'length' } }))).toBe('truncated')
    expect(stateOf(chatObject(null, { message: { reasoning: 'hm' } }))).toBe('only-reasoning')
    expect(stateOf(chatObject(null))).toBe('empty')
    expect(judgeItem(items[0]!, failed(request)).state).toBe('error')
    expect(judgeItem(items[0]!, undefined).state).toBe('error')
    expect(judgeItem(items[0]!, answered(request, {}, 503)).state).toBe('error')
  })

  it('keeps every planned item, with the hash of its prompt and a bounded answer', () => {
    const verdict = judge(arithmetic, settings, (one) =>
      one.id === 'arith-0002' ? failed(one) : answered(one, chatObject('x'.repeat(5000))),
    )
    expect(verdict.items).toHaveLength(40)
    expect(new Set(verdict.items!.map(({ prompt }) => prompt)).size).toBeGreaterThan(35)
    for (const item of verdict.items!) {
      expect(item.prompt).toMatch(/^[0-9a-f]{16}$/)
      expect(item.answer.length).toBeLessThanOrEqual(200)
    }
    expect(verdict.items![1]!.state).toBe('error')
  })

  it('passes a model that gets nearly all wrong, and fails one that says nothing usable', () => {
    const weak = judge(arithmetic, settings, (one) => answered(one, chatObject('Answer: 1')))
    expect(weak).toMatchObject({ judgement: { state: 'pass' }, measures: { right: 0, wrong: 40 } })
    const noise = judge(arithmetic, settings, (one) => answered(one, chatObject('fish tree moon')))
    expect(noise.judgement.state).toBe('fail')
    expect(noise.evidence!.length).toBeGreaterThan(0)
  })

  it('is an error when most items met silence, a failure when they met a crash', () => {
    expect(judge(arithmetic, settings, (one) => failed(one)).judgement.state).toBe('error')
    expect(judge(arithmetic, settings, (one) => answered(one, {}, 500)).judgement.state).toBe('fail')
  })

  it('asks a tenth twice and measures how often the server disagrees with itself', () => {
    expect(arithmetic.plan(settings)).toHaveLength(44)
    expect(judge(arithmetic, settings, right).measures).toMatchObject({
      accuracy: 1,
      'self-disagreement-pairs': 4,
      'self-disagreement-discordant': 0,
    })
    const fickle = judge(arithmetic, settings, (one) =>
      one.id === 'arith-0011-again' ? answered(one, chatObject('Answer: 0')) : right(one),
    )
    expect(fickle.measures).toMatchObject({ 'self-disagreement-discordant': 1, 'self-disagreement-texts': 1 })
  })
})

describe('X1', () => {
  const settings = context()
  const codes = (request: CheckRequest) => JSON.stringify(request.body).match(/[A-Z2-9]{4}-[A-Z2-9]{4}/g)!
  const plan = isolation.plan(settings)
  const honest = (request: CheckRequest) => answered(request, chatObject(codes(request).join('\n')))

  it('gives every request secrets that no other has, behind one shared prefix', () => {
    const all = plan.flatMap(codes)
    expect(new Set(all).size).toBe(all.length)
    const prefixes = plan.map(({ body }) => (body!.messages as { content: string }[])[0]!.content.slice(0, 500))
    expect(new Set(prefixes).size).toBe(1)
    expect(plan.filter(({ abortAfterEvents }) => abortAfterEvents !== undefined)).toHaveLength(24)
  })

  it('passes a server that tells each its own', () => {
    expect(judge(isolation, settings, honest)).toMatchObject({
      judgement: { state: 'pass' },
      measures: { leaks: 0, 'repeated-own-secret': 96, 'leak-rate-bound': 3 / 96 },
    })
  })

  it('passes a server that cannot repeat anything, and says so', () => {
    const verdict = judge(isolation, settings, (request) => answered(request, chatObject('I do not know.')))
    expect(verdict).toMatchObject({ judgement: { state: 'pass' }, measures: { 'repeated-own-secret': 0 } })
  })

  it.each([
    ['as it is', (code: string) => code],
    ['in small letters', (code: string) => `your code is ${code.toLowerCase()}!`],
    ['with another hyphen', (code: string) => code.replace('-', '\u2011')],
  ])('fails one foreign secret among 96 answers, written %s', (_, write) => {
    const foreign = codes(plan[60]!)[0]!
    const verdict = judge(isolation, settings, (request) =>
      request.id === 'visitor-7' ? answered(request, chatObject(write(foreign))) : honest(request),
    )
    expect(verdict.judgement).toMatchObject({ state: 'fail', reason: expect.stringContaining('1 of 96') })
    expect(verdict.evidence![0]!.remark).toContain('visitor-60')
  })

  it('finds a leak in a stream that was left midway', () => {
    const foreign = codes(plan[60]!)[0]!
    const events = [JSON.stringify({ choices: [{ index: 0, delta: { content: foreign } }] })]
    const verdict = judge(isolation, settings, (request) =>
      request.id === 'visitor-7' ? { state: 'aborted', request, events, durationMs: 1 } : honest(request),
    )
    expect(verdict.judgement.state).toBe('fail')
  })

  it('fails a crash under load, and calls mostly silence an error', () => {
    const crash = (request: CheckRequest) => (request.id === 'visitor-9' ? answered(request, {}, 500) : honest(request))
    expect(judge(isolation, settings, crash).judgement.state).toBe('fail')
    const silence = (request: CheckRequest) =>
      Number(request.id.split('-')[1]) > 20 ? failed(request) : honest(request)
    expect(judge(isolation, settings, silence).judgement.state).toBe('error')
  })
})

describe('Z1', () => {
  const texts = (distinct: number) => (request: CheckRequest) =>
    answered(request, chatObject(`text ${Number(request.id.split('-')[1]) % distinct}`))

  it('passes 16 different texts of 32 and fails 15', () => {
    expect(judge(temperature, context(), texts(16)).judgement.state).toBe('pass')
    expect(judge(temperature, context(), texts(15))).toMatchObject({
      judgement: { state: 'fail' },
      measures: { 'distinct-texts': 15 },
    })
  })

  it('never sends a seed: a server that honours it would look greedy', () => {
    for (const { body } of temperature.plan(context())) expect(body).not.toHaveProperty('seed')
  })

  it('is an error when the samples did not come', () => {
    expect(judge(temperature, context(), (request) => failed(request)).judgement.state).toBe('error')
  })
})
