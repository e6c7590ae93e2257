import type { Device, Hardware } from '../record/cell-result.ts'

/** `unverified`: there is no tool, so nothing was seen and nothing can be said. Never to be taken for healthy. */
export type HealthVerdict =
  | { state: 'healthy' }
  | { state: 'unhealthy'; reasons: string[] }
  | { state: 'unverified'; reason: string }

/**
 * May a cell that was promised so many devices run on what was seen? Every device must be there and known to be well:
 * a cell must not run silently on fewer, and a word that we do not know is not health.
 */
export function judgeHealth(hardware: Hardware, promisedDevices: number): HealthVerdict {
  if (hardware.state === 'not-probed')
    return hardware.toolFailed
      ? { state: 'unhealthy', reasons: [hardware.reason] }
      : { state: 'unverified', reason: hardware.reason }
  const { tool, devices } = hardware
  const reasons = devices.flatMap((device) => illness(tool, device))
  if (devices.length < promisedDevices)
    reasons.unshift(
      `${tool} shows ${devices.length} of the ${promisedDevices} devices promised${missing(devices, promisedDevices)}`,
    )
  return reasons.length === 0 ? { state: 'healthy' } : { state: 'unhealthy', reasons }
}

function illness(tool: string, { health, index, name }: Device): string[] {
  switch (health) {
    case 'ok':
      return []
    case 'not-ok':
      return [`${tool} reports device ${index} (${name}) as not healthy`]
    case 'unknown':
      return [`the health of device ${index} (${name}) is not known`]
  }
}

/** A gap in the numbering names the device that fell off; in a container ids may begin anywhere, so only gaps count. */
function missing(devices: readonly Device[], promised: number): string {
  if (devices.length === 0) return ''
  const seen = new Set(devices.map(({ index }) => index))
  const first = Math.min(...seen)
  const last = Math.max(...seen)
  if (last - first >= promised) return ''
  const gaps = Array.from({ length: last - first + 1 }, (_, offset) => first + offset).filter((i) => !seen.has(i))
  return gaps.length === 0 ? '' : `; missing: ${gaps.join(', ')}`
}
