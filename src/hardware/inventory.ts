import type { Device } from '../record/cell-result.ts'

/** What a device tool reported. */
export interface Inventory {
  devices: Device[]
  driverVersion: string | null
}

/** Text that was not understood whole is unreadable: half an inventory would hide the sick half. */
export type InventoryReading = { state: 'inventory'; inventory: Inventory } | { state: 'unreadable'; reason: string }

/** One line of tool output, short enough for a message. */
export function quoteLine(line: string): string {
  const trimmed = line.trim().replace(/\s+/g, ' ')
  return `"${trimmed.length > 160 ? `${trimmed.slice(0, 157)}...` : trimmed}"`
}
