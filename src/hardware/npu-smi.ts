import type { Device } from '../record/cell-result.ts'
import { type InventoryReading, quoteLine } from './inventory.ts'

/**
 * Parser of `npu-smi info`. Layouts: A2 and 910A (`NPU Name` over `Chip`), A3 (`Chip Phy-ID`, two dies an NPU, power on
 * the first only), 310P (`Chip Device`, no HBM column), 26.x (wider columns) and 950 (`NPU ID | Name | Health`, no
 * chip). Columns are found by their separators and words, never by their width. The process table is not read.
 */

/** Printed instead of a table, or before one, when the driver cannot be reached or a device is held by another. */
const FAILURE = /dcmi\b.*\bfailed|\bret is -\d+/i
const BORDER = /^\+[-=+]+$/
const HEADER = /^\|\s*NPU\b.*\bName\b.*\bHealth\b/
const PROCESS_TABLE = /\bProcess id\b|No running processes/
const ABSENT = /^(?:-|NA|N\/A)$/i
/** `power temperature hugepages`. */
const READINGS = /^(\S+)\s+(\S+)\s+\S.*$/
/** `utilisation memory [hbm]`: the used value may touch the slash. */
const USAGE = /^\S+\s+(\d+|NA|-)\s*\/\s*(\d+|NA|-)(?:\s+(\d+|NA|-)\s*\/\s*(\d+|NA|-))?$/
/** Words of the vendor's documentation; any other word is not known to be healthy. */
const HEALTH: Readonly<Record<string, Device['health']>> = {
  OK: 'ok',
  WARNING: 'not-ok',
  ALARM: 'not-ok',
  CRITICAL: 'not-ok',
}

/** How the two rows of one device are to be read. */
interface Layout {
  /** 950: the id has a cell of its own, and the second row begins with blanks. */
  idInOwnCell: boolean
  /** Which number is the one that frameworks use. */
  indexFrom: 'first-row' | 'second-row'
  hbm: boolean
}

export function parseNpuSmi(output: string): InventoryReading {
  const lines = output.split(/\r?\n/).map((line) => line.trim())
  const failure = lines.find((line) => !line.startsWith('|') && FAILURE.test(line))
  if (failure !== undefined) return unreadable(`npu-smi says ${quoteLine(failure)}`)
  const table = lines.filter((line) => line.startsWith('|') || BORDER.test(line))
  const header = table.findIndex((line) => HEADER.test(line))
  const layout = header < 0 ? null : readLayout(table[header]!, table[header + 1] ?? '')
  if (layout === null) {
    const said = lines.find((line) => line !== '')
    return unreadable(
      said === undefined ? 'npu-smi printed nothing' : `no table of devices; it begins ${quoteLine(said)}`,
    )
  }
  const rows = table.slice(header + 2)
  const end = rows.findIndex((line) => PROCESS_TABLE.test(line))
  return readDevices(layout, end < 0 ? rows : rows.slice(0, end), driverVersion(table.slice(0, header)))
}

function readDevices(layout: Layout, rows: string[], driver: string | null): InventoryReading {
  const devices: Device[] = []
  let first: string | null = null
  for (const row of rows) {
    if (BORDER.test(row)) {
      if (first !== null) return unreadable(`the second row is missing after ${quoteLine(first)}`)
    } else if (first === null) first = row
    else {
      const device = readDevice(layout, cellsOf(first), cellsOf(row))
      if (device === null) return unreadable(`cannot read the device ${quoteLine(`${first} ${row}`)}`)
      if (devices.some(({ index }) => index === device.index))
        return unreadable(`device ${device.index} is there twice`)
      devices.push(device)
      first = null
    }
  }
  if (!BORDER.test(rows.at(-1) ?? '')) return unreadable('the table of devices has no end: the output was cut')
  return { state: 'inventory', inventory: { devices, driverVersion: driver } }
}

function readLayout(first: string, second: string): Layout | null {
  if (!/\bBus-Id\b/.test(second)) return null
  return {
    idInOwnCell: /NPU ID\s*\|/.test(first),
    indexFrom: /^\|\s*Chip\s+\S/.test(second) && !/^\|\s*Chip\s*\|/.test(second) ? 'second-row' : 'first-row',
    hbm: /HBM-Usage/.test(second),
  }
}

function readDevice(layout: Layout, first: string[], second: string[]): Device | null {
  const cells = layout.idInOwnCell ? 4 : 3
  if (first.length !== cells || second.length !== cells) return null
  const identity = layout.idInOwnCell ? `${first[0]} ${first[1]}` : first[0]!
  const [, npu, name] = /^(\d+)\s+(\S.*)$/.exec(identity) ?? []
  const place = /^\d+\s+(\d+)$/.exec(second[0]!)?.[1]
  const index = layout.indexFrom === 'second-row' ? place : npu
  const readings = READINGS.exec(first.at(-1)!)
  const usage = USAGE.exec(second.at(-1)!)
  if (index === undefined || name === undefined || readings === null || usage === null) return null
  if (layout.hbm && usage[4] === undefined) return null
  const power = reading(readings[1]!)
  const temperature = reading(readings[2]!)
  if (power === undefined || temperature === undefined) return null
  // 910A has DDR beside HBM; adding them would be wrong. Without HBM the memory column is the memory.
  const hbmInUse = layout.hbm && usage[4] !== '0'
  return {
    index: Number(index),
    name: name.slice(0, 128),
    health: HEALTH[first.at(-2)!.toUpperCase()] ?? 'unknown',
    memoryUsedMiB: reading(usage[hbmInUse ? 3 : 1]!) ?? null,
    memoryTotalMiB: reading(usage[hbmInUse ? 4 : 2]!) ?? null,
    powerWatts: power,
    temperatureCelsius: temperature,
  }
}

/** Null where the tool says that there is no value, undefined where it says something else. */
function reading(text: string): number | null | undefined {
  if (ABSENT.test(text)) return null
  return /^-?\d{1,9}(?:\.\d+)?$/.test(text) ? Number(text) : undefined
}

function cellsOf(row: string): string[] {
  return row
    .replace(/^\|/, '')
    .replace(/\|$/, '')
    .split('|')
    .map((cell) => cell.trim())
}

function driverVersion(rows: string[]): string | null {
  return rows.map((row) => /\bVersion:\s*(\S+)/.exec(row)?.[1]).find((version) => version !== undefined) ?? null
}

function unreadable(reason: string): InventoryReading {
  return { state: 'unreadable', reason }
}
