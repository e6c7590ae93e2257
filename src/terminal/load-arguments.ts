import type { LoadOptions } from '../commands/load.ts'
import { ConfigurationError, type Problem } from '../record/problem.ts'

/** As the command line gives them. */
export interface LoadArguments {
  model?: string
  inputTokens: string
  outputTokens: string
  concurrency: string
  requests: string
  warmup: string
  seed: string
  timeout: string
  apiKeyVariable?: string
  raw?: string
  json?: boolean
}

/** The greatest context, output and concurrency that any V4 server is run with. */
const MAX_INPUT_TOKENS = 1_048_576
const MAX_OUTPUT_TOKENS = 393_216
const MAX_CONCURRENCY = 4096
const MAX_REQUESTS = 10_000
const MAX_SEED = 2 ** 32 - 1
const MAX_TIMEOUT_SECONDS = 86_400

/** Reads and checks them all. Throws {@link ConfigurationError} with every problem at once. */
export function readLoadArguments(
  url: string,
  given: LoadArguments,
  environment: Readonly<Record<string, string | undefined>>,
): LoadOptions {
  const problems: Problem[] = []
  const refuse = (field: string, message: string, hint?: string) =>
    problems.push({ file: 'command line', field, message, hint })
  const integer = (field: string, text: string, least: number, most: number): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= least && value <= most))
      refuse(field, `${JSON.stringify(text)} is not a whole number from ${least} to ${most}`)
    return value
  }
  const options: LoadOptions = {
    url: readUrl(url, refuse),
    model: given.model ?? null,
    headers: readHeaders(given.apiKeyVariable, environment, refuse),
    inputTokens: integer('--input-tokens', given.inputTokens, 1, MAX_INPUT_TOKENS),
    outputTokens: integer('--output-tokens', given.outputTokens, 1, MAX_OUTPUT_TOKENS),
    concurrency: given.concurrency
      .split(',')
      .map((entry) => integer('--concurrency', entry.trim(), 1, MAX_CONCURRENCY)),
    requestsPerStream: integer('--requests', given.requests, 1, MAX_REQUESTS),
    warmupPerStream: integer('--warmup', given.warmup, 0, MAX_REQUESTS),
    seed: integer('--seed', given.seed, 0, MAX_SEED),
    requestTimeoutMs: 1000 * integer('--timeout', given.timeout, 1, MAX_TIMEOUT_SECONDS),
    rawFile: given.raw ?? null,
  }
  if (problems.length > 0) throw new ConfigurationError(problems)
  return options
}

type Refuse = (field: string, message: string, hint?: string) => void

function readUrl(text: string, refuse: Refuse): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    refuse('url', `${JSON.stringify(text)} is not an http or https address`, 'for example http://localhost:8000')
    return text
  }
  // People copy the base URL of an SDK, which ends in /v1.
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '').replace(/\/v1$/, '')
}

function readHeaders(
  variable: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  refuse: Refuse,
): Record<string, string> {
  if (variable === undefined) return {}
  const key = environment[variable]?.trim()
  if (key && /^[\x21-\x7e]+$/.test(key)) return { authorization: `Bearer ${key}` }
  refuse('--api-key-variable', `the environment variable ${variable} ${key ? 'holds no usable key' : 'is not set'}`)
  return {}
}
