import { setTimeout as sleep } from 'node:timers/promises'
import type { Endpoint } from '../../engine/endpoint.ts'
import { requestTarget } from '../../engine/http/request-bytes.ts'
import { TimedConnection } from '../../engine/http/timed-connection.ts'
import type { Clock } from '../../ports.ts'
import { promptWords } from './workload/prompt-words.ts'
import type { RequestRecord } from './record.ts'
import { ALL_EXTENSIONS, chatBody, prepareRequest, type RequestExtensions } from './request-body.ts'
import { RequestAborted, timedRequest } from './timed-request.ts'

/** What was learned from a server before it is loaded. */
export interface ServerProbe {
  extensions: RequestExtensions
  /** The server leaves the connection open after an answer, as HTTP/1.1 has it unless the answer says otherwise. */
  keepAlive: boolean
  /** Pairs of a prompt and the tokens that `usage` counted for it, template included. */
  calibration: { prompt: string; promptTokens: number }[]
  /** The request that failed, even in its plainest form; null when all is well. */
  failure: RequestRecord | null
  remarks: string[]
}

const PROBE_OUTPUT_TOKENS = 4
/** Two lengths apart from each other give the template's share and the tokens a word. */
const PROBE_WORDS: readonly number[] = [16, 144]
/**
 * A server that closes does so at once, also where it promised to keep the connection (llama.cpp's server after a
 * stream). The next request would be written into the closing connection and be lost.
 */
const CLOSE_WATCH_MS = 100
const MAX_PROBE_EVENTS = 10_000

/** Extensions given up one after the other when the server answers 400 or 422; the last is the plain OpenAI request. */
const FALLBACKS: readonly { extensions: RequestExtensions; without: string }[] = [
  { extensions: ALL_EXTENSIONS, without: '' },
  { extensions: { ...ALL_EXTENSIONS, minTokens: false }, without: 'min_tokens' },
  { extensions: { ...ALL_EXTENSIONS, minTokens: false, ignoreEos: false }, without: 'min_tokens, ignore_eos' },
  {
    extensions: { minTokens: false, ignoreEos: false, includeUsage: false },
    without: 'min_tokens, ignore_eos, stream_options',
  },
]

export interface ProbeOptions {
  endpoint: Endpoint
  clock: Clock
  signal: AbortSignal
  seed: number
  requestTimeoutMs: number
}

/** Sends two to five small requests of the same shape as the load. Throws only when aborted. */
export async function probeServer(options: ProbeOptions): Promise<ServerProbe> {
  const connection = new TimedConnection(requestTarget(options.endpoint.url), options.clock, true)
  const stop = () => connection.abort()
  options.signal.addEventListener('abort', stop)
  try {
    return await probe(options, connection)
  } catch (error) {
    if (error instanceof RequestAborted) options.signal.throwIfAborted()
    throw error
  } finally {
    options.signal.removeEventListener('abort', stop)
    connection.abort()
  }
}

async function probe(options: ProbeOptions, connection: TimedConnection): Promise<ServerProbe> {
  const found: ServerProbe = {
    extensions: ALL_EXTENSIONS,
    keepAlive: true,
    calibration: [],
    failure: null,
    remarks: [],
  }
  for (const { extensions, without } of FALLBACKS) {
    found.extensions = extensions
    found.calibration = []
    found.failure = null
    for (const [index, words] of PROBE_WORDS.entries()) {
      options.signal.throwIfAborted()
      const prompt = promptWords(options.seed ^ 0x5eed, index, words).join(' ')
      const record = await send(options, connection, prompt, extensions, index)
      if (record.outcome.state === 'failed') {
        found.failure = record
        break
      }
      await sleep(CLOSE_WATCH_MS)
      found.keepAlive &&= connection.usable
      if (record.promptTokens !== null) found.calibration.push({ prompt, promptTokens: record.promptTokens })
    }
    if (found.failure === null && without !== '') found.remarks.push(`the server refuses ${without}: sent without`)
    if (found.failure === null && !found.keepAlive)
      found.remarks.push('the server closes the connection after each answer: every request has a new one')
    if (found.failure === null || !isRefusal(found.failure)) return found
  }
  return found
}

function send(
  { endpoint, clock, requestTimeoutMs }: ProbeOptions,
  connection: TimedConnection,
  prompt: string,
  extensions: RequestExtensions,
  index: number,
): Promise<RequestRecord> {
  const nowMs = clock.monotonicMs()
  return timedRequest({
    connection,
    request: prepareRequest(
      endpoint,
      `probe-${index}`,
      chatBody(endpoint.model, prompt, PROBE_OUTPUT_TOKENS, extensions),
    ),
    clock,
    originMs: nowMs,
    intendedMs: nowMs,
    timeoutMs: requestTimeoutMs,
    maxEvents: MAX_PROBE_EVENTS,
  })
}

/** A request that the server understood and did not want, rather than a fault of the way there. */
function isRefusal({ outcome }: RequestRecord): boolean {
  return outcome.state === 'failed' && outcome.error === 'http-status' && /^HTTP (400|422)\b/.test(outcome.detail)
}
