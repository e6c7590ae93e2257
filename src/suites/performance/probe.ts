import { setTimeout as sleep } from 'node:timers/promises'
import type { Endpoint } from '../../engine/endpoint.ts'
import type { HttpConnection, Transport } from '../../engine/http/connection.ts'
import type { Clock } from '../../ports.ts'
import { AnswerTap } from './answer-tap.ts'
import type { RequestRecord } from './record.ts'
import { ALL_EXTENSIONS, chatBody, prepareRequest, type RequestExtensions } from './request-body.ts'
import { RequestAborted, timedRequest } from './timed-request.ts'
import { promptWords } from './workload/prompt-words.ts'

/** What was learned from a server before it is loaded. */
export interface ServerProbe {
  /** What the server takes; of the counts in each event and of its own times also: what it then gives. */
  extensions: RequestExtensions
  /** The server leaves the connection open after an answer, as HTTP/1.1 has it unless the answer says otherwise. */
  keepAlive: boolean
  /** Events that carry text carry the token counts so far. */
  usageInChunks: boolean
  /** Pairs of a prompt and the tokens that `usage` counted for it, template included. */
  calibration: { prompt: string; promptTokens: number }[]
  /** The request that failed, even in its plainest form; null when all is well. */
  failure: RequestRecord | null
  remarks: string[]
}

const PROBE_OUTPUT_TOKENS = 4
/** Two lengths apart from each other give the template's share and the tokens a word. */
const SHORT_PROMPT_WORDS = 16
const LONG_PROMPT_WORDS = 144
/**
 * A server that closes does so at once, also where it promised to keep the connection (llama.cpp's server after a
 * stream). The next request would be written into the closing connection and be lost.
 */
const CLOSE_WATCH_MS = 100
const MAX_PROBE_EVENTS = 10_000

/** In the order in which they are given up while the server answers 400 or 422. */
const GIVEN_UP: readonly { extension: keyof RequestExtensions; field: string }[] = [
  { extension: 'perRequestMetrics', field: 'include_metrics' },
  { extension: 'continuousUsage', field: 'continuous_usage_stats' },
  { extension: 'minTokens', field: 'min_tokens' },
  { extension: 'ignoreEos', field: 'ignore_eos' },
  { extension: 'includeUsage', field: 'stream_options' },
]

export interface ProbeOptions {
  endpoint: Endpoint
  transport: Transport
  clock: Clock
  signal: AbortSignal
  seed: number
  requestTimeoutMs: number
}

/** Sends two to eleven small requests of the same shape as the load. Throws only when aborted. */
export async function probeServer(options: ProbeOptions): Promise<ServerProbe> {
  const connection = options.transport.open(true)
  const stop = () => connection.abort()
  options.signal.addEventListener('abort', stop)
  try {
    options.signal.throwIfAborted()
    return await new Probing(options, connection).run()
  } catch (error) {
    if (error instanceof RequestAborted) options.signal.throwIfAborted()
    throw error
  } finally {
    options.signal.removeEventListener('abort', stop)
    connection.abort()
  }
}

class Probing {
  readonly #options: ProbeOptions
  readonly #connection: HttpConnection
  readonly #tap: AnswerTap
  #sent = 0
  #answered = 0
  #keepAlive = true

  constructor(options: ProbeOptions, connection: HttpConnection) {
    this.#options = options
    this.#connection = connection
    this.#tap = new AnswerTap(connection)
  }

  async run(): Promise<ServerProbe> {
    const { extensions, refused, failure } = await this.#negotiate()
    const found: ServerProbe = {
      extensions,
      keepAlive: true,
      usageInChunks: this.#tap.usageInChunks,
      calibration: [],
      failure,
      remarks: [],
    }
    if (failure !== null) return found
    // What the server reads over without a word would only make requests longer.
    extensions.continuousUsage &&= this.#tap.usageInChunks
    extensions.perRequestMetrics &&= this.#tap.metrics
    for (const words of [SHORT_PROMPT_WORDS, LONG_PROMPT_WORDS]) {
      const { prompt, record } = await this.#send(words, extensions)
      if (record.outcome.state === 'failed') return { ...found, failure: record }
      if (record.promptTokens !== null) found.calibration.push({ prompt, promptTokens: record.promptTokens })
    }
    found.keepAlive = this.#keepAlive
    if (refused.length > 0) found.remarks.push(`the server refuses ${refused.join(', ')}: sent without`)
    if (!found.keepAlive)
      found.remarks.push('the server closes the connection after each answer: every request has a new one')
    return found
  }

  /** Gives up one extension after the other until the server answers, then takes back those it did not mind. */
  async #negotiate(): Promise<{ extensions: RequestExtensions; refused: string[]; failure: RequestRecord | null }> {
    let extensions = { ...ALL_EXTENSIONS }
    let givenUp = 0
    for (;;) {
      const { record } = await this.#send(SHORT_PROMPT_WORDS, extensions)
      if (record.outcome.state === 'ok') break
      const next = GIVEN_UP[givenUp]
      if (!next || !isRefusal(record)) return { extensions, refused: [], failure: record }
      extensions = { ...extensions, [next.extension]: false }
      givenUp++
    }
    const refused: string[] = []
    for (const [index, { extension, field }] of GIVEN_UP.slice(0, givenUp).entries()) {
      // The last one given up made the difference, so it is refused.
      const wanted = { ...extensions, [extension]: true }
      if (index === givenUp - 1) refused.push(field)
      else if (extension !== 'continuousUsage' || extensions.includeUsage) {
        const { record } = await this.#send(SHORT_PROMPT_WORDS, wanted)
        if (record.outcome.state === 'ok') extensions = wanted
        else if (isRefusal(record)) refused.push(field)
        else return { extensions, refused, failure: record }
      }
    }
    return { extensions, refused, failure: null }
  }

  async #send(words: number, extensions: RequestExtensions): Promise<{ prompt: string; record: RequestRecord }> {
    const { endpoint, clock, signal, seed, requestTimeoutMs } = this.#options
    signal.throwIfAborted()
    const index = this.#sent++
    const prompt = promptWords(seed ^ 0x5eed, index, words).join(' ')
    const body = chatBody(endpoint.model, [{ role: 'user', content: prompt }], PROBE_OUTPUT_TOKENS, extensions)
    const nowMs = clock.monotonicMs()
    const record = await timedRequest({
      connection: this.#tap,
      request: prepareRequest(endpoint, `probe-${index}`, body),
      session: index,
      turn: 0,
      asked: { inputTokens: null, outputTokens: PROBE_OUTPUT_TOKENS, cachedTokens: 0 },
      clock,
      originMs: nowMs,
      intendedMs: nowMs,
      timeoutMs: requestTimeoutMs,
      maxEvents: MAX_PROBE_EVENTS,
    })
    if (record.outcome.state === 'ok') {
      const first = this.#answered++ === 0
      // The next request must not be written into a connection that is closing.
      if (first || !this.#keepAlive) await sleep(CLOSE_WATCH_MS)
      // One that closes later is found out by the next request, which then had to connect.
      if (!this.#connection.usable || (!first && !record.reused)) this.#keepAlive = false
    }
    return { prompt, record }
  }
}

/** A request that the server understood and did not want, rather than a fault of the way there. */
function isRefusal({ outcome }: RequestRecord): boolean {
  return outcome.state === 'failed' && outcome.error === 'http-status' && /^HTTP (400|422)\b/.test(outcome.detail)
}
