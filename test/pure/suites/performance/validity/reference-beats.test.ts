import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BeatReader } from '../../../../../src/suites/performance/validity/beat-reader.ts'
import { clockOffsetMs } from '../../../../../src/suites/performance/validity/clock-offset.ts'
import { ClockStepWatch, type TwoClocks } from '../../../../../src/suites/performance/validity/clock-step.ts'
import { BEAT_BYTES } from '../../../../../src/suites/performance/validity/reference-worker.ts'

/** The bytes of beats: when the one before was written, and how late this one was. */
function bytesOf(beats: readonly [writtenBeforeMs: number, delayMs: number][]): Buffer {
  const bytes = Buffer.alloc(beats.length * BEAT_BYTES)
  for (const [index, [writtenBeforeMs, delayMs]] of beats.entries()) {
    bytes.writeDoubleLE(writtenBeforeMs, index * BEAT_BYTES)
    bytes.writeDoubleLE(delayMs, index * BEAT_BYTES + 8)
  }
  return bytes
}

describe('the reader of beats', () => {
  it('learns from the next beat when one was sent', () => {
    const reader = new BeatReader()
    const log = reader.log()
    reader.read(100.5, bytesOf([[Number.NaN, 0.2]]), BEAT_BYTES)
    reader.read(110.1, bytesOf([[100.25, 3]]), BEAT_BYTES)
    expect(log.end()).toEqual({ errorsMs: [0.25], senderDelaysMs: [0.2, 3] })
  })

  it('counts a beat that was read before its write returned as not late', () => {
    const reader = new BeatReader()
    const log = reader.log()
    reader.read(100, bytesOf([[Number.NaN, 0]]), BEAT_BYTES)
    reader.read(110, bytesOf([[100.02, 0]]), BEAT_BYTES)
    expect(log.end().errorsMs).toEqual([0])
  })

  it('gives beats that came in one read the same stamp, each its own lateness', () => {
    const reader = new BeatReader()
    const log = reader.log()
    const piled = bytesOf([
      [90, 0],
      [100, 0],
      [110, 0],
    ])
    reader.read(150, piled, piled.length)
    reader.read(160, bytesOf([[120, 0]]), BEAT_BYTES)
    expect(log.end().errorsMs).toEqual([50, 40, 30])
  })

  it('sees the same beats however the bytes are cut', () => {
    const stream = bytesOf(Array.from({ length: 20 }, (_, index) => [index * 10 - 10, index]))
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 60, maxLength: 60 }), (sizes) => {
        const reader = new BeatReader()
        const log = reader.log()
        const seenMs: number[] = []
        let position = 0
        for (const [index, size] of [...sizes, stream.length].entries()) {
          const piece = stream.subarray(position, position + size)
          const before = Math.floor(position / BEAT_BYTES)
          position += piece.length
          reader.read(1000 + index, piece, piece.length)
          for (let beat = before; beat < Math.floor(position / BEAT_BYTES); beat++) seenMs.push(1000 + index)
        }
        const { errorsMs, senderDelaysMs } = log.end()
        expect(errorsMs).toEqual(seenMs.slice(0, 19).map((atMs, index) => atMs - index * 10))
        expect(senderDelaysMs).toEqual(Array.from({ length: 20 }, (_, index) => index))
      }),
    )
  })

  it('keeps the logs of two points apart', () => {
    const reader = new BeatReader()
    const first = reader.log()
    reader.read(100, bytesOf([[Number.NaN, 50]]), BEAT_BYTES)
    const second = reader.log()
    reader.read(110, bytesOf([[99, 1]]), BEAT_BYTES)
    reader.read(120, bytesOf([[109, 1]]), BEAT_BYTES)
    expect(first.end()).toEqual({ errorsMs: [], senderDelaysMs: [50] })
    expect(second.end()).toEqual({ errorsMs: [1], senderDelaysMs: [1, 1] })
    reader.read(130, bytesOf([[119, 9]]), BEAT_BYTES)
    expect(second.end().errorsMs).toEqual([1])
  })
})

/** Clocks that move when they are read: `wallAheadMs` is set by the test. */
class Clocks implements TwoClocks {
  nowMs = 0
  wallAheadMs = 1e12
  /** How long reading takes. */
  readMs = 0.001
  wallMs() {
    this.nowMs += this.readMs
    return this.nowMs + this.wallAheadMs
  }
  monotonicMs() {
    return this.nowMs
  }
}

describe('the watch over the wall clock', () => {
  it('sees none in clocks that run alike', () => {
    const clocks = new Clocks()
    const watch = new ClockStepWatch(clocks)
    for (let look = 0; look < 10; look++) {
      clocks.nowMs += 100
      watch.look()
    }
    expect(watch.longestStepMs).toBeLessThan(0.01)
  })

  it.each([-75, 75])('sees a clock that was set by %i ms', (step) => {
    const clocks = new Clocks()
    const watch = new ClockStepWatch(clocks)
    watch.look()
    clocks.wallAheadMs += step
    watch.look()
    watch.look()
    expect(watch.longestStepMs).toBeCloseTo(75, 1)
  })

  it('does not add up a clock that is slewed', () => {
    const clocks = new Clocks()
    const watch = new ClockStepWatch(clocks)
    for (let look = 0; look < 1000; look++) {
      clocks.wallAheadMs += 0.05
      watch.look()
    }
    expect(watch.longestStepMs).toBeLessThan(0.1)
  })

  it('does not take a pause between two readings for a step, and finds the step afterwards', () => {
    const clocks = new Clocks()
    const watch = new ClockStepWatch(clocks)
    clocks.readMs = 200
    watch.look()
    expect(watch.longestStepMs).toBeLessThan(0.01)
    clocks.wallAheadMs += 60
    clocks.readMs = 0.001
    watch.look()
    expect(watch.longestStepMs).toBeCloseTo(60, 1)
  })
})

describe('the offset of a clock', () => {
  it('is what it shows more than the clock of all threads', () => {
    const clock = { date: () => '', monotonicMs: () => Number(process.hrtime.bigint()) / 1e6 + 5000 }
    expect(clockOffsetMs(clock)).toBeCloseTo(5000, 0)
  })
})
