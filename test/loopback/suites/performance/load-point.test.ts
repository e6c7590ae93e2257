import { performance } from 'node:perf_hooks'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createTransport } from '../../../../src/engine/http/transport.ts'
import { silentProgress } from '../../../../src/ports.ts'
import type { LoadSpec } from '../../../../src/suites/performance/load-spec.ts'
import { measureLoadPoint } from '../../../../src/suites/performance/measure.ts'
import { probeServer } from '../../../../src/suites/performance/probe.ts'
import { startReferenceStream } from '../../../../src/suites/performance/validity/reference-stream.ts'
import { tokenServer } from './token-server.ts'

const clock = { date: () => '2026-01-01T00:00:00Z', monotonicMs: () => performance.now() }

async function measure(
  url: string,
  changes: Partial<LoadSpec> = {},
  signal = new AbortController().signal,
  metricsUrl: string | null = null,
) {
  const spec: LoadSpec = {
    scenario: 's',
    load: 'c3',
    arrival: { kind: 'closed', concurrency: 3 },
    workload: { kind: 'single', input: { law: 'fixed', tokens: 64 }, output: { law: 'fixed', tokens: 5 } },
    sessions: 12,
    warmupRequests: 3,
    seed: 1,
    requestTimeoutMs: 5000,
    slo: null,
    devices: null,
    ...changes,
  }
  const endpoint = { url, model: 'toy', headers: {} }
  const transport = await createTransport(url, null, clock)
  const probe = await probeServer({ endpoint, transport, clock, signal, seed: 1, requestTimeoutMs: 5000 })
  const started = await startReferenceStream()
  const reference = started.state === 'running' ? started.stream : null
  const shared = {
    tokenizerFile: null,
    memory: { costs: null },
    metricsUrl,
    threads: 1,
    hostShare: null,
    reference,
  }
  const measured = await measureLoadPoint(
    spec,
    1,
    { endpoint, transport, probe, clock, signal, ...shared },
    silentProgress,
  ).finally(() => reference?.stop())
  return { ...measured, probe, records: measured.run.records }
}

/** What the client itself found against the point depends on the machine that the test runs on. */
const notOfTheClient = (invalid: readonly { by: string; code: string }[]) =>
  invalid.filter(({ by }) => by !== 'client').map(({ code }) => code)
const prompts = (chats: string[]) => chats.map((text) => text.slice(text.indexOf('\r\n\r\n') + 4))

