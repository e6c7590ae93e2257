import type { PlannedCell, PlannedSuites } from '../plan/schema.ts'
import type { Fingerprint, Hardware } from './cell-result.ts'

/**
 * The generation of what is asked and how it is measured. Bump it with any change of a prompt, an item, a check's rule
 * or a metric's definition: results of another generation answer another question, and a stored baseline of one would
 * else be compared silently.
 */
export const WORKLOAD_GENERATION = 1

/**
 * What must be equal before two results may be compared. `workload`: what was asked. `environment`: on what it ran.
 * The engine's own version and command line are in neither: they are what a pull request changes.
 */
export function fingerprintOf(cell: PlannedCell, suites: PlannedSuites, seed: number, hardware: Hardware): Fingerprint {
  const workload: Record<string, string> = {
    generation: String(WORKLOAD_GENERATION),
    model: cell.model.name,
    checkpoint: cell.model.checkpoint,
    revision: cell.model.revision ?? '',
    encoding: cell.model.encoding,
    'weight-format': cell.model.weightFormat ?? '',
    variant: cell.variant ?? '',
    seed: String(seed),
  }
  if (suites.correctness) workload['correctness.arithmetic-items'] = String(suites.correctness.arithmeticItems)
  for (const scenario of suites.performance?.scenarios ?? []) {
    const { name, ...shape } = scenario
    workload[`scenario.${name}`] = JSON.stringify(shape)
  }
  const environment: Record<string, string> = {
    vendor: cell.target.vendor,
    chip: cell.target.chip,
    devices: String(cell.target.devices),
    nodes: String(cell.target.nodes),
    ...seenHardware(hardware),
  }
  return { workload, environment }
}

function seenHardware(hardware: Hardware): Record<string, string> {
  switch (hardware.state) {
    case 'not-probed':
      return {}
    case 'seen':
      return {
        'device-names': [...new Set(hardware.devices.map((device) => device.name))].sort().join(', '),
        'driver-version': hardware.driverVersion ?? '',
      }
  }
}
