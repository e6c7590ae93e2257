import { describe, expect, it, onTestFinished } from 'vitest'
import type { LiveSnapshot } from '../../../../../src/suites/performance/load/live-statistics.ts'
import { LoadInterrupted } from '../../../../../src/suites/performance/load/run.ts'
import { freePort } from '../../../engine/http/scripted-server.ts'
import { chatServer } from './chat-server.ts'
import { run, sessions, warmup } from './planned.ts'

const closed = (concurrency: number) => ({ kind: 'closed', concurrency }) as const

describe('a closed loop', () => {
  it('sends each request once over its connections, warm-up first, and records in the order planned', async () => {
    const server = await chatServer({ onTestFinished })
    const load = { arrival: closed(3), sessions: sessions(server.url, 12), warmup: warmup(server.url, 5) }
    const { records, planned, durationMs, keepAlive } = await run(server.url, load)
    expect(records.map(({ id }) => id)).toEqual(Array.from({ length: 12 }, (_, index) => `s${index}t0`))
    expect(server.ids().slice(0, 5).sort()).toEqual(Array.from({ length: 5 }, (_, index) => `s900${index}t0`))
    expect(server.ids().slice(5).sort()).toEqual(records.map(({ id }) => id).sort())
    expect(server.mostAtOnce()).toBe(3)
    expect(server.connections).toBe(3)
    expect([planned, keepAlive, durationMs]).toEqual([12, true, Math.max(...records.map(({ endMs }) => endMs))])
    for (const record of records) {
      expect(record).toMatchObject({ outcome: { state: 'ok' }, reused: true, promptTokens: 7, completionTokens: 3 })
      expect(record.intendedMs).toBeGreaterThanOrEqual(0)
      expect(record.dequeuedMs).toBeGreaterThanOrEqual(record.intendedMs)
      expect(record.writtenMs).toBeGreaterThanOrEqual(record.dequeuedMs)
      expect(record.firstByteMs!).toBeGreaterThan(record.writtenMs)
    }
    // Each one after the first three is due at the end of another.
    const ends = new Set(records.map(({ endMs }) => endMs.toFixed(6)))
    for (const record of records.slice(3)) expect(ends).toContain(record.intendedMs.toFixed(6))
  })

  it('lets the turns of a session follow each other on one connection, each after its pause', async () => {
    const server = await chatServer({ onTestFinished })
    const load = { arrival: closed(2), sessions: sessions(server.url, 4, { turns: 3, thinkMs: 30 }) }
    const { records, planned } = await run(server.url, load)
    expect(planned).toBe(12)
    for (let session = 0; session < 4; session++) {
      const turns = records.filter((record) => record.session === session)
      expect(turns.map(({ turn }) => turn)).toEqual([0, 1, 2])
      for (const [before, after] of [turns.slice(0, 2), turns.slice(1)]) {
        expect(after!.intendedMs).toBeCloseTo(before!.endMs + 30, 6)
        expect(after!.dequeuedMs).toBeGreaterThanOrEqual(after!.intendedMs)
      }
      const on = server.taken.filter(({ id }) => id.startsWith(`s${session}t`)).map(({ connection }) => connection)
      expect(new Set(on).size).toBe(1)
    }
  })

  it('has a connection ready at the end of a pause in which the server closed the last one', async () => {
    const server = await chatServer({ onTestFinished }, { closesIdleAfterMs: 40 })
    const load = { arrival: closed(1), sessions: sessions(server.url, 1, { turns: 2, thinkMs: 300 }) }
    const { records } = await run(server.url, load)
    expect(records.map(({ outcome, reused }) => [outcome.state, reused])).toEqual([
      ['ok', true],
      ['ok', true],
    ])
    expect(server.connections).toBe(2)
  })

  it('makes a connection for each request where the server closes them, the first ones beforehand', async () => {
    const server = await chatServer({ onTestFinished }, { closes: true })
    const load = { arrival: closed(2), sessions: sessions(server.url, 6), warmup: warmup(server.url, 2) }
    const { records } = await run(server.url, { ...load, keepAlive: false })
    expect(records.map(({ outcome }) => outcome.state)).toEqual(new Array(6).fill('ok'))
    expect(records.map(({ reused }) => reused)).toEqual([true, true, false, false, false, false])
    expect(server.connections).toBe(8)
  })

  it('pays one time limit a stream for a server that hangs, and leaves the rest unsent', async () => {
    const server = await chatServer({ onTestFinished }, { hangsAfter: 4 })
    const load = { arrival: closed(2), sessions: sessions(server.url, 20, { turns: 2 }), requestTimeoutMs: 300 }
    const { records, planned } = await run(server.url, load)
    expect([records.length, planned]).toEqual([6, 40])
    expect(records.filter(({ outcome }) => outcome.state === 'failed' && outcome.error === 'timeout')).toHaveLength(2)
    expect(server.requests).toHaveLength(6)
  })

  it('records every request that a server refuses to connect', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    const { records } = await run(url, { arrival: closed(2), sessions: sessions(url, 5), warmup: warmup(url, 2) })
    expect(records.map(({ outcome }) => (outcome.state === 'failed' ? outcome.error : 'ok'))).toEqual(
      new Array(5).fill('connect'),
    )
  })

  it('counts the requests in flight from outside the records, and shows how it stands', async () => {
    const server = await chatServer({ onTestFinished }, { answerAfterMs: 350 })
    const shown: LiveSnapshot[] = []
    const steps: (string | number | undefined)[][] = []
    const { inFlight, durationMs } = await run(server.url, {
      arrival: closed(4),
      sessions: sessions(server.url, 8),
      onLive: (snapshot) => shown.push(snapshot),
      progress: { note() {}, step: (...step) => steps.push(step) },
    })
    expect(inFlight.length).toBeGreaterThan(3)
    expect(inFlight.filter(({ requests }) => requests === 4).length).toBeGreaterThan(inFlight.length / 2)
    for (const { atMs } of inFlight) expect(atMs).toBeLessThanOrEqual(durationMs + 100)
    expect(shown.length).toBeGreaterThan(1)
    expect(shown[0]).toMatchObject({ done: 0, planned: 8, running: 4, ttftP50Ms: null })
    expect(shown.at(-1)).toMatchObject({ done: 8, running: 0, failed: 0 })
    expect(shown.at(-1)!.ttftP50Ms).toBeGreaterThan(340)
    expect(steps.at(-1)).toEqual(['requests', 8, 8])
  })

  it('stops at once when aborted, with what had ended until then', async () => {
    const server = await chatServer({ onTestFinished }, { hangsAfter: 7 })
    const controller = new AbortController()
    const reason = new Error('enough')
    const running = run(server.url, {
      arrival: closed(2),
      sessions: sessions(server.url, 100),
      signal: controller.signal,
      onLive: () => {
        if (server.requests.length === 9) controller.abort(reason)
      },
    })
    const error = await running.catch((thrown: unknown) => thrown)
    if (!(error instanceof LoadInterrupted)) throw new Error('not interrupted')
    expect([error.message, error.cause]).toEqual(['enough', reason])
    expect(error.run).toMatchObject({ planned: 100, keepAlive: true })
    expect(error.run.records.map(({ id }) => id)).toEqual(Array.from({ length: 7 }, (_, index) => `s${index}t0`))
    expect(error.run.records.every(({ outcome }) => outcome.state === 'ok')).toBe(true)
  })

  it('gives the reason itself when aborted before its clock starts', async () => {
    const server = await chatServer({ onTestFinished }, { hangsAfter: 0 })
    const controller = new AbortController()
    const reason = new Error('enough')
    const load = { arrival: closed(2), sessions: sessions(server.url, 5), warmup: warmup(server.url, 2) }
    const running = run(server.url, { ...load, signal: controller.signal })
    setTimeout(() => controller.abort(reason), 100)
    await expect(running).rejects.toBe(reason)
  })
})
