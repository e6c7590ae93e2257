import type { Fault } from './fault.ts'

/** 1.4 times as probable: the twenty sum to more than 1. */
const SHIFT = Math.log(1.4)

export const shiftedLogprobs: Fault = {
  name: 'shifted-logprobs',
  meaning: 'the most probable tokens are reported with too much probability, and not as the sampled one is',
  logprobs: ({ chosen, top }) => ({
    chosen,
    top: top.map((candidate) => ({ ...candidate, logprob: Math.min(0, candidate.logprob + SHIFT) })),
  }),
}
