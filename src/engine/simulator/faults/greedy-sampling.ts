import type { Fault } from './fault.ts'

export const greedySampling: Fault = {
  name: 'greedy-sampling',
  meaning: 'temperature is ignored: the most probable token is always taken',
  sampling: (sampling) => ({ ...sampling, temperature: 0 }),
}
