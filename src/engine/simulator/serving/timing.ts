import type { RequestTiming } from '../faults/fault.ts'
import { gaussian, hashText, mix } from '../model/hash.ts'
import type { SimulatorTiming } from '../options.ts'

/** When tokens are due: everything is drawn from seeds, nothing from how busy this machine is. */

/** Relative to one inter-token latency, around the even schedule and not adding up, so that TPOT stays exact. */
const TOKEN_JITTER = 0.04

/** The factor of one server start. */
export function sessionFactor(timing: SimulatorTiming, sessionSeed: number): number {
  return Math.exp(timing.sessionScatter * gaussian(hashText('session', sessionSeed)))
}

export function requestTiming(
  timing: SimulatorTiming,
  sessionSeed: number,
  ordinal: number,
  uncachedTokens: number,
): RequestTiming {
  const session = sessionFactor(timing, sessionSeed)
  const scatter = (name: string) =>
    Math.exp(timing.requestScatter * gaussian(mix(hashText(name, sessionSeed), ordinal)))
  return {
    ttftMs: (timing.ttftMs + timing.prefillMsPerToken * uncachedTokens) * session * scatter('ttft'),
    itlMs: timing.itlMs * session * scatter('itl'),
  }
}

/** How far token `index` of a request is off its even place, in milliseconds. */
export function tokenJitterMs(itlMs: number, sessionSeed: number, ordinal: number, index: number): number {
  const drawn = gaussian(mix(mix(hashText('token', sessionSeed), ordinal), index))
  return itlMs * TOKEN_JITTER * Math.max(-3, Math.min(3, drawn))
}
