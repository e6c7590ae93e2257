import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeHealth } from '../../../src/hardware/health.ts'
import type { Device, Hardware } from '../../../src/record/cell-result.ts'

const device = (index: number, health: Device['health'] = 'ok'): Device => ({
  index,
  name: 'NVIDIA H200',
  health,
  memoryUsedMiB: 0,
  memoryTotalMiB: 143_771,
  powerWatts: 77,
  temperatureCelsius: 30,
})

const seen = (devices: Device[]): Hardware => ({
  state: 'seen',
  vendor: 'nvidia',
  tool: 'nvidia-smi',
  driverVersion: null,
  devices,
})

describe('judgeHealth', () => {
  it('is healthy when all promised devices are there and well', () => {
    expect(judgeHealth(seen([device(4), device(5)]), 2)).toEqual({ state: 'healthy' })
    expect(judgeHealth(seen([device(0), device(1), device(2)]), 2)).toEqual({ state: 'healthy' })
  })

  it('says how many are missing, and which where the numbering tells', () => {
    expect(judgeHealth(seen([device(0), device(1), device(3)]), 4)).toEqual({
      state: 'unhealthy',
      reasons: ['nvidia-smi shows 3 of the 4 devices promised; missing: 2'],
    })
    expect(judgeHealth(seen([]), 8)).toEqual({
      state: 'unhealthy',
      reasons: ['nvidia-smi shows 0 of the 8 devices promised'],
    })
  })

  it('names every device that is not well or not known to be', () => {
    expect(judgeHealth(seen([device(0), device(1, 'not-ok'), device(2, 'unknown')]), 3)).toEqual({
      state: 'unhealthy',
      reasons: [
        'nvidia-smi reports device 1 (NVIDIA H200) as not healthy',
        'the health of device 2 (NVIDIA H200) is not known',
      ],
    })
  })

  it('cannot verify a machine without the tool, and suspects one whose tool fails', () => {
    expect(judgeHealth({ state: 'not-probed', reason: 'no tool' }, 8)).toEqual({
      state: 'unverified',
      reason: 'no tool',
    })
    expect(judgeHealth({ state: 'not-probed', reason: 'hangs', toolFailed: true }, 8)).toEqual({
      state: 'unhealthy',
      reasons: ['hangs'],
    })
  })

  it('is never healthy with fewer devices than promised or with one that is not ok', () => {
    const health = fc.constantFrom<Device['health']>('ok', 'not-ok', 'unknown')
    fc.assert(
      fc.property(fc.array(health, { maxLength: 20 }), fc.integer({ min: 1, max: 20 }), (all, promised) => {
        const healthy = judgeHealth(seen(all.map((each, index) => device(index, each))), promised).state === 'healthy'
        expect(healthy).toBe(all.length >= promised && all.every((each) => each === 'ok'))
      }),
    )
  })
})
