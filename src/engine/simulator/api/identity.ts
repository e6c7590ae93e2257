import { hashText, mix } from '../model/hash.ts'
import type { Engine } from '../serving/engine.ts'

/** The fields that every response object and chunk of one request share. */
export interface Identity {
  id: string
  created: number
  model: string
}

export function identityOf(engine: Engine, prefix: string, ordinal: number): Identity {
  return {
    id: `${prefix}-${hex(engine.seedFor(ordinal))}${hex(ordinal)}`,
    created: nowSeconds(),
    model: engine.options.model,
  }
}

export function toolCallId(requestId: string, index: number): string {
  return `call_${hex(mix(hashText(requestId), index))}`
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0')
}
