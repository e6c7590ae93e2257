import type { IncomingMessage, ServerResponse } from 'node:http'
import { ApiError, badRequest } from '../api/errors.ts'
import type { Engine } from './engine.ts'

/** One request with all that a route needs to answer it. */
export interface Exchange {
  engine: Engine
  request: IncomingMessage
  response: ServerResponse
  /** On the clock of `performance.now()`. */
  arrivalMs: number
  /** Aborts when the client leaves before the answer is out. */
  signal: AbortSignal
}

export interface Route {
  method: 'GET' | 'POST'
  path: string
  answer(exchange: Exchange): Promise<void> | void
}

const MAX_BODY_BYTES = 32 * 1024 * 1024

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  sendText(response, status, 'application/json', JSON.stringify(value))
}

export function sendText(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

/** The JSON object in the body. Throws {@link ApiError} when it is none. */
export async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request) {
    size += (part as Buffer).length
    if (size > MAX_BODY_BYTES) throw new ApiError(413, `the body is longer than ${MAX_BODY_BYTES} bytes`)
    parts.push(part as Buffer)
  }
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts)))
  } catch (error) {
    throw badRequest(`the body is not JSON: ${(error as Error).message}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest('the body must be a JSON object')
  return value as Record<string, unknown>
}
