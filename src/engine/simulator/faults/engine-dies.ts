import type { Fault } from './fault.ts'

const LAST_REQUEST = 25

export const engineDies: Fault = {
  name: 'engine-dies',
  meaning: 'the process exits with code 1 after 25 answered requests',
  dies: (completedRequests) => completedRequests >= LAST_REQUEST,
}
