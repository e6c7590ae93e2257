import { afterEach, describe, expect, it } from 'vitest'
import { silentProgress } from '../../../../src/ports.ts'
import { correctnessSchema } from '../../../../src/record/cell-result.ts'
import type { Check } from '../../../../src/suites/correctness/check.ts'
import { type CorrectnessOptions, runCorrectness } from '../../../../src/suites/correctness/driver.ts'
import { outcomeOf } from '../../../../src/suites/correctness/outcome.ts'
import { CHECKS } from '../../../../src/suites/correctness/registry.ts'
import { answerPlainly, type ScriptedServer, sendHtml, sendJson, startScripted } from './scripted-server.ts'

const clock = { date: () => new Date().toISOString(), monotonicMs: () => performance.now() }
let server: ScriptedServer
afterEach(() => server?.close())

async function judge(
  script: Parameters<typeof startScripted>[0],
  checks: readonly Check[] = CHECKS,
  changes: Partial<CorrectnessOptions> = {},
) {
  server = await startScripted(script)
  const result = await runCorrectness({
    endpoint: { url: server.url, model: 'toy', headers: {} },
    context: { seed: 1, model: 'toy', encoding: 'v4-0731', arithmeticItems: 10 },
    checks,
    concurrency: 32,
    signal: new AbortController().signal,
    clock,
    progress: silentProgress,
    requestTimeoutMs: 2000,
    ...changes,
  })
  // Whatever a server does, the result is one that the next stage can read.
  expect(correctnessSchema.safeParse(result).error).toBeUndefined()
  const states = Object.fromEntries(result.checks.map(({ id, judgement }) => [id, judgement.state]))
  return { result, states }
}

const small = (id: string, changes: Partial<Check> = {}): Check => ({
  id,
  title: id,
  needs: ['chat'],
  after: [],
  plan: () => [{ id: 'one', method: 'POST', path: '/v1/chat/completions', body: { model: 'toy' } }],
  judge: () => ({ judgement: { state: 'pass' } }),
  ...changes,
})

