import { mix } from '../model/hash.ts'
import type { Fault } from './fault.ts'

export const seedIgnored: Fault = {
  name: 'seed-ignored',
  meaning: 'the seed of a request is ignored',
  sampling: (sampling, ordinal) => ({ ...sampling, seed: mix(ordinal, 95) }),
}
