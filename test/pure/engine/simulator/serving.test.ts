import { describe, expect, it } from 'vitest'
import { FAULTS, faultByName } from '../../../../src/engine/simulator/faults/registry.ts'
import { DEFAULT_TIMING } from '../../../../src/engine/simulator/options.ts'
import { BLOCK_TOKENS, PrefixCache } from '../../../../src/engine/simulator/serving/prefix-cache.ts'
import { requestTiming, sessionFactor, tokenJitterMs } from '../../../../src/engine/simulator/serving/timing.ts'

const tokens = (count: number, offset = 0) => Array.from({ length: count }, (_, index) => index + offset)

describe('the prefix cache', () => {
  it('counts whole blocks that were seen with all that stands before them', () => {
    const cache = new PrefixCache()
    expect(cache.take(tokens(200))).toBe(0)
    expect(cache.take(tokens(200))).toBe(3 * BLOCK_TOKENS)
    expect(cache.take([...tokens(100), ...tokens(100, 7)])).toBe(BLOCK_TOKENS)
    expect(cache.take([...tokens(1, 9), ...tokens(199)])).toBe(0)
  })

  it('always leaves one token to compute', () => {
    const cache = new PrefixCache()
    cache.take(tokens(2 * BLOCK_TOKENS))
    expect(cache.take(tokens(2 * BLOCK_TOKENS))).toBe(BLOCK_TOKENS)
  })
})

describe('the seeded schedule', () => {
  it('draws one factor for a session, of the spread that was asked for', () => {
    const factors = Array.from({ length: 2_000 }, (_, seed) => {
      return Math.log(sessionFactor({ ...DEFAULT_TIMING, sessionScatter: 0.02 }, seed))
    })
    const mean = factors.reduce((sum, value) => sum + value, 0) / factors.length
    const deviation = Math.sqrt(factors.reduce((sum, value) => sum + (value - mean) ** 2, 0) / factors.length)
    expect(Math.abs(mean)).toBeLessThan(0.002)
    expect(deviation).toBeGreaterThan(0.018)
    expect(deviation).toBeLessThan(0.022)
  })

  it('is the same for the same seeds and asks more for a longer prompt', () => {
    const short = requestTiming(DEFAULT_TIMING, 3, 5, 0)
    expect(requestTiming(DEFAULT_TIMING, 3, 5, 0)).toEqual(short)
    expect(requestTiming(DEFAULT_TIMING, 3, 6, 0)).not.toEqual(short)
    const long = requestTiming(DEFAULT_TIMING, 3, 5, 8192)
    expect(long.ttftMs / short.ttftMs).toBeCloseTo(1 + (8192 * 0.02) / 60, 6)
    expect(long.itlMs).toBe(short.itlMs)
  })

  it('moves tokens by a small part of their latency only', () => {
    for (let index = 0; index < 500; index++) expect(Math.abs(tokenJitterMs(8, 1, 1, index))).toBeLessThan(1)
  })
})

describe('the fault registry', () => {
  it('has unique names and a meaning for each', () => {
    const names = FAULTS.map((fault) => fault.name)
    expect(new Set(names).size).toBe(names.length)
    for (const fault of FAULTS) {
      expect(fault.name).toMatch(/^[a-z0-9-]+$/)
      expect(fault.meaning.length).toBeGreaterThan(20)
      expect(Object.keys(fault).length).toBeGreaterThan(2)
    }
  })

  it('slows by the shares that the meanings say', () => {
    const timing = { ttftMs: 100, itlMs: 10 }
    expect(faultByName('slow-decode').timing!(timing)).toEqual({ ttftMs: 100, itlMs: 10.8 })
    expect(faultByName('slow-prefill').timing!(timing)).toEqual({ ttftMs: 125, itlMs: 10 })
  })

  it('finds a fault by name and says when there is none', () => {
    expect(faultByName('slow-decode').name).toBe('slow-decode')
    expect(() => faultByName('slow-decoder')).toThrow(RangeError)
  })
})