describe('runCorrectness', () => {
  it('judges what a plain server can do and calls the rest not exercised', async () => {
    const { states, result } = await judge(answerPlainly)
    expect(states).toEqual({
      P1: 'pass',
      P2: 'pass',
      P4: 'pass',
      R1: 'pass',
      N0: 'not-exercised',
      N1: 'not-exercised',
      A1: 'fail',
      X1: 'pass',
      Z1: 'fail',
    })
    expect(result.capabilities).toMatchObject({
      chat: true,
      'chat-logprobs': false,
      'prompt-logprobs': false,
      echo: false,
    })
  })

  it('leaves the thinking field out for a server that refuses unknown fields', async () => {
    const { states } = await judge((asked, response) => {
      if ('chat_template_kwargs' in asked.body) return sendJson(response, 400, { error: 'unknown field' })
      answerPlainly(asked, response)
    })
    expect(states).toMatchObject({ P1: 'pass', R1: 'pass', X1: 'pass' })
    expect(server.asked.filter(({ body }) => 'chat_template_kwargs' in body)).toHaveLength(1)
  })

  it('exercises nothing numeric on a server that refuses logprobs', async () => {
    const { states } = await judge((asked, response) => {
      if ('logprobs' in asked.body) return sendJson(response, 400, { error: 'not supported' })
      answerPlainly(asked, response)
    })
    expect(states).toMatchObject({ P1: 'pass', P4: 'pass', N0: 'not-exercised', N1: 'not-exercised' })
  })

  it.each<[string, Parameters<typeof startScripted>[0]]>([
    ['500', (_, response) => sendJson(response, 500, { error: 'x' })],
    ['a web page', (_, response) => sendHtml(response, 200)],
    ['JSON of another kind', (_, response) => sendJson(response, 200, { hello: [null, { choices: 3 }] })],
  ])('fails P1 alone on a server that answers everything with %s', async (_, script) => {
    const { states, result } = await judge(script)
    expect(states.P1).toBe('fail')
    expect(Object.values(states).filter((state) => state === 'pass' || state === 'fail')).toEqual(['fail'])
    expect(outcomeOf(result)).toBe('fail')
  })

  it('fails P1 on null content that tokens are counted for', async () => {
    const { result } = await judge((asked, response) => {
      if (asked.path !== '/v1/chat/completions' || asked.body.stream) return answerPlainly(asked, response)
      sendJson(response, 200, {
        id: String(Math.random()),
        object: 'chat.completion',
        created: 1,
        model: 'toy',
        choices: [{ index: 0, message: { role: 'assistant', content: null }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 },
      })
    })
    expect(result.checks.find(({ id }) => id === 'P1')!.judgement).toMatchObject({
      state: 'fail',
      reason: expect.stringContaining('no content'),
    })
  })

  it('judges nothing when no request is answered, and does not wait for each check', async () => {
    const { states, result } = await judge((_, response) => void response.destroy())
    expect(new Set(Object.values(states))).toEqual(new Set(['error']))
    expect(server.asked.length).toBeLessThan(6)
    expect(outcomeOf(result)).toBe('incomplete')
  })

  it('stops asking a server that dies on the way, and keeps what was judged', async () => {
    let dead = false
    const { result } = await judge(
      (asked, response) => {
        if (dead) return void response.destroy()
        answerPlainly(asked, response)
      },
      [
        small('A1'),
        small('A2', {
          plan: (context) => {
            dead = true
            return small('x').plan(context)
          },
          judge: () => ({ judgement: { state: 'error', reason: 'silence' } }),
        }),
        small('A3'),
      ],
    )
    expect(result.checks.map(({ judgement }) => judgement.state)).toEqual(['pass', 'error', 'error'])
    expect(result.checks[2]).toMatchObject({ requests: 0, judgement: { reason: expect.stringContaining('during A2') } })
  })

  it('runs prerequisites first, blocks what rests on a failure, and reports in the order given', async () => {
    const order: string[] = []
    const noted = (id: string, changes: Partial<Check> = {}) =>
      small(id, {
        ...changes,
        plan: (context) => {
          order.push(id)
          return small(id).plan(context)
        },
      })
    const { result } = await judge(answerPlainly, [
      noted('B2', { after: ['B1'] }),
      noted('B1', { judge: () => ({ judgement: { state: 'fail', reason: 'wrong' } }) }),
      noted('B3', { needs: ['echo'] }),
      noted('B4'),
    ])
    expect(order).toEqual(['B1', 'B4'])
    expect(result.checks.map(({ id, judgement }) => [id, judgement.state])).toEqual([
      ['B2', 'blocked'],
      ['B1', 'fail'],
      ['B3', 'not-exercised'],
      ['B4', 'pass'],
    ])
  })

  it('keeps a check that throws, or says too much, from reaching the others', async () => {
    const { result } = await judge(answerPlainly, [
      small('C1', {
        judge: () => {
          throw new TypeError('cannot read this')
        },
      }),
      small('C2', {
        judge: () => ({
          judgement: { state: 'fail', reason: 'r'.repeat(5000) },
          evidence: Array(50).fill({ request: 'q'.repeat(5000), response: 's'.repeat(5000), remark: '' }),
          measures: { fine: 1, bad: Number.NaN, worse: Number.POSITIVE_INFINITY },
        }),
      }),
      small('C3'),
    ])
    expect(result.checks.map(({ judgement }) => judgement.state)).toEqual(['error', 'fail', 'pass'])
    expect(result.checks[1]!.measures).toEqual({ fine: 1 })
  })

  it('cuts a check that hangs at its time limit and goes on with the next', async () => {
    const { result } = await judge(
      (asked, response) => {
        if (asked.body.slow) return
        answerPlainly(asked, response)
      },
      [
        small('D1', {
          concurrency: 1,
          plan: () =>
            Array.from({ length: 50 }, (_, index) => ({
              id: `slow-${index}`,
              method: 'POST' as const,
              path: '/v1/chat/completions',
              body: { slow: true },
            })),
          judge: (_, responses) => ({
            judgement: {
              state: 'error',
              reason: `${responses.filter(({ state }) => state === 'failed').length} failed`,
            },
          }),
        }),
        small('D2'),
      ],
      { checkTimeoutMs: 300 },
    )
    expect(result.checks[0]).toMatchObject({ requests: 50, judgement: { reason: '50 failed' } })
    expect(result.checks[1]!.judgement.state).toBe('pass')
    expect(result.durationMs).toBeLessThan(10_000)
  })

  it('never has more requests in flight than it may', async () => {
    let running = 0
    let most = 0
    const wide = (id: string, concurrency: number) =>
      small(id, {
        concurrency,
        plan: () =>
          Array.from({ length: 12 }, (_, index) => ({
            id: `${index}`,
            method: 'POST' as const,
            path: '/v1/chat/completions',
            body: { counted: true },
          })),
      })
    const script = async (...[asked, response]: Parameters<Parameters<typeof startScripted>[0]>) => {
      if (!asked.body.counted) return answerPlainly(asked, response)
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, 10))
      running--
      answerPlainly(asked, response)
    }
    await judge(script, [wide('E1', 3)])
    expect(most).toBe(3)
    most = 0
    await server.close()
    await judge(script, [wide('E1', 100)], { concurrency: 2 })
    expect(most).toBe(2)
  })

  it('keeps what was judged when it is interrupted, and says that the rest was not', async () => {
    const controller = new AbortController()
    const { result } = await judge(
      (asked, response) => {
        if (!asked.body.hangs) return answerPlainly(asked, response)
        controller.abort()
      },
      [
        small('F1'),
        small('F2', {
          plan: () => [{ id: 'x', method: 'POST', path: '/v1/chat/completions', body: { hangs: true } }],
        }),
        small('F3'),
      ],
      { signal: controller.signal },
    )
    expect(result.checks.map(({ judgement }) => judgement)).toEqual([
      { state: 'pass' },
      { state: 'error', reason: expect.stringContaining('interrupted') },
      { state: 'error', reason: expect.stringContaining('interrupted') },
    ])
  })

  it('hides the key that a server repeats in what it keeps', async () => {
    server = await startScripted(({ headers }, response) =>
      sendJson(response, 500, { error: `wrong key ${headers.authorization}` }),
    )
    const result = await runCorrectness({
      endpoint: { url: server.url, model: 'toy', headers: { authorization: 'Bearer sk-do-not-show-me' } },
      context: { seed: 1, model: 'toy', encoding: 'v4-0731', arithmeticItems: 10 },
      checks: CHECKS,
      concurrency: 8,
      signal: new AbortController().signal,
      clock,
      progress: silentProgress,
    })
    expect(server.asked[0]!.headers.authorization).toContain('sk-do-not-show-me')
    expect(JSON.stringify(result)).toContain('wrong key [hidden]')
    expect(JSON.stringify(result)).not.toContain('do-not-show')
  })
})
