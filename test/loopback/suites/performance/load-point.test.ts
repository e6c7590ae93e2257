import { performance } from 'node:perf_hooks'
import { describe, expect, it, onTestFinished } from 'vitest'
import { silentProgress } from '../../../../src/ports.ts'
import { measureLoadPoint } from '../../../../src/suites/performance/measure.ts'
import type { LoadSpec } from '../../../../src/suites/performance/record.ts'
import { tokenServer } from './token-server.ts'

const clock = { date: () => '2026-01-01T00:00:00Z', monotonicMs: () => performance.now() }

function measure(url: string, changes: Partial<LoadSpec> = {}, signal = new AbortController().signal) {
  const spec: LoadSpec = {
    scenario: 's',
    concurrency: 3,
    requests: 12,
    warmupRequests: 3,
    inputTokens: 64,
    outputTokens: 5,
    seed: 1,
    requestTimeoutMs: 5000,
    ...changes,
  }
  return measureLoadPoint({
    endpoint: { url, model: 'toy', headers: {} },
    spec,
    clock,
    signal,
    progress: silentProgress,
  })
}

const prompts = (chats: string[]) => chats.map((text) => text.slice(text.indexOf('\r\n\r\n') + 4))

describe('measureLoadPoint', () => {
  it('sends exactly the measured and the warm-up requests, over as many connections as asked', async () => {
    const server = await tokenServer({ onTestFinished })
    const { point, records, remarks } = await measure(server.url)
    expect(point).toMatchObject({ planned: 12, succeeded: 12, failed: {}, invalid: [] })
    expect(remarks).toEqual([])
    expect(records.map((record) => record.id)).toEqual(Array.from({ length: 12 }, (_, index) => `s-c3-${index}`))
    expect(server.chats()).toHaveLength(2 + 3 + 12)
    expect(server.load.most).toBe(3)
    for (const record of records) {
      expect(record).toMatchObject({ promptTokens: 64, completionTokens: 5 })
      expect(record.dequeuedMs).toBeGreaterThanOrEqual(record.intendedMs)
      expect(record.writtenMs).toBeGreaterThanOrEqual(record.dequeuedMs)
      expect(record.firstByteMs! - record.writtenMs).toBeGreaterThan(8)
    }
    expect(point.durationMs).toBe(Math.max(...records.map((record) => record.endMs)))
  })

  it('pays one time limit a stream for a server that hangs, and says what was not sent', async () => {
    const server = await tokenServer({ onTestFinished }, { hangsAfter: 2 + 3 + 4 })
    const startMs = performance.now()
    const { point, records } = await measure(server.url, { requestTimeoutMs: 400 })
    expect(performance.now() - startMs).toBeLessThan(1500)
    expect(point).toMatchObject({ succeeded: 4, failed: { timeout: 3 } })
    expect(records).toHaveLength(7)
    expect(point.invalid.join()).toContain('only 7 of 12 requests were sent')
  })

  it('keeps its connections through warm-up and load', async () => {
    const server = await tokenServer({ onTestFinished })
    await measure(server.url, { requests: 30 })
    // One for the probe, one for each stream.
    expect(server.load.connections.size).toBe(1 + 3)
  })

  it('sends the same bytes for the same seed and different ones for another, no two alike', async () => {
    const bodies: string[][] = []
    for (const seed of [1, 1, 2]) {
      const server = await tokenServer({ onTestFinished })
      await measure(server.url, { seed })
      bodies.push(prompts(server.chats()).sort())
    }
    expect(bodies[0]).toEqual(bodies[1])
    expect(bodies[0]).not.toEqual(bodies[2])
    expect(new Set(bodies[0]).size).toBe(bodies[0]!.length)
  })

  it('calibrates prompt lengths without /tokenize and says so', async () => {
    const server = await tokenServer({ onTestFinished }, { tokenize: false })
    const { records, remarks } = await measure(server.url)
    expect(remarks).toEqual(['prompt lengths are approximate: the server has no /tokenize'])
    expect(new Set(records.map((record) => record.promptTokens))).toEqual(new Set([64]))
  })

  it('drops the parameters that the server refuses and says so', async () => {
    const server = await tokenServer({ onTestFinished }, { refuses: ['ignore_eos', 'min_tokens'] })
    const { point, remarks } = await measure(server.url)
    expect(point.invalid).toEqual([])
    expect(remarks).toEqual(['the server refuses min_tokens, ignore_eos: sent without'])
    expect(server.chats().at(-1)).not.toMatch(/ignore_eos|min_tokens/)
  })

  it('gives every request its own connection where the server closes them unannounced', async () => {
    const server = await tokenServer({ onTestFinished }, { closes: true })
    const { point, remarks } = await measure(server.url)
    expect(point).toMatchObject({ succeeded: 12, invalid: [] })
    expect(remarks.join()).toMatch(/closes the connection/)
    expect(server.load.connections.size).toBe(2 + 3 + 12)
  })

  it('voids the point when the answers are shorter than asked', async () => {
    const server = await tokenServer({ onTestFinished }, { short: 1 })
    const { point } = await measure(server.url)
    expect(point).toMatchObject({ succeeded: 12 })
    expect(point.invalid).toEqual(['4 completion tokens instead of 5 in 12 of 12 answers'])
  })

  it('does not load a server that fails the probe', async () => {
    const { point } = await measure('http://127.0.0.1:1')
    expect(point).toMatchObject({ planned: 12, succeeded: 0, failed: { connect: 1 } })
    expect(point.invalid[0]).toBe('only 1 of 12 requests were sent')
  })

  it('stops at once when aborted', async () => {
    const server = await tokenServer({ onTestFinished }, { answerAfterMs: 100 })
    const controller = new AbortController()
    setTimeout(() => controller.abort(new Error('enough')), 500)
    const startedMs = performance.now()
    await expect(measure(server.url, { requests: 1000 }, controller.signal)).rejects.toThrow('enough')
    expect(performance.now() - startedMs).toBeLessThan(3000)
  })

  it('voids the point when the client stood still', async () => {
    const server = await tokenServer({ onTestFinished }, { answerAfterMs: 400 })
    const block = setTimeout(() => {
      const untilMs = performance.now() + 700
      while (performance.now() < untilMs);
    }, 1600)
    onTestFinished(() => clearTimeout(block))
    const { point } = await measure(server.url, { requests: 30, warmupRequests: 0 })
    expect(point.invalid.join()).toMatch(/client stood still for \d+ ms/)
  })
})
