import type { Fault } from './fault.ts'

export const wrongUsage: Fault = {
  name: 'wrong-usage',
  meaning: 'usage counts one completion token too many',
  usage: (usage) => ({
    ...usage,
    completion_tokens: usage.completion_tokens + 1,
    total_tokens: usage.total_tokens + 1,
  }),
}
