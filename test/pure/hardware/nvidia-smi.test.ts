import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseNvidiaSmi } from '../../../src/hardware/nvidia-smi.ts'

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/smi/${name}`, import.meta.url), 'utf8')

describe('parseNvidiaSmi', () => {
  it('reads rows; what is not there is null, what could not be read is not healthy, no memory is not known', () => {
    const reading = parseNvidiaSmi(fixture('nvidia-query.csv'))
    expect(reading).toMatchObject({ state: 'inventory', inventory: { driverVersion: '580.95.05' } })
    if (reading.state === 'unreadable') return
    expect(
      reading.inventory.devices.map((d) => [d.index, d.health, d.memoryUsedMiB, d.powerWatts, d.temperatureCelsius]),
    ).toEqual([
      [0, 'ok', 0, 76.12, 29],
      [1, 'ok', 131_072, 611.9, 63],
      [2, 'ok', 59, null, 41],
      [3, 'not-ok', 0, null, null],
      [4, 'unknown', null, 12.4, 44],
    ])
    expect(reading.inventory.devices[2]?.name).toBe('NVIDIA H100 80GB HBM3')
  })

  it('does not take the rest for the whole when a GPU fell off the bus', () => {
    expect(parseNvidiaSmi(fixture('nvidia-lost.txt'))).toEqual({
      state: 'unreadable',
      reason: expect.stringContaining('GPU2: 0000:55:00.0: Unknown Error'),
    })
  })

  it('reads a machine without devices as having none', () => {
    expect(parseNvidiaSmi('No devices were found\n')).toEqual({
      state: 'inventory',
      inventory: { devices: [], driverVersion: null },
    })
  })

  it.each([
    'Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 580.1',
    'NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.',
    'Field "power.drawn" is not a valid field to query.',
    'Unable to determine the device handle for GPU0000:CB:00.0: Unknown Error',
    '',
    '0, NVIDIA H200, 0, 143771, 76.12, 29',
    '0, NVIDIA H200, 0, 143771, 76.12, 29, 580.95, extra',
    'x, NVIDIA H200, 0, 143771, 76.12, 29, 580.95',
    '0, NVIDIA H200, 0 MiB, 143771 MiB, 76.12 W, 29, 580.95',
    '0, NVIDIA H200, 0, 1, 2, 3, 580\n0, NVIDIA H200, 0, 1, 2, 3, 580',
  ])('reads nothing from %j', (text) => {
    expect(parseNvidiaSmi(text).state).toBe('unreadable')
  })

  it.each(['ERR!', '[Unknown Error]', 'Unknown Error', '[GPU requires reset]'])('takes %s for not healthy', (word) => {
    const reading = parseNvidiaSmi(`0, NVIDIA H200, 0, 143771, ${word}, 29, 580.95`)
    expect(reading).toMatchObject({ inventory: { devices: [{ health: 'not-ok', powerWatts: null }] } })
  })

  it.each(['[N/A]', '[Not Supported]', '[Insufficient Permissions]', ''])(
    'takes %j for absent, not for ill',
    (word) => {
      const reading = parseNvidiaSmi(`0, NVIDIA H200, 0, 143771, ${word}, 29, 580.95`)
      expect(reading).toMatchObject({ inventory: { devices: [{ health: 'ok', powerWatts: null }] } })
    },
  )

  it('never throws', () => {
    const word = fc.oneof(fc.constantFrom(', ', '\n', '0', '[N/A]', 'ERR!', '580.95'), fc.string({ maxLength: 5 }))
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (words) => {
        expect(['inventory', 'unreadable']).toContain(parseNvidiaSmi(words.join('')).state)
      }),
    )
  })
})
