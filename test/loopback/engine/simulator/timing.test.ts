import { describe, expect, it } from 'vitest'
import type { Simulator } from '../../../../src/engine/simulator/server.ts'
import { CHAT, start, stream } from './client.ts'

/** TTFT and TPOT in milliseconds, as a client sees them. */
async function measure(simulator: Simulator, tokens = 60): Promise<{ ttft: number; tpot: number }> {
  const { chunks, atMs } = await stream(simulator, CHAT, {
    messages: [{ role: 'user', content: 'Tell me something long.' }],
    max_tokens: tokens,
    min_tokens: tokens,
    ignore_eos: true,
  })
  const times = atMs.filter((_, index) => chunks[index]?.choices[0]?.delta.content)
  expect(times.length).toBe(tokens)
  return { ttft: times[0]!, tpot: (times.at(-1)! - times[0]!) / (tokens - 1) }
}

const exact = { sessionScatter: 0, requestScatter: 0, slowdownPerRequest: 0, ttftMs: 60, itlMs: 8 }

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)]!
}

/**
 * The median over rounds, of at least three and until it is near the expected value: a stall of a busy machine hits all
 * requests of a round, but not most rounds. A wrong schedule stays wrong however often it is measured.
 */
async function settled(round: () => Promise<number>, expected: number, tolerance: number): Promise<number> {
  const values: number[] = []
  while (values.length < 15) {
    values.push(await round())
    if (values.length >= 3 && Math.abs(median(values) / expected - 1) < tolerance) break
  }
  return median(values)
}

describe('timing over loopback', () => {
  it('answers at once, and to the end, when tokens take no time', async () => {
    const simulator = await start({ timing: { ...exact, ttftMs: 0, itlMs: 0 } })
    expect((await measure(simulator)).tpot).toBeLessThan(100)
  })

  it('keeps the time per output token within 2 % over 60 tokens, alone and among eight', async () => {
    const simulator = await start({ timing: exact })
    await measure(simulator, 4)
    const ttft = await measure(simulator, 4)
    expect(ttft.ttft).toBeGreaterThan(59)
    for (const concurrency of [1, 8]) {
      const round = async () => {
        const measured = await Promise.all(Array.from({ length: concurrency }, () => measure(simulator)))
        return median(measured.map(({ tpot }) => tpot))
      }
      expect(Math.abs((await settled(round, 8, 0.02)) / 8 - 1)).toBeLessThan(0.02)
    }
  })

  it('slows down mildly under concurrency', async () => {
    const simulator = await start({ timing: { ...exact, slowdownPerRequest: 0.05 } })
    await measure(simulator, 4)
    const together = await Promise.all(Array.from({ length: 5 }, () => measure(simulator)))
    expect(median(together.map(({ tpot }) => tpot))).toBeGreaterThan(8 * 1.15)
  })

  it('gives the whole answer when the last token is due', async () => {
    const simulator = await start({ timing: exact })
    const startMs = performance.now()
    const body = { messages: [{ role: 'user', content: 'Hi' }], max_tokens: 10, min_tokens: 10, ignore_eos: true }
    await (await fetch(simulator.url + CHAT, { method: 'POST', body: JSON.stringify(body) })).text()
    expect(performance.now() - startMs).toBeGreaterThan(60 + 9 * 8 - 1)
  })

  it('sends the first token later for a longer prompt that is not cached', async () => {
    const simulator = await start({ timing: { ...exact, ttftMs: 1, prefillMsPerToken: 0.5 } })
    const ttft = async () => {
      const messages = [{ role: 'user', content: 'word '.repeat(300) }]
      return (await stream(simulator, CHAT, { messages, max_tokens: 2 })).atMs[0]!
    }
    expect(await ttft()).toBeGreaterThan(150)
    expect(await ttft()).toBeLessThan(120)
  })
})

describe('a client that leaves', () => {
  it('stops the generation', async () => {
    const simulator = await start({ timing: { ...exact, itlMs: 5 } })
    const leave = new AbortController()
    const body = { messages: [{ role: 'user', content: 'Hi' }], max_tokens: 2000, ignore_eos: true, stream: true }
    const response = await fetch(simulator.url + CHAT, {
      method: 'POST',
      body: JSON.stringify(body),
      signal: leave.signal,
    })
    await response.body!.getReader().read()
    leave.abort()
    const metrics = async () => (await fetch(`${simulator.url}/metrics`)).text()
    for (let tries = 0; tries < 50 && !(await metrics()).includes('finished_reason="abort"} 1'); tries++)
      await new Promise((resolve) => setTimeout(resolve, 20))
    const text = await metrics()
    expect(text).toContain('finished_reason="abort"} 1')
    expect(text).toMatch(/num_requests_running\{[^}]*\} 0$/m)
    expect(Number(/generation_tokens_total\{[^}]*\} (\d+)$/m.exec(text)![1])).toBeLessThan(500)
  })
})
