import type { Fault } from './fault.ts'

export const droppedUsage: Fault = {
  name: 'dropped-usage',
  meaning: 'usage is never reported',
  usage: () => null,
}
