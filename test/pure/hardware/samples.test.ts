import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseNpuSmi } from '../../../src/hardware/npu-smi.ts'
import { NVIDIA_QUERY_FIELDS, parseNvidiaSmi } from '../../../src/hardware/nvidia-smi.ts'

/** Real output of other people's machines, kept beside the checkout where there is any; the repository has none. */
const SAMPLES = new URL('../../../../shared/data/smi/', import.meta.url)
const there = existsSync(SAMPLES)
const read = (file: string) => readFileSync(new URL(file, SAMPLES), 'utf8').replace(/^# .*\n/, '')
const files = (directory: string) => (there ? readdirSync(new URL(directory, SAMPLES)) : [])

describe.skipIf(!there)('real samples (skipped where ../shared/data/smi is absent)', () => {
  const inventories: Record<string, [count: number, lastIndex: number, notOk: number]> = {
    info_310P3_1card: [1, 0, 0],
    'info_310P3_24.1': [8, 7, 0],
    info_910A_4card: [4, 3, 4],
    info_910B2C_5card: [5, 4, 1],
    info_910B3_2card: [2, 1, 0],
    info_910B4_2card: [2, 1, 0],
    info_910B4_8card: [8, 7, 0],
    'info_910C-A3': [16, 15, 0],
    info_910ProB: [2, 1, 0],
    info_950DT_8card: [8, 7, 0],
    info_950PR_7card: [7, 6, 0],
    'info_A3_26.0': [3, 15, 0],
    'info_health-Warning': [2, 7, 1],
  }

  it.each(files('npu-smi/'))('npu-smi/%s is read whole or not at all', (file) => {
    const reading = parseNpuSmi(read(`npu-smi/${file}`))
    const expected = Object.entries(inventories).find(([prefix]) => file.startsWith(prefix))?.[1]
    if (expected === undefined) return expect(reading.state).toBe('unreadable')
    if (reading.state === 'unreadable') throw new Error(reading.reason)
    const { devices } = reading.inventory
    expect([devices.length, devices.at(-1)?.index, devices.filter((d) => d.health !== 'ok').length]).toEqual(expected)
    for (const device of devices) expect(device.memoryTotalMiB).toBeGreaterThan(16_000)
  })

  it('every table of devices among them was met', () => {
    const met = files('npu-smi/').filter((file) => Object.keys(inventories).some((prefix) => file.startsWith(prefix)))
    expect(met).toHaveLength(Object.keys(inventories).length)
  })

  it.each(files('nvidia-smi/').filter((file) => file.endsWith('query-gpu-all.txt')))('nvidia-smi/%s', (file) => {
    const [header = '', ...rows] = read(`nvidia-smi/${file}`).trim().split('\n')
    const names = header.split(', ').map((name) => name.replace(/ \[.*/, ''))
    const own = rows.map((row) => {
      const values = row.split(', ')
      return NVIDIA_QUERY_FIELDS.map((field) => values[names.indexOf(field)]?.replace(/ (MiB|W)$/, '')).join(', ')
    })
    const reading = parseNvidiaSmi(own.join('\n'))
    expect(reading).toMatchObject({ state: 'inventory', inventory: { devices: [{ index: 0, health: 'ok' }] } })
  })

  it.each(files('nvidia-smi/').filter((file) => /^(error_device|error_driver|q_fragment|table_fragment)/.test(file)))(
    'nvidia-smi/%s is not taken for health',
    (file) => {
      expect(parseNvidiaSmi(read(`nvidia-smi/${file}`)).state).toBe('unreadable')
    },
  )
})
