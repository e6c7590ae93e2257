import type { Endpoint } from '../../../engine/endpoint.ts'
import { ConfigurationError } from '../../../record/problem.ts'
import { seedOf } from '../../../record/seeded-random.ts'
import type { LoadSpec } from '../load-spec.ts'
import { chatBody, prepareRequest, type RequestExtensions } from '../request-body.ts'
import type { DraftRequest } from './draft.ts'
import type { PlannedRequest } from './planned.ts'

/** All requests of a load point lie in memory before the clock runs. */
export const MAX_PREPARED_BYTES = 2 * 1024 ** 3

/** Lengths vary: what so many sessions take tells what all will, to within this factor. */
const FORESEEN_FROM_SESSIONS = 50
const FORESEEN_MARGIN = 1.5

/** Makes requests ready to be written, and refuses more of them than memory is meant to hold. */
export class RequestShelf {
  readonly #endpoint: Endpoint
  readonly #spec: LoadSpec
  readonly #extensions: RequestExtensions
  readonly #tools: readonly unknown[]
  readonly #maxBytes: number
  readonly #idStart: string
  #bytes = 0
  #requests = 0

  constructor(
    endpoint: Endpoint,
    spec: LoadSpec,
    extensions: RequestExtensions,
    tools: readonly unknown[],
    maxBytes = MAX_PREPARED_BYTES,
  ) {
    this.#endpoint = endpoint
    this.#spec = spec
    this.#extensions = extensions
    this.#tools = tools
    this.#maxBytes = maxBytes
    this.#idStart = requestIdStart(spec)
  }

  /** Of warm-up, the id says so. */
  prepare(draft: DraftRequest, session: number, turn: number, warmup: boolean): PlannedRequest {
    const { messages, outputTokens, inputTokens, cachedTokens, thinkMs } = draft
    const id = `${this.#idStart}-${warmup ? 'w' : ''}${session}.${turn}`
    const body = chatBody(this.#endpoint.model, messages, outputTokens, this.#extensions, this.#tools)
    const request = prepareRequest(this.#endpoint, id, body)
    this.#bytes += request.bytes.length
    this.#requests++
    if (this.#bytes > this.#maxBytes) throw this.#tooLarge(this.#requests)
    return { request, session, turn, thinkMs, asked: { inputTokens, outputTokens, cachedTokens } }
  }

  /** Refuses early what would take minutes to build and then be refused. `done` of `total` sessions are prepared. */
  foresee(done: number, total: number): void {
    if (done >= FORESEEN_FROM_SESSIONS && (this.#bytes / done) * total > FORESEEN_MARGIN * this.#maxBytes)
      throw this.#tooLarge(Math.round((this.#requests / done) * total))
  }

  #tooLarge(requests: number): ConfigurationError {
    const { scenario, load } = this.#spec
    const mebibytes = Math.round(this.#maxBytes / 1024 ** 2)
    const message = `${requests} requests of ${load} take more than ${mebibytes} MiB, the most that is prepared`
    const hint = 'ask for fewer or shorter requests, or for fewer turns'
    return new ConfigurationError([{ file: `scenario ${scenario}`, field: 'workload', message, hint }])
  }
}

/** Goes to the server as X-Request-Id: letters of a header, and unlike that of any other load point and repetition. */
export function requestIdStart({ scenario, load, seed }: Pick<LoadSpec, 'scenario' | 'load' | 'seed'>): string {
  const clean = (text: string) => text.replace(/[^\w.]+/g, '-').slice(0, 48)
  const point = seedOf(seed, scenario, load).toString(36).padStart(7, '0')
  return `${clean(scenario)}-${clean(load)}-${point}`
}
