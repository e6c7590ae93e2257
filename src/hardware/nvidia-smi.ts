import type { Device } from '../record/cell-result.ts'
import { type InventoryReading, quoteLine } from './inventory.ts'

/**
 * Parser of `nvidia-smi --query-gpu=... --format=csv,noheader,nounits`. CSV, because table views cut long names and
 * change between drivers.
 */
export const NVIDIA_QUERY_FIELDS = [
  'index',
  'name',
  'memory.used',
  'memory.total',
  'power.draw',
  'temperature.gpu',
  'driver_version',
] as const

/** The tool has no such value, which says nothing about the device. */
const ABSENT =
  /^(?:\[?(?:N\/A|Not Supported|Requested functionality has been deprecated|Insufficient Permissions)\]?|)$/i
/** The tool could not read the device, which does. */
const FAILED = /^(?:ERR!|\[?(?:Unknown Error|GPU requires reset|GPU is lost)\]?)$/i
const FAILURE = /^(?:Unable to determine the device handle|Failed to initialize NVML|NVIDIA-SMI has failed|Field ")/i

export function parseNvidiaSmi(output: string): InventoryReading {
  const lines = output.split(/\r?\n/).map((line) => line.trim())
  // A GPU that fell off the bus is named in such a line and absent from the rows.
  const failure = lines.find((line) => FAILURE.test(line))
  if (failure !== undefined) return unreadable(`nvidia-smi says ${quoteLine(failure)}`)
  const rows = lines.filter((line) => line !== '')
  if (rows.length === 0) return unreadable('nvidia-smi printed nothing')
  if (rows.some((row) => /^No devices were found/i.test(row)))
    return { state: 'inventory', inventory: { devices: [], driverVersion: null } }
  const devices: Device[] = []
  let driver: string | null = null
  for (const row of rows) {
    const read = readRow(row)
    if (read === null) return unreadable(`cannot read the line ${quoteLine(row)}`)
    if (devices.some(({ index }) => index === read.device.index))
      return unreadable(`device ${read.device.index} is there twice`)
    devices.push(read.device)
    driver ??= read.driver
  }
  return { state: 'inventory', inventory: { devices, driverVersion: driver } }
}

function readRow(row: string): { device: Device; driver: string | null } | null {
  const values = row.split(',').map((value) => value.trim())
  const [index, name, used, total, power, temperature, driver] = values
  if (values.length !== NVIDIA_QUERY_FIELDS.length || !/^\d{1,5}$/.test(index!) || name === '') return null
  const readings = [used!, total!, power!, temperature!].map(reading)
  if (readings.includes(undefined)) return null
  const [memoryUsedMiB, memoryTotalMiB, powerWatts, temperatureCelsius] = readings as (number | null)[]
  const failed = values.some((value) => FAILED.test(value))
  const known = memoryUsedMiB !== null && memoryTotalMiB !== null
  return {
    device: {
      index: Number(index),
      name: name!.slice(0, 128),
      health: failed ? 'not-ok' : known ? 'ok' : 'unknown',
      memoryUsedMiB: memoryUsedMiB!,
      memoryTotalMiB: memoryTotalMiB!,
      powerWatts: powerWatts!,
      temperatureCelsius: temperatureCelsius!,
    },
    driver: ABSENT.test(driver!) || FAILED.test(driver!) ? null : driver!,
  }
}

/** Null where there is no value, undefined where the text is none of what the tool is known to print. */
function reading(text: string): number | null | undefined {
  if (ABSENT.test(text) || FAILED.test(text)) return null
  return /^-?\d{1,9}(?:\.\d+)?$/.test(text) ? Number(text) : undefined
}

function unreadable(reason: string): InventoryReading {
  return { state: 'unreadable', reason }
}
