import { describe, expect, it } from 'vitest'
import { Pacer, restUntil } from '../../../../../src/suites/performance/load/pacer.ts'

/** Time that goes by only when somebody looks. */
function steppingClock(stepMs: number) {
  let nowMs = 0
  return {
    monotonicMs: () => {
      nowMs += stepMs
      return nowMs
    },
  }
}
const realClock = { monotonicMs: () => performance.now() }
const never = new AbortController().signal

describe('the pacer', () => {
  it('ends no wait before its time', async () => {
    const pacer = new Pacer(realClock)
    for (const waitMs of [0.2, 1, 2.3, 4.7]) {
      const untilMs = performance.now() + waitMs
      await pacer.wait(untilMs, never)
      expect(performance.now()).toBeGreaterThanOrEqual(untilMs)
    }
  })

  it('lets the event loop turn while it spins, and when the time has passed already', async () => {
    let turns = 0
    let counting = true
    const count = () => {
      turns++
      if (counting) setImmediate(count)
    }
    setImmediate(count)
    await new Pacer(steppingClock(0.1)).wait(1, never)
    expect(turns).toBeGreaterThan(5)
    const before = turns
    await new Pacer(realClock).wait(0, never)
    expect(turns).toBeGreaterThan(before)
    counting = false
  })

  it('counts only the turns without work as spun', async () => {
    const empty = new Pacer(steppingClock(0.01))
    await empty.wait(1, never)
    expect(empty.spunMs).toBeGreaterThan(0.9)
    const busy = new Pacer(steppingClock(0.1))
    await busy.wait(1, never)
    expect(busy.spunMs).toBe(0)
  })

  it('ends a wait when the signal aborts, and begins none afterwards', async () => {
    const controller = new AbortController()
    const clock = { monotonicMs: () => 0 }
    const resting = new Pacer(clock).wait(1e9, controller.signal)
    const spinning = new Pacer(clock).wait(1, controller.signal)
    setTimeout(() => controller.abort(), 5)
    await Promise.all([resting, spinning])
    await new Pacer(clock).wait(1e9, controller.signal)
  })
})

describe('a pause', () => {
  it('ends no earlier than it should', async () => {
    const untilMs = performance.now() + 7.4
    await restUntil(untilMs, realClock, never)
    expect(performance.now()).toBeGreaterThanOrEqual(untilMs)
  })

  it('ends when the signal aborts', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 5)
    await restUntil(1e9, { monotonicMs: () => 0 }, controller.signal)
  })
})
