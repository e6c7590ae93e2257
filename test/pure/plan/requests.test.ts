import { describe, expect, it } from 'vitest'
import { scenarioSchema } from '../../../src/matrix/scenario-schema.ts'
import { sessionRequests } from '../../../src/plan/requests.ts'
import { plannedScenario } from '../../../src/plan/scenario.ts'
import type { Scenario } from '../../../src/plan/schema.ts'
import { planTable } from '../../../src/plan/table.ts'
import { makePlan } from '../../fixtures/cell-results.ts'

const tokens = { 'input-tokens': 100, 'output-tokens': 10 }
const file = { file: 'data.json', sha256: 'a'.repeat(64) }

function scenario(fields: object, name = 'chat'): Scenario {
  const planned = plannedScenario(name, scenarioSchema.parse(fields))
  if (planned === null) throw new Error('contradictory')
  return planned
}

describe('the requests of a session', () => {
  const none = { 'warmup-requests': 0 }
  it.each<[string, object, number]>([
    ['a stream each, and the first point again', { ...tokens, ...none, concurrency: [2, 4] }, 2 * 8 + 4 * 8 + 2 * 8],
    ['warm-up for every connection', { ...tokens, 'warmup-requests': 3, concurrency: [1, 10] }, 2 * (8 + 3) + 80 + 10],
    ['what a rate gives in its time', { ...tokens, ...none, rates: [0.5], 'duration-seconds': 10 }, 2 * 5],
    ['the mean rate of a ramp', { ...tokens, ...none, ramp: { from: 1, to: 4 }, 'duration-seconds': 10 }, 2 * 25],
    ['every turn', { ...tokens, ...none, rates: [1], conversation: { turns: 4, 'next-input-tokens': 9 } }, 2 * 60 * 4],
  ])('are %s', (_, fields, requests) => {
    expect(sessionRequests([scenario(fields)]).requests).toBe(requests)
  })

  it('are expected, not exact, where arrivals are random', () => {
    expect(sessionRequests([scenario({ ...tokens, concurrency: [1] })]).expected).toBe(false)
    expect(sessionRequests([scenario({ ...tokens, concurrency: [1], rates: [1] })]).expected).toBe(true)
  })

  it('are not known of a file, which is named', () => {
    const scenarios = [scenario({ dataset: file, concurrency: [1] }), scenario({ trace: file })]
    expect(sessionRequests(scenarios)).toEqual({ requests: 3 * 8, expected: true, files: ['data.json'] })
  })
})

describe('the table of a plan', () => {
  const lineOf = (scenarios: Scenario[]) => {
    const plan = makePlan()
    plan.suites.performance = { sessions: 2, scenarios }
    return planTable(plan, { colour: false })
      .split('\n')
      .find((line) => line.startsWith('suites: '))
  }

  it('names every level, and what a session costs', () => {
    expect(lineOf([scenario({ ...tokens, concurrency: [1, 8], rates: [2, 4], arrival: 'constant' })])).toContain(
      '(2 session pairs: chat at concurrency 1, 8 and 2 req/s constant, 4 req/s constant; about 480 requests a session)',
    )
    expect(lineOf([scenario({ ...tokens, rates: [2] }), scenario({ trace: file }, 'replay')])).toContain(
      'chat at 2 req/s; replay at trace x1; about 264 requests and those of data.json a session)',
    )
  })
})
