import type { Fault } from './fault.ts'

export const markupLeak: Fault = {
  name: 'markup-leak',
  meaning: 'special tokens and tool markup stay in the answer text',
  leaksMarkup: true,
}
