import type { Fault } from './fault.ts'

const SLOWER = 1.08

export const slowDecode: Fault = {
  name: 'slow-decode',
  meaning: 'time per output token is 8 % longer',
  timing: ({ ttftMs, itlMs }) => ({ ttftMs, itlMs: itlMs * SLOWER }),
}
