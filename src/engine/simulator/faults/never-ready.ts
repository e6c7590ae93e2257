import type { Fault } from './fault.ts'

export const neverReady: Fault = {
  name: 'never-ready',
  meaning: '/health stays 503 and no request is taken',
  ready: () => false,
}
