import { gaussian, mix } from '../model/hash.ts'
import type { Fault } from './fault.ts'

/** In logits, about a hundred times what kernels differ by. */
const SCATTER = 1.2

export const staleCache: Fault = {
  name: 'stale-cache',
  meaning: 'decode reads old cache entries: its numbers are far from those of prefill',
  logit: (logit, token, context, phase) =>
    phase === 'decode' ? logit + SCATTER * gaussian(mix(mix(context, token), 81)) : logit,
}
