import type { Fault } from './fault.ts'

const KEPT_TOKENS = 5

export const truncatedStream: Fault = {
  name: 'truncated-stream',
  meaning: 'a stream ends after five tokens without finish reason and [DONE]',
  frame: (frame) => (frame.kind === 'tokens' && (frame.tokenIndex >= KEPT_TOKENS || frame.last) ? 'end' : [frame]),
}
