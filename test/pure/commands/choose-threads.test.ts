import { describe, expect, it } from 'vitest'
import { chooseThreads } from '../../../src/commands/load/choose-threads.ts'
import type { Arrival, Workload } from '../../../src/plan/load.ts'

const length = (tokens: number) => ({ law: 'fixed', tokens }) as const
const single: Workload = { kind: 'single', input: length(64), output: length(100) }
const closed = (concurrency: number): Arrival => ({ kind: 'closed', concurrency })
const open = (requestsPerSecond: number): Arrival => ({
  ...{ kind: 'open', requestsPerSecond, law: 'poisson', burstiness: 1, maxConcurrency: 1024 },
})

/** What the self-test was asked for, and what was chosen when one thread takes 20,000 events a second. */
async function choose(
  arrivals: Arrival[],
  { workload = single, threads = 'auto' as number | 'auto', hosts = 1, cores = 8, fails = false } = {},
) {
  let asked = { streams: 0, eventsPerSecond: 0 }
  const choice = await chooseThreads(
    { arrivals, workload, threads, hostShare: hosts === 1 ? null : { host: 1, hosts } },
    cores,
    {
      clock: { date: () => '2026-01-01T00:00:00Z', monotonicMs: () => 0 },
      signal: new AbortController().signal,
      calibrate: async ({ streams, eventsPerSecond }) => {
        asked = { streams, eventsPerSecond }
        if (fails) return { state: 'failed', reason: 'no port' }
        const numbers = { errorP50Ms: 0.1, errorP99Ms: 0.5, cpuMicrosecondsPerEvent: 50, events: 1000 }
        return { state: 'calibrated', streams, eventsPerSecond, ...numbers, capacityEventsPerSecond: 20_000 }
      },
    },
  )
  return { ...choice, asked }
}

describe('the threads of a load', () => {
  it('are one for a small load and more where the greatest level needs them', async () => {
    expect(await choose([closed(1), closed(64)])).toMatchObject({
      threads: 1,
      asked: { streams: 64, eventsPerSecond: 3200 },
    })
    expect((await choose([closed(1), closed(512)])).threads).toBeGreaterThan(1)
  })

  it('are as many as asked for, though the self-test is made all the same', async () => {
    const { threads, calibration } = await choose([closed(512)], { threads: 2 })
    expect(threads).toBe(2)
    expect(calibration).toMatchObject({ capacityEventsPerSecond: 20_000 })
  })

  it('count every turn of a conversation', async () => {
    const workload: Workload = {
      ...{
        kind: 'multi-turn',
        turns: 5,
        input: length(64),
        nextInput: length(16),
        output: length(100),
        thinkSeconds: 0,
      },
    }
    expect((await choose([open(4)])).asked.eventsPerSecond).toBe(400)
    expect((await choose([open(4)], { workload })).asked.eventsPerSecond).toBe(2000)
  })

  it('take the speed of a trace for a factor, not for a rate', async () => {
    const workload: Workload = { kind: 'trace', file: 't.jsonl', sha256: null }
    const trace = (speed: number): Arrival => ({ kind: 'trace', speed, maxConcurrency: 1024 })
    const once = (await choose([trace(1)], { workload })).asked.eventsPerSecond
    expect(once).toBeGreaterThan(1000)
    expect((await choose([trace(3)], { workload })).asked.eventsPerSecond).toBe(3 * once)
  })

  it('carry the share of one host, and say how many hosts are needed in all', async () => {
    expect((await choose([closed(400)], { hosts: 4 })).asked).toEqual({ streams: 100, eventsPerSecond: 5000 })
    const { threads, remarks } = await choose([closed(4096)], { cores: 2 })
    expect(threads).toBe(1)
    expect(remarks.join()).toMatch(/23 client hosts/)
  })

  it('are one where the self-test fails, which is said', async () => {
    const choice = await choose([closed(512)], { fails: true })
    expect(choice).toMatchObject({ threads: 1, calibration: null })
    expect(choice.remarks).toEqual(['the client could not be calibrated: no port'])
  })
})