describe('measureLoadPoint', () => {
  it('sends exactly the measured and the warm-up requests, over as many connections as asked', async () => {
    const server = await tokenServer({ onTestFinished })
    const { point, records } = await measure(server.url)
    expect(point).toMatchObject({ planned: 12, succeeded: 12, failed: {}, load: 'c3', concurrency: 3, repetition: 1 })
    expect(notOfTheClient(point.invalid)).toEqual([])
    expect(new Set(records.map((record) => record.id)).size).toBe(12)
    expect(records.map((record) => record.session)).toEqual(Array.from({ length: 12 }, (_, index) => index))
    expect(server.load.most).toBe(3)
    for (const record of records) {
      expect(record).toMatchObject({ promptTokens: 64, completionTokens: 5, reused: true })
      expect(record.dequeuedMs).toBeGreaterThanOrEqual(record.intendedMs)
      expect(record.writtenMs).toBeGreaterThanOrEqual(record.dequeuedMs)
      expect(record.firstByteMs! - record.writtenMs).toBeGreaterThan(8)
    }
    expect(point.durationMs).toBe(Math.max(...records.map((record) => record.endMs)))
    expect(point.client).toMatchObject({ threads: 1, transport: 'plain socket', reusedShare: 1 })
  })

  it('pays one time limit a stream for a server that hangs, and says what was not sent', async () => {
    const server = await tokenServer({ onTestFinished }, { hangsAfter: 2 + 3 + 4 })
    const { point, records } = await measure(server.url, { requestTimeoutMs: 400 })
    expect(point.failed).toEqual({ timeout: 3 })
    expect(point.succeeded).toBeGreaterThan(0)
    expect(records).toHaveLength(point.succeeded + 3)
    expect(notOfTheClient(point.invalid)).toContain('unsent')
  })

  it('keeps its connections through warm-up and load', async () => {
    const server = await tokenServer({ onTestFinished })
    await measure(server.url, { sessions: 30 })
    // One for the probe, one for each stream, one of fetch for untimed questions.
    expect(server.load.connections.size).toBeLessThanOrEqual(1 + 3 + 1)
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

  it('calibrates prompt lengths without /tokenize and says so in the point', async () => {
    const server = await tokenServer({ onTestFinished }, { tokenize: false })
    const { records, point } = await measure(server.url)
    expect(point.remarks.join()).toMatch(/approximate|calibrat/)
    expect(new Set(records.map((record) => record.promptTokens))).toEqual(new Set([64]))
  })

  it('remarks that nothing is known at the address named for metrics', async () => {
    const server = await tokenServer({ onTestFinished })
    const named = await measure(server.url, {}, undefined, `${server.url}/elsewhere`)
    expect(named.point.remarks.join()).toContain('/elsewhere shows no metrics that are known here')
    expect((await measure(server.url)).point.remarks.join()).not.toContain('shows no metrics')
  })

  it('drops the parameters that the server refuses and says so', async () => {
    const server = await tokenServer({ onTestFinished }, { refuses: ['ignore_eos', 'min_tokens'] })
    const { point, probe } = await measure(server.url)
    expect(notOfTheClient(point.invalid)).toEqual([])
    expect(probe.remarks.join()).toMatch(/refuses .*min_tokens/)
    expect(server.chats().at(-1)).not.toMatch(/ignore_eos|min_tokens/)
  })

  it('gives every request its own connection where the server closes them unannounced', async () => {
    const server = await tokenServer({ onTestFinished }, { closes: true })
    const { point, probe } = await measure(server.url)
    expect(point).toMatchObject({ succeeded: 12 })
    expect(probe.remarks.join()).toMatch(/closes the connection/)
    expect(server.load.connections.size).toBeGreaterThanOrEqual(2 + 3 + 12)
  })

  it('voids the point when the answers are shorter than asked', async () => {
    const server = await tokenServer({ onTestFinished }, { short: 1 })
    const { point } = await measure(server.url)
    expect(point).toMatchObject({ succeeded: 12 })
    expect(point.invalid).toContainEqual(
      expect.objectContaining({ code: 'wrong-token-count', by: 'server', voids: 'all' }),
    )
  })

  it('stops when aborted before the clock runs, and keeps what had ended when it comes later', async () => {
    const server = await tokenServer({ onTestFinished }, { answerAfterMs: 100 })
    const early = new AbortController()
    early.abort(new Error('enough'))
    await expect(measure(server.url, {}, early.signal)).rejects.toThrow('enough')
    const late = new AbortController()
    const stop = setInterval(() => {
      if (server.chats().length > 2 + 3 + 6) late.abort(new Error('enough'))
    }, 20)
    onTestFinished(() => clearInterval(stop))
    const { point, interrupted, records } = await measure(server.url, { sessions: 1000 }, late.signal)
    expect(interrupted).toBe(true)
    expect(records.length).toBeGreaterThan(0)
    expect(notOfTheClient(point.invalid)).toContain('unsent')
  })

  it('voids the point when the client stood still', async () => {
    const server = await tokenServer({ onTestFinished }, { answerAfterMs: 100 })
    let blocked = false
    const block = setInterval(() => {
      if (blocked || server.chats().length < 20) return
      blocked = true
      const untilMs = performance.now() + 700
      while (performance.now() < untilMs);
    }, 10)
    onTestFinished(() => clearInterval(block))
    const { point } = await measure(server.url, { sessions: 60 })
    expect(point.invalid).toContainEqual(expect.objectContaining({ code: 'client-stall', by: 'client', voids: 'all' }))
  })
})
