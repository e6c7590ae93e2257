import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { Pacer } from '../../../../../src/suites/performance/load/pacer.ts'
import { clientFaults } from '../../../../../src/suites/performance/validity/client-faults.ts'
import type { ClientObservation } from '../../../../../src/suites/performance/validity/observation.ts'
import {
  type ReferenceStart,
  type ReferenceStream,
  startReferenceStream,
} from '../../../../../src/suites/performance/validity/reference-stream.ts'
import { watchClient } from '../../../../../src/suites/performance/validity/watch.ts'

let reference: ReferenceStream
beforeAll(async () => {
  const start: ReferenceStart = await startReferenceStream()
  if (start.state === 'absent') throw new Error(start.reason)
  reference = start.stream
})
afterAll(() => reference.stop())

function block(forMs: number): void {
  const startMs = performance.now()
  while (performance.now() - startMs < forMs);
}

/** Many short tasks, one after the other. */
async function work(forMs: number): Promise<void> {
  const endMs = performance.now() + forMs
  while (performance.now() < endMs) {
    block(10)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const codes = (seen: ClientObservation) => clientFaults(seen).map(({ code }) => code)

describe('a blocked thread', () => {
  it('is seen by its timers and by the reference stream', async () => {
    const watch = watchClient({ reference })
    await sleep(100)
    block(80)
    await sleep(100)
    const seen = watch.stop()
    expect(codes(seen)).toContain('client-stall')
    expect(codes(seen)).toContain('client-late')
    expect(Math.max(...seen.beats!.errorsMs)).toBeGreaterThan(40)
    expect(seen.longestTimerStallMs).toBeGreaterThan(60)
  })

  it('is seen also without a reference stream', async () => {
    const watch = watchClient({ reference: null })
    await sleep(100)
    block(60)
    await sleep(100)
    const seen = watch.stop()
    expect(seen.beats).toBeNull()
    expect(codes(seen)).toContain('client-stall')
  })

  it('is seen when the block begins with the watch', async () => {
    const watch = watchClient({ reference })
    block(60)
    await sleep(100)
    expect(codes(watch.stop())).toContain('client-stall')
  })

  it('is seen when the watch ends with the block', async () => {
    const watch = watchClient({ reference })
    await sleep(100)
    block(60)
    expect(codes(watch.stop())).toContain('client-stall')
  })

  it('is not busy over all, but in some windows, when it works for a while without rest', async () => {
    const watch = watchClient({ reference: null })
    await sleep(400)
    await work(400)
    await sleep(400)
    expect(clientFaults(watch.stop()).find(({ code }) => code === 'client-busy')?.voids).toBe('tails')
  })

  it('is busy over all when it never rests', async () => {
    const watch = watchClient({ reference: null })
    await work(300)
    expect(clientFaults(watch.stop()).find(({ code }) => code === 'client-busy')?.voids).toBe('all')
  })
})

describe('a thread that spins for a point in time', () => {
  it('is not busy with it', async () => {
    const clock = { monotonicMs: () => performance.now() }
    const pacer = new Pacer(clock)
    const watch = watchClient({ reference: null, spunMs: () => pacer.spunMs })
    const unaware = watchClient({ reference: null })
    const { signal } = new AbortController()
    // Never more than the pacer spins away, so it never sleeps.
    for (let wait = 0; wait < 300; wait++) await pacer.wait(performance.now() + 1, signal)
    const spun = unaware.stop().utilisation
    expect(spun).toBeGreaterThan(0.5)
    expect(watch.stop().utilisation).toBeLessThan(spun / 2)
  })
})

describe('a stopped process', () => {
  it('is seen by itself afterwards, and told from a blocked thread', async () => {
    const child = fork(join(import.meta.dirname, 'watched-process.ts'))
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child, 'message')
    await sleep(100)
    child.kill('SIGSTOP')
    await sleep(250)
    child.kill('SIGCONT')
    child.send('end')
    const [seen] = (await once(child, 'message')) as [ClientObservation]
    const stall = clientFaults(seen).find(({ code }) => code === 'client-stall')
    expect(stall).toMatchObject({ voids: 'all' })
    expect(stall?.reason).toContain('the whole measuring process')
  })
})

describe('a clock that is set', () => {
  it('is named', async () => {
    let setMs = 0
    const clocks = { wallMs: () => Date.now() + setMs, monotonicMs: () => performance.now() }
    const watch = watchClient({ reference: null, clocks })
    await sleep(150)
    setMs = -3_600_000
    await sleep(150)
    expect(codes(watch.stop())).toContain('clock-step')
  })

  it('is named when it happens at the very end', () => {
    let setMs = 0
    const clocks = { wallMs: () => Date.now() + setMs, monotonicMs: () => performance.now() }
    const watch = watchClient({ reference: null, clocks })
    setMs = 400
    expect(codes(watch.stop())).toContain('clock-step')
  })
})

describe('what the kernel tells', () => {
  it('is asked before and after', () => {
    const schedstat = ['1000000 0 1\n', '2000000 60000000000 2\n']
    const readText = (path: string) => (path.endsWith('/schedstat') ? (schedstat.shift() ?? null) : null)
    const seen = watchClient({ reference: null, readText }).stop()
    expect(codes(seen)).toContain('run-delay')
    expect(seen).toMatchObject({ stealShare: null, throttledMs: null, clockGovernor: null })
  })

  it('is of the thread that asks', async () => {
    const source = `const { readlinkSync } = require('node:fs'); require('node:worker_threads').parentPort.postMessage(readlinkSync('/proc/thread-self'))`
    if (process.platform !== 'linux') return
    const [path] = (await once(new Worker(source, { eval: true }), 'message')) as [string]
    expect(path).not.toBe(`${process.pid}/task/${process.pid}`)
  })
})

describe('collections of garbage', () => {
  it('are counted with the longest of them', async () => {
    const watch = watchClient({ reference: null })
    let kept: unknown[] = []
    for (let round = 0; round < 40; round++) {
      kept = Array.from({ length: 20_000 }, (_, index) => ({ index, kept: round === 39 ? kept : null }))
      await new Promise((resolve) => setImmediate(resolve))
    }
    const seen = watch.stop()
    expect(seen.longestCollectionMs).toBeGreaterThan(0)
    expect(seen.totalCollectionMs).toBeGreaterThanOrEqual(seen.longestCollectionMs)
  })
})
