import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emulateNpuSmi } from '../../../src/hardware/emulated/npu-smi.ts'
import { emulateNvidiaSmi } from '../../../src/hardware/emulated/nvidia-smi.ts'
import { runEmulatedTool } from '../../../src/hardware/emulated/run.ts'
import {
  type EmulatedMachine,
  emulatedDevices,
  emulatedMachineSchema,
  NPU_LAYOUTS,
} from '../../../src/hardware/emulated/state.ts'
import { parseNpuSmi } from '../../../src/hardware/npu-smi.ts'
import { parseNvidiaSmi } from '../../../src/hardware/nvidia-smi.ts'
import { DEVICE_TOOLS } from '../../../src/hardware/vendors.ts'
import type { Device } from '../../../src/record/cell-result.ts'

const tenths = (max: number) => fc.integer({ min: 0, max: max * 10 }).map((value) => value / 10)
const memory = fc
  .tuple(fc.integer({ min: 0, max: 200_000 }), fc.integer({ min: 1, max: 200_000 }))
  .map(([a, b]) => ({ memoryUsedMiB: Math.min(a, b), memoryTotalMiB: Math.max(a, b) }))
const health = fc.constantFrom<Device['health']>('ok', 'not-ok', 'unknown')
const readings = fc.record({
  powerWatts: fc.option(tenths(1200)),
  temperatureCelsius: fc.option(fc.integer({ min: -20, max: 120 })),
})
const listOf = (device: fc.Arbitrary<Omit<Device, 'index'>>) =>
  fc.array(device, { maxLength: 18 }).map((all) => all.map((each, index): Device => ({ index, ...each })))

describe('emulated npu-smi', () => {
  const devices = listOf(
    fc
      .tuple(fc.constantFrom('910B3', 'Ascend910', 'Ascend950DT'), health, memory, readings)
      .map(([name, state, mib, rest]) => ({ name, health: state, ...mib, ...rest })),
  )

  it.each(NPU_LAYOUTS)('prints in layout %s what the parser reads back as it was', (layout) => {
    fc.assert(
      fc.property(devices, (all) => {
        const { text } = emulateNpuSmi(['info'], { layout, driverVersion: '25.3.1', devices: all, faults: [] })
        expect(parseNpuSmi(text)).toEqual({
          state: 'inventory',
          inventory: { devices: all, driverVersion: '25.3.1' },
        })
      }),
      { numRuns: 50 },
    )
  })

  it('draws rows of one width', () => {
    for (const layout of NPU_LAYOUTS) {
      const { ascend } = emulatedDevices([{ vendor: 'ascend', chip: '910c', devices: 4 }])
      const { text } = emulateNpuSmi(['info'], { ...ascend!, layout })
      expect(
        new Set(
          text
            .trimEnd()
            .split('\n')
            .map((line) => line.length),
        ).size,
      ).toBe(1)
    }
  })
})

describe('emulated nvidia-smi', () => {
  // A sick GPU answers power and temperature with an error, so those are lost; one without memory is not known.
  const devices = listOf(
    fc.tuple(health, memory, readings).map(([state, mib, rest]) => ({
      name: 'NVIDIA H200',
      health: state,
      ...(state === 'unknown' ? { memoryUsedMiB: null, memoryTotalMiB: null } : mib),
      ...(state === 'not-ok' ? { powerWatts: null, temperatureCelsius: null } : rest),
    })),
  )
  const { argv } = DEVICE_TOOLS.nvidia

  it('prints what the parser reads back as it was', () => {
    fc.assert(
      fc.property(devices, (all) => {
        const { text } = emulateNvidiaSmi(argv, { driverVersion: '580.95.05', devices: all, faults: [] })
        const driverVersion = all.length === 0 ? null : '580.95.05'
        expect(parseNvidiaSmi(text)).toEqual({ state: 'inventory', inventory: { devices: all, driverVersion } })
      }),
    )
  })

  it('prints the fields asked for, in that order, with header and units unless told not to', () => {
    const { nvidia } = emulatedDevices([{ vendor: 'nvidia', chip: 'h200', devices: 1 }])
    expect(emulateNvidiaSmi(['--query-gpu=memory.total,index', '--format=csv'], nvidia!).text).toBe(
      'memory.total [MiB], index\n143771 MiB, 0\n',
    )
    expect(emulateNvidiaSmi(['--query-gpu=bogus', '--format=csv'], nvidia!)).toEqual({
      text: 'Field "bogus" is not a valid field to query.\n',
      exitCode: 2,
    })
  })
})

