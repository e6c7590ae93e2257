import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { calibrateClient } from '../../../../../src/suites/performance/validity/calibration.ts'

const clock = { date: () => '', monotonicMs: () => performance.now() }
const { signal } = new AbortController()

describe('the calibration of the client', () => {
  it('compares every event with when it was sent, at the rate that was asked for', async () => {
    const found = await calibrateClient({ streams: 8, eventsPerSecond: 800, clock, signal })
    if (found.state === 'failed') throw new Error(found.reason)
    expect(found).toMatchObject({ streams: 8, events: 800 })
    expect(found.eventsPerSecond).toBeGreaterThan(100)
    expect(found.errorP50Ms).toBeGreaterThan(0)
    expect(found.errorP99Ms).toBeGreaterThanOrEqual(found.errorP50Ms)
    expect(found.capacityEventsPerSecond).toBeCloseTo(1e6 / found.cpuMicrosecondsPerEvent, 3)
  })

  it('does not depend on where the clock begins', async () => {
    const shifted = { date: () => '', monotonicMs: () => performance.now() + 1e6 }
    const found = await calibrateClient({ streams: 2, eventsPerSecond: 50, clock: shifted, signal })
    if (found.state === 'failed') throw new Error(found.reason)
    expect(found.errorP50Ms).toBeLessThan(1000)
  })

  it('sees a client that stamps late', async () => {
    const blocking = setInterval(() => {
      const endMs = performance.now() + 60
      while (performance.now() < endMs);
    }, 100)
    const found = await calibrateClient({ streams: 4, eventsPerSecond: 200, clock, signal })
    clearInterval(blocking)
    if (found.state === 'failed') throw new Error(found.reason)
    expect(found.errorP99Ms).toBeGreaterThan(20)
  })

  it('plays few events closer together rather than longer', async () => {
    const found = await calibrateClient({ streams: 4, eventsPerSecond: 1, clock, signal })
    expect(found).toMatchObject({ state: 'calibrated', events: 8 })
  })

  it('throws the reason of an abort, before and while it runs', async () => {
    const over = AbortSignal.abort(new Error('no more'))
    await expect(calibrateClient({ streams: 1, eventsPerSecond: 10, clock, signal: over })).rejects.toThrow('no more')
    const controller = new AbortController()
    const running = calibrateClient({ streams: 2, eventsPerSecond: 100, clock, signal: controller.signal })
    void sleep(200).then(() => controller.abort(new Error('stopped midway')))
    await expect(running).rejects.toThrow('stopped midway')
  })
})
