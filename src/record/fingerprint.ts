import { createHash } from 'node:crypto'
import { canonicalJson } from '../plan/canonical.ts'
import type { PlannedCell, PlannedSuites, Scenario } from '../plan/schema.ts'
import type { Fingerprint, Hardware } from './cell-result.ts'

/**
 * The generation of what is asked and how it is measured. Bump it with any change of a prompt, an item, a check's rule
 * or a metric's definition: results of another generation answer another question, and a stored baseline of one would
 * else be compared silently. 2: prompts of an exact token count; TPOT leaves out all
 * tokens of the first read, ITL is per token and not per chunk.
 */
export const WORKLOAD_GENERATION = 2

/** Longest value of a field in a result. */
const MAX_VALUE_LENGTH = 1024

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
  for (const scenario of suites.performance?.scenarios ?? []) Object.assign(workload, scenarioFields(scenario))
  const environment: Record<string, string> = {
    vendor: cell.target.vendor,
    chip: cell.target.chip,
    devices: String(cell.target.devices),
    nodes: String(cell.target.nodes),
    ...seenHardware(hardware),
  }
  return { workload, environment }
}

/**
 * What is sent, when, and how much of it. The bounds of an SLO are in none: they move nothing but goodput, which is
 * recorded and not compared.
 */
function scenarioFields(scenario: Scenario): Record<string, string> {
  const { name, workload, arrivals, requestsPerStream, durationSeconds, warmupRequests } = scenario
  return {
    [`scenario.${name}.workload`]: bounded(canonicalJson(workload)),
    [`scenario.${name}.arrivals`]: bounded(canonicalJson(arrivals)),
    [`scenario.${name}.amount`]: canonicalJson({ requestsPerStream, durationSeconds, warmupRequests }),
  }
}

/** As it is, or its beginning and the digest of all of it. */
function bounded(text: string): string {
  if (text.length <= MAX_VALUE_LENGTH) return text
  return `${text.slice(0, 512)}… sha256:${createHash('sha256').update(text).digest('hex')}`
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
