import type { Disturbance } from './distribution.ts'
import { gaussian, mix } from './hash.ts'

/**
 * Kernels of prefill and decode, and devices of two vendors, give slightly different logits for the same context. The
 * differences are hashes of context and token, so each side repeats itself exactly.
 */
export interface Numerics {
  /** Standard deviation in logits between prefill and decode. */
  phaseScatter: number
  /** Standard deviation in logits from the reference device; 0 is the reference. */
  deviceScatter: number
  /** Which device scatters so. */
  deviceSeed: number
}

export function numericsOf({ phaseScatter, deviceScatter, deviceSeed }: Numerics): Disturbance {
  return (logit, token, context, phase) => {
    const place = mix(context, token)
    let disturbed = logit
    if (phaseScatter > 0 && phase === 'decode') disturbed += phaseScatter * gaussian(mix(place, 61))
    if (deviceScatter > 0) disturbed += deviceScatter * gaussian(mix(place, mix(deviceSeed, 62)))
    return disturbed
  }
}
