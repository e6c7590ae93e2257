import type { Endpoint } from '../engine/endpoint.ts'
import type { Clock, Progress } from '../ports.ts'
import type { CorrectnessResult } from '../record/cell-result.ts'
import { ConfigurationError } from '../record/problem.ts'
import type { Encoding } from '../record/words.ts'
import { runCorrectness } from '../suites/correctness/driver.ts'
import { arrayAt, stringAt } from '../suites/correctness/json.ts'
import { CHECKS } from '../suites/correctness/registry.ts'
import { send } from '../suites/correctness/send.ts'

/** The correctness checks against any OpenAI-compatible URL, without a matrix. */
export interface CheckOptions {
  /** With or without a trailing slash or `/v1`. */
  url: string
  /** Absent: the first of `/v1/models`. */
  model?: string | undefined
  /** Letters of the families to run, such as P and R; absent: all. */
  families?: readonly string[] | undefined
  seed: number
  /** Number of generated arithmetic items. */
  items: number
  concurrency: number
  encoding: Encoding
  /** Sent as a bearer token. */
  apiKey?: string | undefined
  /** One request may take this long. */
  requestTimeoutMs?: number | undefined
}

export type CheckOutcome =
  | { state: 'judged'; url: string; model: string; correctness: CorrectnessResult }
  /** Nothing could be asked at all; `mend` says what to do. */
  | { state: 'unreachable'; url: string; message: string; mend: string }

const MODELS_TIMEOUT_MS = 10_000
const MAX_LISTED_MODELS = 20

export interface CheckPorts {
  progress: Progress
  clock: Clock
  signal: AbortSignal
}

/** Throws {@link ConfigurationError} for options that make no sense; a server that misbehaves is an outcome. */
export async function runCheck(options: CheckOptions, ports: CheckPorts): Promise<CheckOutcome> {
  const url = baseUrl(options.url)
  const checks = checksOf(options.families)
  const headers: Record<string, string> = options.apiKey ? { authorization: `Bearer ${options.apiKey}` } : {}
  const found = await findModel({ url, model: options.model ?? '', headers }, ports)
  if (found.state === 'unreachable') return { ...found, url }
  const model = options.model ?? found.model
  if (model === null) {
    const message = `${url}/v1/models names no model (${found.answer})`
    return { state: 'unreachable', url, message, mend: 'name the model with --model' }
  }
  if (found.listed.length > 0 && !found.listed.includes(model))
    ports.progress.note(`${url}/v1/models does not list ${model}, it lists ${found.listed.join(', ')}`)
  ports.progress.note(`checking ${model} at ${url} with ${checks.map(({ id }) => id).join(', ')}`)
  const correctness = await runCorrectness({
    endpoint: { url, model, headers },
    context: { seed: options.seed, model, encoding: options.encoding, arithmeticItems: options.items },
    checks,
    concurrency: options.concurrency,
    ...ports,
    ...(options.requestTimeoutMs === undefined ? {} : { requestTimeoutMs: options.requestTimeoutMs }),
  })
  return { state: 'judged', url, model, correctness }
}

/** The URL as an endpoint has it: no trailing slash, no `/v1`. */
export function baseUrl(given: string): string {
  const problem = (message: string, hint: string) =>
    new ConfigurationError([{ file: 'URL', field: '', message: `"${given}" ${message}`, hint }])
  const parsed = URL.canParse(given) ? new URL(given) : null
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    throw problem('is not an http or https URL', 'for example http://127.0.0.1:8000')
  if (parsed.username !== '' || parsed.password !== '')
    throw new ConfigurationError([
      { file: 'URL', field: '', message: 'carries credentials', hint: 'pass a key with --api-key-variable' },
    ])
  return `${parsed.origin}${parsed.pathname}`.replace(/\/+$/, '').replace(/\/v1$/, '')
}

function checksOf(families: readonly string[] | undefined) {
  if (!families) return CHECKS
  const known = [...new Set(CHECKS.map(({ id }) => id[0]!))]
  const unknown = families.filter((family) => !known.includes(family))
  if (unknown.length > 0 || families.length === 0)
    throw new ConfigurationError([
      {
        file: '--families',
        field: '',
        message: unknown.length > 0 ? `unknown: ${unknown.join(', ')}` : 'is empty',
        hint: `known are ${known.join(', ')}`,
      },
    ])
  return CHECKS.filter(({ id }) => families.includes(id[0]!))
}

type FoundModel =
  | { state: 'found'; model: string | null; listed: string[]; answer: string }
  | { state: 'unreachable'; message: string; mend: string }

/** A server without `/v1/models` is fine as long as the model is named; one that does not answer is not. */
async function findModel(endpoint: Endpoint, ports: CheckPorts): Promise<FoundModel> {
  const request = { id: 'models', method: 'GET' as const, path: '/v1/models' }
  const response = await send(endpoint, request, { ...ports, timeoutMs: MODELS_TIMEOUT_MS })
  if (response.state === 'failed') {
    const message = `${endpoint.url} does not answer: ${response.error}`
    return { state: 'unreachable', message, mend: 'is the server running, and is this its address and port?' }
  }
  if (response.state !== 'answered') return { state: 'found', model: null, listed: [], answer: 'an event stream' }
  if (response.status === 401 || response.status === 403) {
    const message = `${endpoint.url} refuses access (HTTP ${response.status})`
    return { state: 'unreachable', message, mend: 'name the variable that holds the key with --api-key-variable' }
  }
  const listed = (arrayAt(response.json, 'data') ?? [])
    .slice(0, MAX_LISTED_MODELS)
    .flatMap((entry) => stringAt(entry, 'id') ?? [])
  const answer = `HTTP ${response.status} ${response.contentType}`
  return { state: 'found', model: listed[0] ?? null, listed, answer }
}
