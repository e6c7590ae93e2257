import type { PlannedEngine } from '../../plan/schema.ts'
import type { Side } from '../../record/words.ts'

/** What of a cell is measured on this runner, and what a reader must know about it. */
export interface MeasuredSides {
  sides: readonly Side[]
  remarks: readonly string[]
}

/**
 * Base and head where the base's code lies here. A server that is reached by URL is one server: measured twice it would
 * be compared with itself. One that is started may be the same on both sides too, which nobody but the reader can tell.
 */
export function measuredSides(engine: PlannedEngine, hasBaseCheckout: boolean): MeasuredSides {
  if (!hasBaseCheckout) return { sides: ['head'], remarks: [] }
  const sides: readonly Side[] = ['base', 'head']
  switch (engine.mode) {
    case 'attach':
      return { sides: ['head'], remarks: [ONE_SERVER] }
    case 'launch': {
      const texts = [...engine.argv, ...Object.values(engine.env)]
      return { sides, remarks: texts.some((text) => text.includes('{checkout}')) ? [] : [sameServer(engine.name)] }
    }
    case 'simulated':
      return { sides, remarks: [] }
  }
}

const ONE_SERVER =
  'the server is reached by URL: there is one, so base and head cannot be told apart; compare with a stored baseline (report --baseline)'

function sameServer(engine: string): string {
  return `neither the command line nor the environment of ${engine} mentions {checkout}: unless the working directory decides what is started, base and head are the same server`
}
