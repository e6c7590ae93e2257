import type { Device } from '../../record/cell-result.ts'
import { type EmulatedNvidia, visibleDevices } from './state.ts'
import type { ToolOutput } from './tool-output.ts'

/** What `nvidia-smi --query-gpu=FIELDS --format=csv[,noheader][,nounits]` prints. */

interface Column {
  head: string
  unit: string
  value(device: Device, driverVersion: string): string | null
}

/** A device that is not well answers such questions with an error instead of a value. */
const FAILED = '[Unknown Error]'
const ABSENT = '[N/A]'

const COLUMNS: Readonly<Record<string, Column>> = {
  index: { head: 'index', unit: '', value: ({ index }) => String(index) },
  name: { head: 'name', unit: '', value: ({ name }) => name },
  'memory.used': { head: 'memory.used', unit: 'MiB', value: ({ memoryUsedMiB }) => memoryUsedMiB?.toFixed(0) ?? null },
  'memory.total': {
    head: 'memory.total',
    unit: 'MiB',
    value: ({ memoryTotalMiB }) => memoryTotalMiB?.toFixed(0) ?? null,
  },
  'power.draw': {
    head: 'power.draw',
    unit: 'W',
    value: ({ health, powerWatts }) => (health === 'not-ok' ? FAILED : (powerWatts?.toFixed(2) ?? null)),
  },
  'temperature.gpu': {
    head: 'temperature.gpu',
    unit: '',
    value: ({ health, temperatureCelsius }) =>
      health === 'not-ok' ? FAILED : (temperatureCelsius?.toFixed(0) ?? null),
  },
  driver_version: { head: 'driver_version', unit: '', value: (_, driverVersion) => driverVersion },
}

export function emulateNvidiaSmi(argv: readonly string[], state: EmulatedNvidia): ToolOutput {
  const option = (name: string) => argv.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1)
  const fields = option('--query-gpu')?.split(',')
  const format = option('--format')?.split(',')
  if (fields === undefined || format?.[0] !== 'csv' || argv.length !== 2)
    return { text: 'The emulated tool knows --query-gpu=FIELDS --format=csv[,noheader][,nounits].\n', exitCode: 1 }
  const unknown = fields.find((field) => !Object.hasOwn(COLUMNS, field))
  if (unknown !== undefined) return { text: `Field "${unknown}" is not a valid field to query.\n`, exitCode: 2 }
  const devices = visibleDevices(state)
  if (devices.length === 0) return { text: 'No devices were found\n', exitCode: 6 }
  const columns = fields.map((field) => COLUMNS[field]!)
  const units = !format.includes('nounits')
  const rows = devices.map((device) =>
    columns.map(({ value, unit }) => {
      const text = value(device, state.driverVersion)
      return text === null ? ABSENT : units && unit !== '' && text !== FAILED ? `${text} ${unit}` : text
    }),
  )
  const head = columns.map(({ head: title, unit }) => (units && unit !== '' ? `${title} [${unit}]` : title))
  const lines = format.includes('noheader') ? rows : [head, ...rows]
  return { text: `${lines.map((line) => line.join(', ')).join('\n')}\n`, exitCode: 0 }
}
