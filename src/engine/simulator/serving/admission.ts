import { ApiError } from '../api/errors.ts'
import { Fields } from '../api/fields.ts'
import { type Exchange, readBody, sendText } from './exchange.ts'

/** A request that the model will see. */
export interface Admitted {
  fields: Fields
  /** Counts the requests of all generating routes from 1. */
  ordinal: number
}

/** Reads the body and lets the faults have their say. Null: it has been answered, or never will be. */
export async function admit({ engine, request, response }: Exchange): Promise<Admitted | null> {
  const body = await readBody(request)
  if (!engine.ready) throw new ApiError(503, 'the model is still being loaded')
  const ordinal = engine.nextOrdinal()
  response.once('finish', () => engine.completed())
  const refusal = engine.hooks.refuse(ordinal, body)
  if (!refusal) return { fields: new Fields(body), ordinal }
  if (refusal.kind === 'reply') sendText(response, refusal.status, refusal.contentType, refusal.body)
  return null
}
