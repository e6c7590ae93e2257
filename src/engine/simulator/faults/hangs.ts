import type { Fault } from './fault.ts'

const ANSWERED_REQUESTS = 10

export const hangs: Fault = {
  name: 'hangs',
  meaning: 'after 10 requests the server accepts more but never answers them',
  refuse: (ordinal) => (ordinal > ANSWERED_REQUESTS ? { kind: 'silence' } : null),
}
