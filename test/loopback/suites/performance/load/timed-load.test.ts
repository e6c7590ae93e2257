import { describe, expect, it, onTestFinished } from 'vitest'
import { LoadInterrupted } from '../../../../../src/suites/performance/load/run.ts'
import type { RequestRecord } from '../../../../../src/suites/performance/record.ts'
import { chatServer } from './chat-server.ts'
import { run, session, sessions, warmup } from './planned.ts'

const constant = (requestsPerSecond: number, maxConcurrency = 64) =>
  ({ kind: 'open', requestsPerSecond, law: 'constant', burstiness: 1, maxConcurrency }) as const

const byDispatch = (records: readonly RequestRecord[]) =>
  records.toSorted((left, right) => left.dequeuedMs - right.dequeuedMs).map(({ id }) => id)

describe('an open load', () => {
  it('begins its sessions at their times, whatever the server does', async () => {
    const server = await chatServer({ onTestFinished }, { answerAfterMs: 800 })
    const { records } = await run(server.url, { arrival: constant(200), sessions: sessions(server.url, 20) })
    expect(records.map(({ intendedMs }) => Math.round(intendedMs))).toEqual(
      Array.from({ length: 20 }, (_, index) => index * 5),
    )
    const firstEndMs = Math.min(...records.map(({ endMs }) => endMs))
    for (const { writtenMs, dequeuedMs, intendedMs } of records) {
      expect(dequeuedMs).toBeGreaterThanOrEqual(intendedMs)
      expect(writtenMs).toBeLessThan(firstEndMs)
    }
    expect(server.mostAtOnce()).toBe(20)
    // Twenty were made beforehand: as many as arrive within two seconds.
    expect(records.every(({ reused }) => reused)).toBe(true)
  })

  it('waits in turn for a connection beyond the most that may be open, and keeps the time at which it was due', async () => {
    const server = await chatServer({ onTestFinished }, { answerAfterMs: 60 })
    const { records } = await run(server.url, { arrival: constant(1000, 2), sessions: sessions(server.url, 8) })
    expect(server.mostAtOnce()).toBe(2)
    expect(byDispatch(records)).toEqual(Array.from({ length: 8 }, (_, index) => `s${index}t0`))
    expect(records.map(({ intendedMs }) => Math.round(intendedMs))).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    const ends = records.map(({ endMs }) => endMs).sort((left, right) => left - right)
    for (const [position, { dequeuedMs }] of records.slice(2).entries())
      expect(dequeuedMs).toBeGreaterThanOrEqual(ends[position]!)
  })

  it('lets later turns follow their answers', async () => {
    const server = await chatServer({ onTestFinished })
    const load = { arrival: constant(100), sessions: sessions(server.url, 5, { turns: 3, thinkMs: 20 }) }
    const { records } = await run(server.url, load)
    expect(records.map(({ id }) => id)).toEqual(
      [0, 1, 2, 3, 4].flatMap((one) => [0, 1, 2].map((turn) => `s${one}t${turn}`)),
    )
    for (const { session: one, turn, intendedMs } of records) {
      const before = records.find((other) => other.session === one && other.turn === turn - 1)
      expect(intendedMs).toBeCloseTo(before ? before.endMs + 20 : one * 10, 6)
    }
  })

  it('warms a few of its connections before the clock starts', async () => {
    const server = await chatServer({ onTestFinished })
    const load = { arrival: constant(200), sessions: sessions(server.url, 4), warmup: warmup(server.url, 10) }
    const { records } = await run(server.url, load)
    expect(records.map(({ id }) => id)).toEqual(['s0t0', 's1t0', 's2t0', 's3t0'])
    const first = server.taken.slice(0, 10)
    expect(first.every(({ id }) => id.startsWith('s9'))).toBe(true)
    expect(new Set(first.map(({ connection }) => connection)).size).toBe(8)
  })

  it('has connections standing by where the server closes each after its answer', async () => {
    const server = await chatServer({ onTestFinished }, { closes: true })
    const load = { arrival: constant(50), sessions: sessions(server.url, 15), keepAlive: false }
    const { records } = await run(server.url, load)
    expect(records.map(({ outcome }) => outcome.state)).toEqual(new Array(15).fill('ok'))
    expect(records.every(({ reused }) => reused)).toBe(true)
  })

  it('stops sending to a server that hangs, and leaves the rest unsent', async () => {
    const server = await chatServer({ onTestFinished }, { hangsAfter: 2 })
    const load = { arrival: constant(50, 4), sessions: sessions(server.url, 200), requestTimeoutMs: 300 }
    const { records, planned } = await run(server.url, load)
    expect(planned).toBe(200)
    const failed = records.filter(({ outcome }) => outcome.state === 'failed' && outcome.error === 'timeout')
    // Two answers; four connections on which the server hung, and whatever waited for them was not begun.
    expect([records.length, failed.length, server.requests.length]).toEqual([6, 4, 6])
  })

  it('hands out what had ended when it is aborted, also while requests wait', async () => {
    const server = await chatServer({ onTestFinished }, { hangsAfter: 3 })
    const controller = new AbortController()
    const running = run(server.url, {
      arrival: constant(100, 2),
      sessions: sessions(server.url, 1000),
      signal: controller.signal,
      onLive: () => {
        if (server.requests.length === 5) controller.abort(new Error('enough'))
      },
    })
    const error = await running.catch((thrown: unknown) => thrown)
    if (!(error instanceof LoadInterrupted)) throw new Error('not interrupted')
    expect(error.run.records.map(({ id }) => id)).toEqual(['s0t0', 's1t0', 's2t0'])
  })
})

describe('a trace', () => {
  it('begins its sessions at their own times, so many times as fast, in whatever order they stand', async () => {
    const server = await chatServer({ onTestFinished })
    const planned = [100, 0, 300, 200].map((atMs, index) => session(server.url, index, { atMs }))
    const arrival = { kind: 'trace', speed: 2, maxConcurrency: 8 } as const
    const { records } = await run(server.url, { arrival, sessions: planned })
    expect(records.map(({ id }) => id)).toEqual(['s0t0', 's1t0', 's2t0', 's3t0'])
    expect(records.map(({ intendedMs }) => Math.round(intendedMs))).toEqual([50, 0, 150, 100])
    expect(byDispatch(records)).toEqual(['s1t0', 's0t0', 's3t0', 's2t0'])
  })
})

describe('a ramp', () => {
  it('sends all of its sessions, the sooner after each other the further it is', async () => {
    const server = await chatServer({ onTestFinished })
    const ramp = { kind: 'ramp', fromPerSecond: 20, toPerSecond: 180, law: 'constant', burstiness: 1 } as const
    const arrival = { ...ramp, maxConcurrency: 64 }
    const { records } = await run(server.url, { arrival, sessions: sessions(server.url, 30) })
    const gaps = records.slice(1).map(({ intendedMs }, index) => intendedMs - records[index]!.intendedMs)
    expect(gaps.every((gap, index) => index === 0 || gap < gaps[index - 1]!)).toBe(true)
    expect(records.every(({ outcome }) => outcome.state === 'ok')).toBe(true)
  })
})
