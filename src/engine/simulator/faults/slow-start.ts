import type { Fault } from './fault.ts'

const START_MS = 8_000

export const slowStart: Fault = {
  name: 'slow-start',
  meaning: 'the server says for 8 seconds that it is not ready',
  ready: (sinceStartMs) => sinceStartMs >= START_MS,
}