describe('emulatedDevices', () => {
  it('shows a healthy machine that has what the targets ask for, of both vendors', () => {
    const machine = emulatedDevices([
      { vendor: 'ascend', chip: '950dt', devices: 8 },
      { vendor: 'nvidia', chip: 'h200', devices: 4 },
      { vendor: 'nvidia', chip: 'h200', devices: 8 },
    ])
    expect(emulatedMachineSchema.safeParse(machine).success).toBe(true)
    expect(machine.ascend).toMatchObject({ layout: '950', devices: { length: 8 } })
    expect(machine.nvidia?.devices).toHaveLength(8)
    expect(emulatedDevices([]).nvidia).toBeNull()
  })

  it('shows the power of an A3 card at its first die only', () => {
    const { ascend } = emulatedDevices([{ vendor: 'ascend', chip: '910c', devices: 4 }])
    expect(ascend?.devices.map(({ powerWatts }) => powerWatts === null)).toEqual([false, true, false, true])
  })
})

describe('runEmulatedTool', () => {
  const machine = emulatedDevices([
    { vendor: 'ascend', chip: '950dt', devices: 4 },
    { vendor: 'nvidia', chip: 'h200', devices: 4 },
  ])
  const withFaults = (faults: NonNullable<EmulatedMachine['ascend']>['faults']): EmulatedMachine => ({
    ascend: { ...machine.ascend!, faults },
    nvidia: { ...machine.nvidia!, faults },
  })
  const run = (vendor: 'ascend' | 'nvidia', state: unknown) => {
    const { tool, argv } = DEVICE_TOOLS[vendor]
    return runEmulatedTool(tool, argv, JSON.stringify(state), 'devices.json')
  }
  const healths = (vendor: 'ascend' | 'nvidia', state: EmulatedMachine) => {
    const end = run(vendor, state)
    if (end.state === 'hangs') throw new Error('hangs')
    const reading = DEVICE_TOOLS[vendor].parse(end.output.text)
    return reading.state === 'unreadable'
      ? reading.reason
      : reading.inventory.devices.map((d) => `${d.index} ${d.health}`)
  }

  it.each(['ascend', 'nvidia'] as const)('shows the faults of devices: %s', (vendor) => {
    expect(healths(vendor, machine)).toEqual(['0 ok', '1 ok', '2 ok', '3 ok'])
    expect(healths(vendor, withFaults([{ kind: 'missing-device', index: 2 }]))).toEqual(['0 ok', '1 ok', '3 ok'])
    expect(healths(vendor, withFaults([{ kind: 'unhealthy-device', index: 1 }]))).toEqual([
      '0 ok',
      '1 not-ok',
      '2 ok',
      '3 ok',
    ])
  })

  it.each(['ascend', 'nvidia'] as const)('hangs, or prints an error, when told to: %s', (vendor) => {
    expect(run(vendor, withFaults([{ kind: 'hang' }]))).toEqual({ state: 'hangs' })
    expect(run(vendor, withFaults([{ kind: 'error-text', text: 'ret is -8005', exitCode: 3 }]))).toEqual({
      state: 'printed',
      output: { text: 'ret is -8005\n', exitCode: 3 },
    })
  })

  it('says what is wrong with a state file', () => {
    const end = run('ascend', { ...machine, extra: 1 })
    expect(end).toMatchObject({ output: { exitCode: 2, text: expect.stringContaining('devices.json') } })
    expect(run('ascend', { ascend: null, nvidia: null })).toMatchObject({ output: { exitCode: 2 } })
  })
})
