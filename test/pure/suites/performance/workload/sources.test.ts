import { describe, expect, it } from 'vitest'
import { sharedPrefixSource } from '../../../../../src/suites/performance/workload/shared-prefix.ts'
import { singleSource } from '../../../../../src/suites/performance/workload/single.ts'
import { extrapolated } from '../../../../../src/suites/performance/workload/turn-template.ts'
import { countFours, TEMPLATE_TOKENS, toyContext } from './toy.ts'

const input = { law: 'uniform', least: 150, most: 400 } as const
const output = { law: 'fixed', tokens: 8 } as const

async function requestsOf(source: ReturnType<typeof singleSource>, count: number) {
  const drafts = await Promise.all(Array.from({ length: count }, (_, index) => source.session(index, 1)))
  return drafts.map(({ requests }) => requests[0]!)
}
const textOf = ({ messages }: { messages: readonly { content: string | null }[] }) => messages[0]!.content!

describe('single prompts', () => {
  it('have the drawn lengths and different beginnings, warm-up included', async () => {
    const context = await toyContext()
    const requests = await requestsOf(singleSource({ kind: 'single', input, output }, context), 23)
    for (const request of requests) {
      expect(request.inputTokens).toBe(TEMPLATE_TOKENS + countFours(textOf(request)))
      expect(request.inputTokens).toBeGreaterThanOrEqual(150)
      expect(request.inputTokens).toBeLessThanOrEqual(400)
      expect(request.cachedTokens).toBe(0)
    }
    expect(new Set(requests.map((request) => request.inputTokens)).size).toBeGreaterThan(10)
    expect(new Set(requests.map((request) => textOf(request).split(' ')[0])).size).toBe(23)
  })
})

describe('prompts with shared prefixes', () => {
  const workload = { kind: 'shared-prefix', groups: 3, prefixTokens: 120, input, output } as const

  it('begin with one of the prefixes, of exactly its tokens, and are told apart after it', async () => {
    const requests = await requestsOf(sharedPrefixSource(workload, await toyContext()), 20)
    const groups = new Map<string, typeof requests>()
    for (const request of requests) {
      const start = textOf(request).split(' ').slice(0, 5).join(' ')
      groups.set(start, [...(groups.get(start) ?? []), request])
    }
    expect(groups.size).toBe(3)
    for (const members of groups.values()) {
      expect(members.map(({ cachedTokens }) => cachedTokens)).toEqual(
        members.map((_, place) => (place === 0 ? 0 : 120)),
      )
      const texts = members.map(textOf)
      let shared = 0
      while (texts.every((text) => text.split(' ')[shared] === texts[0]!.split(' ')[shared])) shared++
      const tokens = countFours(texts[0]!.split(' ').slice(0, shared).join(' '))
      expect(tokens).toBeGreaterThanOrEqual(120)
      expect(tokens).toBeLessThan(130)
    }
    for (const request of requests) expect(TEMPLATE_TOKENS + countFours(textOf(request))).toBe(request.inputTokens)
  })

  it('warm up with prefixes of their own', async () => {
    const requests = await requestsOf(sharedPrefixSource(workload, await toyContext()), 23)
    const measured = new Set(requests.slice(0, 20).map((request) => textOf(request).split(' ')[0]))
    for (const request of requests.slice(20)) {
      expect(request.cachedTokens).toBe(0)
      expect(measured).not.toContain(textOf(request).split(' ')[0])
    }
  })

  it('say when hardly anything is shared', async () => {
    const context = await toyContext()
    sharedPrefixSource({ ...workload, groups: 10_000 }, context)
    expect(context.remarks.join()).toContain('most find nothing in the cache')
  })
})

describe('extrapolated', () => {
  it('goes on as the last two measured turns did', () => {
    const template = extrapolated([30, 50, 62])
    expect([1, 2, 3, 4, 6].map(template)).toEqual([30, 50, 62, 74, 98])
  })
})
