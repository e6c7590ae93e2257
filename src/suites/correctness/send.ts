import type { Endpoint } from '../../engine/endpoint.ts'
import { SseParser } from '../../engine/sse.ts'
import type { Clock } from '../../ports.ts'
import type { CheckRequest, CheckResponse } from './check.ts'
import { parseJson } from './json.ts'

/** An answer larger than this is a fault, not an answer. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024

export interface SendOptions {
  clock: Clock
  /** Ends the request early; the response is then `failed`, with the signal's reason if that is a text. */
  signal: AbortSignal
  /** From sending to the last byte. */
  timeoutMs: number
}

/**
 * Sends one request, once. Whatever the server does (HTML, 500, a reset, silence, gigabytes) comes back as data; never
 * throws. A connection of its own for each request: a kept one that the server has just closed would look like a fault
 * of the server. Redirects are not followed, so that credentials never reach another host.
 */
export async function send(endpoint: Endpoint, request: CheckRequest, options: SendOptions): Promise<CheckResponse> {
  const startedMs = options.clock.monotonicMs()
  const elapsedMs = () => options.clock.monotonicMs() - startedMs
  const controller = new AbortController()
  let stopped: string | null = null
  const stop = (reason: string) => {
    stopped ??= reason
    controller.abort()
  }
  const onAbort = () => stop(typeof options.signal.reason === 'string' ? options.signal.reason : 'interrupted')
  const timer = setTimeout(() => stop(`no complete answer within ${options.timeoutMs / 1000} s`), options.timeoutMs)
  options.signal.addEventListener('abort', onAbort, { once: true })
  if (options.signal.aborted) onAbort()
  const failed = (error: string): CheckResponse => ({ state: 'failed', request, error, durationMs: elapsedMs() })
  try {
    const response = await fetch(endpoint.url + request.path, {
      method: request.method,
      headers: {
        ...endpoint.headers,
        connection: 'close',
        'accept-encoding': 'identity',
        accept: request.stream ? 'text/event-stream, application/json' : 'application/json, text/plain',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: request.body === undefined ? null : JSON.stringify(request.body),
      redirect: 'manual',
      signal: controller.signal,
    })
    const contentType = response.headers.get('content-type') ?? ''
    const isStream = request.stream === true && /^text\/event-stream\b/i.test(contentType)
    const body = await readBody(response, request, isStream, () => stopped !== null)
    if (stopped !== null) return failed(describeStop(stopped, body.events.length))
    if (body.tooLarge) return failed(`the answer exceeds ${MAX_ANSWER_BYTES} bytes`)
    if (body.left) return { state: 'aborted', request, events: body.events, durationMs: elapsedMs() }
    const { status } = response
    if (isStream) {
      if (body.broken !== null && body.events.length === 0) return failed(body.broken)
      const done = body.events.includes('[DONE]') && body.broken === null
      const { reads, events } = body
      return { state: 'streamed', request, status, contentType, reads, events, done, durationMs: elapsedMs() }
    }
    if (body.broken !== null) return failed(body.broken)
    const text = Buffer.concat(body.reads).toString('utf8')
    const json = parseJson(text) ?? null
    return { state: 'answered', request, status, contentType, text, json, durationMs: elapsedMs() }
  } catch (error) {
    return failed(stopped === null ? describeError(error) : describeStop(stopped, 0))
  } finally {
    clearTimeout(timer)
    options.signal.removeEventListener('abort', onAbort)
    controller.abort()
  }
}

interface Body {
  reads: Uint8Array[]
  events: string[]
  /** We went away on purpose, after `abortAfterEvents`. */
  left: boolean
  tooLarge: boolean
  /** How the connection ended before the body did. */
  broken: string | null
}

async function readBody(
  response: Response,
  request: CheckRequest,
  isStream: boolean,
  isStopped: () => boolean,
): Promise<Body> {
  const body: Body = { reads: [], events: [], left: false, tooLarge: false, broken: null }
  if (!response.body) return body
  const parser = new SseParser()
  const reader = response.body.getReader()
  let bytes = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return body
      bytes += value.byteLength
      body.tooLarge = bytes > MAX_ANSWER_BYTES
      if (body.tooLarge) return body
      body.reads.push(value)
      if (!isStream) continue
      for (const event of parser.push(value)) body.events.push(Buffer.from(event.data).toString('utf8'))
      body.left = request.abortAfterEvents !== undefined && body.events.length >= request.abortAfterEvents
      if (body.left) return body
    }
  } catch (error) {
    if (!isStopped()) body.broken = `the connection ended in the middle of the answer: ${describeError(error)}`
    return body
  }
}

function describeStop(reason: string, events: number): string {
  return events === 0 ? reason : `${reason} (${events} events had come)`
}

/** The innermost message: fetch says only "fetch failed" or "terminated". */
function describeError(error: unknown): string {
  let current = error
  for (let depth = 0; depth < 4 && current instanceof Error && current.cause instanceof Error; depth++)
    current = current.cause
  if (!(current instanceof Error)) return String(current)
  const code = (current as NodeJS.ErrnoException).code
  return current.message || code || current.name
}
