import type { Vendor } from '../../record/words.ts'
import type { NpuLayout } from './state.ts'

/** What the tools print for a chip. Memory and idle power as the tools print them on such machines. */
export interface ChipFacts {
  name: string
  layout: NpuLayout
  memoryMiB: number
  idleMemoryMiB: number
  idleWatts: number
  driverVersion: string
}

const CHIPS: Readonly<Record<Vendor, Readonly<Record<string, ChipFacts>>>> = {
  ascend: {
    '910b': npu('910B3', 'a2', 65_536, 3400, 90, '25.5.0'),
    '910c': npu('Ascend910', 'a3', 65_536, 3300, 180, '25.5.0'),
    '950pr': npu('Ascend950PR', '950', 131_072, 6000, 190, '25.7.rc1'),
    '950dt': npu('Ascend950DT', '950', 98_304, 4900, 375, '25.7.rc1'),
  },
  nvidia: {
    h100: gpu('NVIDIA H100 80GB HBM3', 81_559, 69),
    h200: gpu('NVIDIA H200', 143_771, 77),
    b200: gpu('NVIDIA B200', 183_359, 140),
  },
}

/** A chip that is not listed is shown under its own name, as the vendor's commonest kind. */
export function chipFacts(vendor: Vendor, chip: string): ChipFacts {
  const known = Object.hasOwn(CHIPS[vendor], chip) ? CHIPS[vendor][chip] : undefined
  return known ?? { ...Object.values(CHIPS[vendor])[0]!, name: chip.slice(0, 20) }
}

function npu(
  name: string,
  layout: NpuLayout,
  memoryMiB: number,
  idleMemoryMiB: number,
  idleWatts: number,
  driverVersion: string,
): ChipFacts {
  return { name, layout, memoryMiB, idleMemoryMiB, idleWatts, driverVersion }
}

function gpu(name: string, memoryMiB: number, idleWatts: number): ChipFacts {
  return { name, layout: 'a2', memoryMiB, idleMemoryMiB: 0, idleWatts, driverVersion: '590.48.01' }
}
