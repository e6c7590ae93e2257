import { BOS } from '../model/special-tokens.ts'
import type { Fault } from './fault.ts'

export const doubleBos: Fault = {
  name: 'double-bos',
  meaning: 'chats are rendered with the begin-of-sentence token twice',
  prompt: (tokens) => [BOS, ...tokens],
}
