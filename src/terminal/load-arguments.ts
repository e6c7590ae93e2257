import { readFileSync } from 'node:fs'
import type { LoadOptions } from '../commands/load.ts'
import { COMPAT_PEERS, type CompatPeer } from '../record/words.ts'
import { ArgumentReader } from './argument-reader.ts'
import { type LoadShapeArguments, readArrivals, readSlo, readWorkload } from './load-shape-arguments.ts'

/** As the command line gives them. */
export interface LoadArguments extends LoadShapeArguments {
  model?: string
  requests: string
  duration: string
  warmup: string
  seed: string
  timeout: string
  apiKeyVariable?: string
  tokenizer?: string
  proxy?: string
  ca?: string
  metricsUrl?: string
  devices?: string
  threads: string
  hostShare?: string
  repeat: boolean
  compat?: string
  raw?: string
  html?: string
  json?: boolean
}

const MAX_REQUESTS = 10_000
const MAX_SEED = 2 ** 32 - 1
const MAX_TIMEOUT_SECONDS = 86_400
const MAX_DEVICES = 4096
const MAX_THREADS = 64

/** Reads and checks them all. Throws {@link ConfigurationError} with every problem at once. */
export function readLoadArguments(
  url: string,
  given: LoadArguments,
  environment: Readonly<Record<string, string | undefined>>,
): LoadOptions {
  const read = new ArgumentReader()
  const options: LoadOptions = {
    url: readUrl(url, read),
    model: given.model ?? null,
    headers: readHeaders(given.apiKeyVariable, environment, read),
    network: readNetwork(given, read),
    workload: readWorkload(given, read),
    arrivals: readArrivals(given, read),
    requestsPerStream: read.integer('--requests', given.requests, 1, MAX_REQUESTS),
    durationSeconds: read.decimal('--duration', given.duration, 0.1, MAX_TIMEOUT_SECONDS),
    warmupPerStream: read.integer('--warmup', given.warmup, 0, MAX_REQUESTS),
    seed: read.integer('--seed', given.seed, 0, MAX_SEED),
    requestTimeoutMs: 1000 * read.integer('--timeout', given.timeout, 1, MAX_TIMEOUT_SECONDS),
    slo: readSlo(given.slo, read),
    devices: given.devices === undefined ? null : read.integer('--devices', given.devices, 1, MAX_DEVICES),
    tokenizerFile: given.tokenizer ?? null,
    metricsUrl: readMetricsUrl(given.metricsUrl, read),
    threads: given.threads === 'auto' ? 'auto' : read.integer('--threads', given.threads, 1, MAX_THREADS),
    hostShare: readHostShare(given.hostShare, read),
    repeatFirst: given.repeat,
    compat: readCompat(given.compat, read),
    rawFile: given.raw ?? null,
  }
  read.finish()
  return options
}

function readUrl(text: string, read: ArgumentReader): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    read.refuse('url', `${JSON.stringify(text)} is not an http or https address`, 'for example http://localhost:8000')
    return text
  }
  // People copy the base URL of an SDK, which ends in /v1.
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '').replace(/\/v1$/, '')
}

function readHeaders(
  variable: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  read: ArgumentReader,
): Record<string, string> {
  if (variable === undefined) return {}
  const key = environment[variable]?.trim()
  if (key && /^[\x21-\x7e]+$/.test(key)) return { authorization: `Bearer ${key}` }
  read.refuse(
    '--api-key-variable',
    `the environment variable ${variable} ${key ? 'holds no usable key' : 'is not set'}`,
  )
  return {}
}

function readMetricsUrl(text: string | undefined, read: ArgumentReader): string | null {
  if (text === undefined) return null
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    read.refuse('--metrics-url', `${JSON.stringify(text)} is not an http or https address`)
  return text
}

function readNetwork({ proxy, ca }: LoadArguments, read: ArgumentReader): LoadOptions['network'] {
  if (proxy === undefined && ca === undefined) return null
  if (proxy !== undefined && !(URL.canParse(proxy) && /^https?:$/.test(new URL(proxy).protocol)))
    read.refuse('--proxy', `${JSON.stringify(proxy)} is not an http or https address`, 'for example http://proxy:3128')
  return { proxy: proxy ?? null, certificateAuthority: ca === undefined ? null : readCertificate(ca, read) }
}

function readCertificate(path: string, read: ArgumentReader): string | null {
  try {
    const text = readFileSync(path, 'utf8')
    if (text.includes('-----BEGIN CERTIFICATE-----')) return text
    read.refuse('--ca', `${path} holds no PEM certificate`, 'it begins with -----BEGIN CERTIFICATE-----')
  } catch (error) {
    read.refuse('--ca', `${path} cannot be read: ${(error as Error).message}`)
  }
  return null
}

/** `2/3`: the second of three hosts. */
function readHostShare(text: string | undefined, read: ArgumentReader): LoadOptions['hostShare'] {
  if (text === undefined) return null
  const [index, of] = text.split('/')
  const hosts = read.integer('--host-share', of ?? '', 1, 1024)
  return { host: read.integer('--host-share', index ?? '', 1, Number.isNaN(hosts) ? 1024 : hosts), hosts }
}

function readCompat(text: string | undefined, read: ArgumentReader): CompatPeer[] {
  if (text === undefined) return []
  return text.split(',').map((name) => read.oneOf('--compat', name.trim(), COMPAT_PEERS))
}
