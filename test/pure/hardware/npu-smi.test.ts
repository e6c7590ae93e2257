import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseNpuSmi } from '../../../src/hardware/npu-smi.ts'

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/smi/${name}`, import.meta.url), 'utf8')

function inventoryOf(text: string) {
  const reading = parseNpuSmi(text)
  if (reading.state === 'unreadable') throw new Error(reading.reason)
  return reading.inventory
}

/** index, health, used, total, power, temperature. */
const facts = (name: string) =>
  inventoryOf(fixture(name)).devices.map((d) => [
    d.index,
    d.health,
    d.memoryUsedMiB,
    d.memoryTotalMiB,
    d.powerWatts,
    d.temperatureCelsius,
  ])

describe('parseNpuSmi', () => {
  it('reads A2: ids that begin anywhere, a used value that touches the slash, a process without a name', () => {
    expect(facts('npu-info-a2.txt')).toEqual([
      [5, 'ok', 58_123, 65_536, 91.4, 41],
      [6, 'not-ok', 3391, 65_536, 88, 40],
    ])
    expect(inventoryOf(fixture('npu-info-a2.txt'))).toMatchObject({
      driverVersion: '25.2.0',
      devices: [{ name: '910B2' }, { name: '910B2' }],
    })
  })

  it('reads A3: a device per die by its physical id, power on the first die only', () => {
    expect(facts('npu-info-a3.txt')).toEqual([
      [0, 'ok', 3310, 65_536, 171.5, 35],
      [1, 'ok', 3120, 65_536, null, 36],
      [2, 'ok', 61_044, 65_536, 169, 37],
      [3, 'not-ok', 61_002, 65_536, null, 38],
    ])
  })

  it('reads the wide tables of 26.x', () => {
    expect(facts('npu-info-wide.txt').map(([index]) => index)).toEqual([6, 7])
  })

  it('reads 310P: device numbers of the second row, no HBM column, no power', () => {
    expect(facts('npu-info-310p.txt')).toEqual([
      [0, 'ok', 1511, 44_280, null, 47],
      [1, 'ok', 1402, 43_693, null, 48],
    ])
  })

  it('reads 950: the id in a cell of its own, no chip, no bus id, and does not take an unknown word for health', () => {
    expect(facts('npu-info-950.txt')).toEqual([
      [0, 'ok', 4902, 98_304, 370.4, 47],
      [1, 'unknown', 104_321, 131_072, 366.9, 49],
    ])
  })

  it('reads 910A: HBM, not DDR and not their sum; a misaligned column; no version line', () => {
    expect(facts('npu-info-910a.txt')).toEqual([[0, 'ok', 12, 32_768, 71.5, 36]])
    expect(inventoryOf(fixture('npu-info-910a.txt')).driverVersion).toBeNull()
  })

  it.each([
    ['npu-error-driver.txt', /-8005/],
    ['npu-error-used.txt', /-8020/],
  ])('says what the tool says in %s', (name, reason) => {
    expect(parseNpuSmi(fixture(name))).toEqual({ state: 'unreadable', reason: expect.stringMatching(reason) })
  })

  it('does not believe a table beside a failure of the driver', () => {
    const text = `dcmi module initialize failed. ret is -8005\n${fixture('npu-info-a2.txt')}`
    expect(parseNpuSmi(text).state).toBe('unreadable')
  })

  it.each(['Warning', 'Alarm', 'Critical', 'alarm'])('takes %s for not healthy', (word) => {
    const text = fixture('npu-info-a2.txt').replace('| OK  ', `| ${word}  `)
    expect(inventoryOf(text).devices[0]?.health).toBe('not-ok')
  })

  it.each(['', '\n\n', 'npu-smi: command not found', 'Usage: npu-smi info', '| a | b |\n+---+'])(
    'finds no table in %j',
    (text) => {
      expect(parseNpuSmi(text).state).toBe('unreadable')
    },
  )

  it.each([
    ['a second row without HBM', '58123/ 65536', '            '],
    ['a value that is no number', '58123/ 65536', '58123/ 655.s'],
    ['a power that is no number', '91.4 ', 'ERR  '],
    ['a missing second row', /\| 0 {25}\| 0000:41.*\n/, ''],
    ['a device that is there twice', '| 6     910B2', '| 5     910B2'],
    ['a missing cell', '| OK            | 91.4', '| 91.4'],
  ])('reads nothing from a table with %s', (_, from, to) => {
    const text = fixture('npu-info-a2.txt').replace(from, to)
    expect(text).not.toBe(fixture('npu-info-a2.txt'))
    expect(parseNpuSmi(text).state).toBe('unreadable')
  })

  it('never takes a cut output for a healthy smaller machine, wherever it is cut inside the table of devices', () => {
    for (const name of ['npu-info-a2.txt', 'npu-info-a3.txt', 'npu-info-950.txt']) {
      const whole = fixture(name)
      const devices = inventoryOf(whole).devices.length
      const end = whole.lastIndexOf('Process id')
      for (let cut = 0; cut < end; cut++) {
        const reading = parseNpuSmi(whole.slice(0, cut))
        if (reading.state === 'unreadable') continue
        // Only a cut right at a border, where nothing tells that more was to come, may leave fewer.
        const atBorder = /\+[-=+]*$/.test(whole.slice(0, cut).trimEnd())
        expect(reading.inventory.devices.length === devices || atBorder).toBe(true)
      }
    }
  })

  it('never throws, and never reports a device that is not in the text', () => {
    const lines = ['a2', 'a3', '310p', '950', 'wide'].flatMap((name) => fixture(`npu-info-${name}.txt`).split('\n'))
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...lines), { maxLength: 20 }), (some) => {
        const reading = parseNpuSmi(some.join('\n'))
        if (reading.state === 'inventory')
          for (const { name } of reading.inventory.devices) expect(some.join('\n')).toContain(name)
      }),
    )
  })
})
