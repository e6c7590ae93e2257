import { z } from 'zod'
import { type Device, deviceSchema } from '../../record/cell-result.ts'
import type { Vendor } from '../../record/words.ts'
import { chipFacts } from './chips.ts'

/** The file that drives the emulated device tools: which devices a machine shows, and what is wrong with it. */

/** Environment variable that names the state file. */
export const STATE_VARIABLE = 'CROSSCHIP_EMULATED_DEVICES'

const fault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('missing-device'), index: deviceSchema.shape.index }),
  z.strictObject({ kind: z.literal('unhealthy-device'), index: deviceSchema.shape.index }),
  z.strictObject({ kind: z.literal('hang') }),
  z.strictObject({
    kind: z.literal('error-text'),
    text: z.string().max(2000),
    exitCode: z.number().int().min(0).max(255),
  }),
])
export type MachineFault = z.infer<typeof fault>

const common = {
  driverVersion: z.string().regex(/^[\w.-]{1,64}$/),
  devices: z.array(deviceSchema).max(4096),
  faults: z.array(fault).max(64).default([]),
}

/** Which table `npu-smi info` prints. */
export const NPU_LAYOUTS = ['a2', 'a3', '310p', 'wide', '950'] as const
export type NpuLayout = (typeof NPU_LAYOUTS)[number]

const ascend = z.strictObject({ layout: z.enum(NPU_LAYOUTS), ...common })
const nvidia = z.strictObject(common)

export const emulatedMachineSchema = z.strictObject({ ascend: ascend.nullable(), nvidia: nvidia.nullable() })
/** A machine may show devices of both vendors: a demo runs all its cells on one. */
export type EmulatedMachine = z.infer<typeof emulatedMachineSchema>
export type EmulatedAscend = z.infer<typeof ascend>
export type EmulatedNvidia = z.infer<typeof nvidia>

/** An idle, healthy machine that has what these targets ask for. Of several chips of one vendor the first is shown. */
export function emulatedDevices(
  targets: readonly { vendor: Vendor; chip: string; devices: number }[],
): EmulatedMachine {
  const of = (vendor: Vendor) => {
    const own = targets.filter((target) => target.vendor === vendor)
    if (own[0] === undefined) return null
    const facts = chipFacts(vendor, own[0].chip)
    const count = Math.max(...own.map((target) => target.devices))
    const devices = Array.from({ length: count }, (_, index): Device => {
      // On A3 the power of a card stands at its first die only.
      const powerless = facts.layout === 'a3' && index % 2 === 1
      return {
        index,
        name: facts.name,
        health: 'ok',
        memoryUsedMiB: facts.idleMemoryMiB,
        memoryTotalMiB: facts.memoryMiB,
        powerWatts: powerless ? null : facts.idleWatts,
        temperatureCelsius: 40,
      }
    })
    return { layout: facts.layout, driverVersion: facts.driverVersion, devices, faults: [] }
  }
  const npu = of('ascend')
  const gpu = of('nvidia')
  return {
    ascend: npu,
    nvidia: gpu && { driverVersion: gpu.driverVersion, devices: gpu.devices, faults: gpu.faults },
  }
}

/** The devices that a tool shows once the faults have had their say. */
export function visibleDevices({ devices, faults }: EmulatedNvidia): Device[] {
  const struck = (kind: MachineFault['kind'], index: number) =>
    faults.some((each) => each.kind === kind && 'index' in each && each.index === index)
  return devices
    .filter(({ index }) => !struck('missing-device', index))
    .map((device) => (struck('unhealthy-device', device.index) ? { ...device, health: 'not-ok' } : device))
}
