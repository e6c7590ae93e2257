import type { Vendor } from '../record/words.ts'
import type { InventoryReading } from './inventory.ts'
import { parseNpuSmi } from './npu-smi.ts'
import { NVIDIA_QUERY_FIELDS, parseNvidiaSmi } from './nvidia-smi.ts'

/** How the devices of a vendor are looked at. A further vendor is one parser and one line here. */
export interface DeviceTool {
  tool: string
  argv: readonly string[]
  parse(output: string): InventoryReading
}

const NVIDIA_ARGV = [`--query-gpu=${NVIDIA_QUERY_FIELDS.join(',')}`, '--format=csv,noheader,nounits']

export const DEVICE_TOOLS: Readonly<Record<Vendor, DeviceTool>> = {
  ascend: { tool: 'npu-smi', argv: ['info'], parse: parseNpuSmi },
  nvidia: { tool: 'nvidia-smi', argv: NVIDIA_ARGV, parse: parseNvidiaSmi },
}
