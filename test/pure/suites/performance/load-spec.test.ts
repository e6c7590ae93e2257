import { describe, expect, it } from 'vitest'
import { loadSpec } from '../../../../src/suites/performance/load-spec.ts'

const level = (concurrency: number, warmupRequests: number) =>
  loadSpec({
    ...{ scenario: 'chat', concurrency, warmupRequests, requestsPerStream: 3 },
    ...{ inputTokens: 32, outputTokens: 8, seed: 1, requestTimeoutMs: 1000 },
  })

describe('a load level', () => {
  it.each([
    [64, 8, 64],
    [4, 8, 8],
    [8, 8, 8],
  ])('at concurrency %d with %d warm-up requests asked warms with %d', (concurrency, asked, sent) => {
    expect(level(concurrency, asked).warmupRequests).toBe(sent)
  })

  it('is not warmed where nobody wants it', () => {
    expect(level(64, 0).warmupRequests).toBe(0)
  })

  it('measures its requests for each connection', () => {
    expect(level(5, 1)).toMatchObject({ requests: 15, concurrency: 5 })
  })
})
