import type { Fault } from './fault.ts'

export const ignoresStop: Fault = {
  name: 'ignores-stop',
  meaning: 'stop strings are not looked for',
  ignoresStop: true,
}
