import { describe, expect, it } from 'vitest'
import { mapBounded } from '../../../../src/bounded.ts'
import type { Finding, Findings } from '../../../../src/suites/correctness/capabilities.ts'
import { CAPABILITIES, type Check, unsent } from '../../../../src/suites/correctness/check.ts'
import { gate } from '../../../../src/suites/correctness/gate.ts'
import { inDependencyOrder } from '../../../../src/suites/correctness/order.ts'
import { CHECKS } from '../../../../src/suites/correctness/registry.ts'
import { context } from './responses.ts'

const check = (id: string, changes: Partial<Check> = {}): Check => ({
  id,
  title: id,
  needs: [],
  after: [],
  plan: () => [],
  judge: () => ({ judgement: { state: 'pass' } }),
  ...changes,
})
const findings = (changes: Partial<Record<string, Finding>> = {}): Findings =>
  Object.fromEntries(CAPABILITIES.map((name) => [name, changes[name] ?? { state: 'has' }])) as Findings

describe('inDependencyOrder', () => {
  it('puts prerequisites first and keeps the order otherwise', () => {
    const checks = [check('N1', { after: ['N0'] }), check('A1'), check('N0')]
    expect(inDependencyOrder(checks).map(({ id }) => id)).toEqual(['N0', 'N1', 'A1'])
  })

  it('ignores a prerequisite that was left out', () => {
    expect(inDependencyOrder([check('N1', { after: ['N0'] })])).toHaveLength(1)
  })

  it('refuses a circle', () => {
    expect(() => inDependencyOrder([check('A1', { after: ['A2'] }), check('A2', { after: ['A1'] })])).toThrow(/itself/)
  })
})

describe('gate', () => {
  const lacks: Finding = { state: 'lacks', reason: 'HTTP 404' }
  const unknown: Finding = { state: 'unknown', reason: 'HTTP 500' }
  const passed = { ...unsent(check('N0'), { state: 'pass' }) }
  const dependent = check('N1', { needs: ['chat'], needsOneOf: ['echo', 'prompt-logprobs'], after: ['N0'] })

  it('lets a check through when all it needs is there and has passed', () => {
    expect(gate(dependent, findings({ echo: lacks }), [passed])).toBeNull()
  })

  it('calls what the server cannot do not exercised, with the reason', () => {
    expect(gate(dependent, findings({ chat: lacks }), [passed])).toMatchObject({
      state: 'not-exercised',
      reason: expect.stringContaining('HTTP 404'),
    })
    expect(gate(dependent, findings({ echo: lacks, 'prompt-logprobs': lacks }), [passed])?.state).toBe('not-exercised')
  })

  it('calls what could not be found out an error', () => {
    expect(gate(dependent, findings({ chat: unknown }), [passed])?.state).toBe('error')
    expect(gate(dependent, findings({ echo: unknown, 'prompt-logprobs': lacks }), [passed])?.state).toBe('error')
  })

  it.each(['fail', 'error', 'not-exercised'] as const)('blocks what rests on a check that is %s', (state) => {
    const prerequisite = unsent(check('N0'), { state, reason: 'x' })
    expect(gate(dependent, findings(), [prerequisite])).toMatchObject({ state: 'blocked', by: 'N0' })
  })
})

describe('mapBounded', () => {
  it('keeps the order and never exceeds the limit', async () => {
    let running = 0
    let most = 0
    const results = await mapBounded([5, 1, 3, 0, 2], 2, async (value) => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, value))
      running--
      return value * 10
    })
    expect(results).toEqual([50, 10, 30, 0, 20])
    expect(most).toBe(2)
  })
})

describe('CHECKS', () => {
  it('has ids of the documented form, each once, and prerequisites that exist', () => {
    const ids = CHECKS.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const one of CHECKS) {
      expect(one.id).toMatch(/^[A-Z]\d{1,2}$/)
      for (const prerequisite of one.after) expect(ids).toContain(prerequisite)
    }
  })

  it('plans the same requests for a seed, each with an id of its own', () => {
    for (const one of CHECKS) {
      const plan = one.plan(context())
      expect(plan).toEqual(one.plan(context()))
      expect(new Set(plan.map(({ id }) => id)).size).toBe(plan.length)
    }
  })
})
