import type { Fault } from './fault.ts'

export const noDone: Fault = {
  name: 'no-done',
  meaning: 'a stream ends without [DONE]',
  frame: (frame) => (frame.kind === 'done' ? [] : [frame]),
}
