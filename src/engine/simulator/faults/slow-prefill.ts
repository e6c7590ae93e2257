import type { Fault } from './fault.ts'

const SLOWER = 1.25

export const slowPrefill: Fault = {
  name: 'slow-prefill',
  meaning: 'time to first token is 25 % longer',
  timing: ({ ttftMs, itlMs }) => ({ ttftMs: ttftMs * SLOWER, itlMs }),
}
