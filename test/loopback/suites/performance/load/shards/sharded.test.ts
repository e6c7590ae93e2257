import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { silentProgress } from '../../../../../../src/ports.ts'
import { arrivalTimes } from '../../../../../../src/suites/performance/load/arrivals.ts'
import type { LiveSnapshot } from '../../../../../../src/suites/performance/load/live-statistics.ts'
import { LoadInterrupted } from '../../../../../../src/suites/performance/load/run.ts'
import { type RunShardedOptions, runSharded } from '../../../../../../src/suites/performance/load/shards/sharded.ts'
import { chatServer } from '../chat-server.ts'
import { sessions, warmup } from '../planned.ts'

const closed = (concurrency: number) => ({ kind: 'closed', concurrency }) as const

function sharded(url: string, changes: Partial<RunShardedOptions>) {
  return runSharded({
    ...{ url, network: null, threads: 3, arrival: closed(1), sessions: [], warmup: [], keepAlive: true, seed: 5 },
    ...{ requestTimeoutMs: 20_000, signal: new AbortController().signal, progress: silentProgress },
    ...changes,
  })
}

describe('a load on several threads', () => {
  it('is the same load: each request once, the same concurrency, one origin, records in the order planned', async () => {
    const server = await chatServer({ onTestFinished }, { answerAfterMs: 30 })
    const shown: LiveSnapshot[] = []
    const load = { arrival: closed(7), sessions: sessions(server.url, 10, { turns: 2 }), warmup: warmup(server.url, 7) }
    const { run, observations } = await sharded(server.url, { ...load, onLive: (snapshot) => shown.push(snapshot) })
    expect(run.records.map(({ id }) => id)).toEqual(
      load.sessions.flatMap((one) => one.requests.map(({ request }) => request.id)),
    )
    expect(
      server
        .ids()
        .slice(0, 7)
        .every((id) => id.startsWith('s9')),
    ).toBe(true)
    expect(server.ids().slice(7).sort()).toEqual(run.records.map(({ id }) => id).sort())
    expect([server.mostAtOnce(), server.connections]).toEqual([7, 7])
    expect(run.records.filter(({ intendedMs }) => intendedMs === 0)).toHaveLength(7)
    for (const record of run.records) {
      expect(record).toMatchObject({ outcome: { state: 'ok' }, completionTokens: 3, reused: true })
      expect(record.writtenMs).toBeGreaterThanOrEqual(0)
      expect([...record.events].filter((event) => event.class === 'answer')).toHaveLength(3)
    }
    expect(run).toMatchObject({ planned: 20, keepAlive: true })
    expect(observations).toHaveLength(3)
    expect(shown.at(-1)).toMatchObject({ done: 20, planned: 20, running: 0, failed: 0 })
  })

  it('keeps the arrival times that one thread would have had', async () => {
    const server = await chatServer({ onTestFinished })
    const arrival = { kind: 'open', requestsPerSecond: 80, law: 'poisson', burstiness: 1, maxConcurrency: 30 } as const
    const { run } = await sharded(server.url, { arrival, sessions: sessions(server.url, 20) })
    const times = arrivalTimes(arrival, 20, 5)
    for (const [index, { intendedMs }] of run.records.entries()) expect(intendedMs).toBeCloseTo(times[index]!, 3)
  })

  it('hands out what had ended when it is aborted', async () => {
    const server = await chatServer({ onTestFinished }, { hangsAfter: 6 })
    const controller = new AbortController()
    const reason = new Error('enough')
    const running = sharded(server.url, {
      ...{ arrival: closed(3), sessions: sessions(server.url, 60), signal: controller.signal },
      onLive: ({ done }) => {
        if (done === 6) controller.abort(reason)
      },
    })
    const error = await running.catch((thrown: unknown) => thrown)
    if (!(error instanceof LoadInterrupted)) throw error
    expect([error.cause, error.run.planned, error.run.records.length]).toEqual([reason, 60, 6])
  })

  it('gives the reason when aborted before the start', async () => {
    const server = await chatServer({ onTestFinished }, { hangsAfter: 0 })
    const controller = new AbortController()
    const reason = new Error('enough')
    const load = { arrival: closed(3), sessions: sessions(server.url, 6), warmup: warmup(server.url, 3) }
    const running = sharded(server.url, { ...load, signal: controller.signal })
    setTimeout(() => controller.abort(reason), 300)
    await expect(running).rejects.toBe(reason)
  })

  it.each([
    ['cannot be started', 'throw new Error("no room")', 'no room'],
    ['ends without a word', '', 'without a result'],
  ])('fails when a thread %s', async (_, source, message) => {
    const folder = await mkdtemp(join(tmpdir(), 'shard-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const script = join(folder, 'thread.mjs')
    await writeFile(script, source)
    const running = sharded('http://127.0.0.1:1', { script, sessions: sessions('http://127.0.0.1:1', 3) })
    await expect(running).rejects.toThrow(message)
  })
})
