import type { Slo } from '../plan/load.ts'
import { COMPAT_PEERS, type CompatPeer } from '../record/words.ts'
import type { ArgumentReader } from './argument-reader.ts'
import { readSlo } from './load-shape-arguments.ts'

/** What `load` and `summarise` ask alike: how the numbers are derived, and where they go. */
export interface ResultArguments {
  slo?: string
  devices?: string
  compat?: string
  html?: string
  json?: boolean
}

const MAX_DEVICES = 4096

export function readResultArguments(
  given: ResultArguments,
  read: ArgumentReader,
): { slo: Slo | null; devices: number | null; compat: CompatPeer[] } {
  return {
    slo: readSlo(given.slo, read),
    devices: given.devices === undefined ? null : read.integer('--devices', given.devices, 1, MAX_DEVICES),
    compat: readCompat(given.compat, read),
  }
}

function readCompat(text: string | undefined, read: ArgumentReader): CompatPeer[] {
  const names = text?.split(',').map((name) => name.trim()) ?? []
  if (new Set(names).size < names.length) read.refuse('--compat', 'names a client twice')
  return names.map((name) => read.oneOf('--compat', name, COMPAT_PEERS))
}
