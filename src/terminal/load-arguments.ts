import { readFileSync } from 'node:fs'
import type { LoadOptions } from '../commands/load.ts'
import { proxyTarget } from '../engine/http/route.ts'
import { loadName, MAX_CONVERSATIONS, type Workload } from '../plan/load.ts'
import { plannedConversations } from '../plan/requests.ts'
import { ArgumentReader, shown } from './argument-reader.ts'
import { type ArrivalArguments, readArrivals } from './arrival-arguments.ts'
import { type LoadShapeArguments, readWorkload } from './load-shape-arguments.ts'
import { type ResultArguments, readResultArguments } from './result-arguments.ts'

/** As the command line gives them. */
export interface LoadArguments extends LoadShapeArguments, ArrivalArguments, ResultArguments {
  model?: string
  warmup: string
  seed?: string
  timeout: string
  apiKeyVariable?: string
  tokenizer?: string
  proxy?: string
  ca?: string
  metricsUrl?: string
  threads: string
  hostShare?: string
  repeat: boolean
  raw?: string
}

const MAX_WARMUP = 10_000
/** Exclusive: what a seed that is drawn stays below. */
export const SEED_BOUND = 2 ** 32
const MAX_SEED = 2 ** 32 - 1
const MAX_TIMEOUT_SECONDS = 86_400
const MAX_THREADS = 64
const MAX_HOSTS = 1024

/**
 * Reads and checks them all. `drawSeed` gives the seed where none is asked for: the same prompts twice would be served
 * from the server's cache. Throws {@link ConfigurationError} with every problem at once.
 */
export function readLoadArguments(
  url: string,
  given: LoadArguments,
  environment: Readonly<Record<string, string | undefined>>,
  drawSeed: () => number,
): LoadOptions {
  const read = new ArgumentReader()
  const options: LoadOptions = {
    url: readUrl(url, read),
    model: given.model ?? null,
    headers: readHeaders(given.apiKeyVariable, environment, read),
    network: readNetwork(given, read),
    workload: readWorkload(given, read),
    ...readArrivals(given, read),
    warmupPerStream: read.integer('--warmup', given.warmup, 0, MAX_WARMUP),
    seed: read.integer('--seed', given.seed ?? `${drawSeed()}`, 0, MAX_SEED),
    requestTimeoutMs: 1000 * read.integer('--timeout', given.timeout, 1, MAX_TIMEOUT_SECONDS),
    tokenizerFile: given.tokenizer ?? null,
    metricsUrl: readMetricsUrl(given.metricsUrl, read),
    threads: given.threads === 'auto' ? 'auto' : read.integer('--threads', given.threads, 1, MAX_THREADS),
    hostShare: readHostShare(given.hostShare, read),
    repeatFirst: given.repeat,
    ...readResultArguments(given, read),
    rawFile: given.raw ?? null,
  }
  if (given.model === '') read.refuse('--model', 'is empty', 'leave it out for the first model that the server lists')
  if (given.ca !== undefined && [url, given.metricsUrl].every((each) => !each?.startsWith('https:')))
    read.refuse('--ca', 'has no effect without an https address')
  if (given.hostShare !== undefined && given.seed === undefined)
    read.refuse('--host-share', 'needs --seed', 'give every host the same one, and another for another load')
  refuseEndless(options, read)
  refuseIdleHosts(options, read)
  refuseSameFile(given, options.workload, read)
  read.finish()
  return options
}

/** People copy the base URL of an SDK, which ends in /v1, or the whole address of a request. */
function readUrl(text: string, read: ArgumentReader): string {
  const url = read.address('url', text, 'http://localhost:8000')
  if (url === null) return text
  if (url.username !== '' || url.password !== '')
    read.refuse('url', 'holds a name or a password', 'others can read a command line: give --api-key-variable')
  if (url.search !== '' || url.hash !== '')
    read.refuse('url', `ends in ${url.search}${url.hash}, which would not be sent`, 'give the address alone')
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '').replace(/\/v1(\/chat\/completions|\/models)?$/, '')
}

function readHeaders(
  variable: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  read: ArgumentReader,
): Record<string, string> {
  if (variable === undefined) return {}
  const key = environment[variable]?.trim()
  if (key && /^[\x21-\x7e]+$/.test(key)) return { authorization: `Bearer ${key}` }
  const state = key ? 'holds no usable key' : environment[variable] === undefined ? 'is not set' : 'is empty'
  read.refuse('--api-key-variable', `the environment variable ${variable} ${state}`)
  return {}
}

function readMetricsUrl(text: string | undefined, read: ArgumentReader): string | null {
  if (text === undefined) return null
  const url = read.address('--metrics-url', text, 'http://localhost:9090/metrics')
  if (url !== null && (url.username !== '' || url.password !== ''))
    read.refuse('--metrics-url', 'holds a name or a password, which cannot be sent')
  return text
}

function readNetwork({ proxy, ca }: LoadArguments, read: ArgumentReader): LoadOptions['network'] {
  if (proxy === undefined && ca === undefined) return null
  if (proxy !== undefined && !isProxy(proxy))
    read.refuse('--proxy', 'is not the address of an HTTP proxy', 'for example http://proxy:3128')
  return { proxy: proxy ?? null, certificateAuthority: ca === undefined ? null : readCertificate(ca, read) }
}

/** Its address is not shown again: it may hold a password. */
function isProxy(address: string): boolean {
  try {
    proxyTarget(address)
    return true
  } catch {
    return false
  }
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
  const [index, of, ...rest] = text.split('/')
  if (index === undefined || of === undefined || rest.length > 0) {
    read.refuse('--host-share', `${shown(text)} is not I/N`, 'for example --host-share 1/2 here, 2/2 there')
    return null
  }
  const hosts = read.integer('--host-share', of, 1, MAX_HOSTS)
  const host = read.integer('--host-share', index, 1, Number.isNaN(hosts) ? MAX_HOSTS : hosts)
  return { host, hosts }
}

/** Said before the first load point, not when the last has its turn. */
function refuseEndless({ arrivals, workload, ...options }: LoadOptions, read: ArgumentReader): void {
  if (workload.kind === 'dataset' || workload.kind === 'trace') return
  for (const arrival of arrivals) {
    const conversations = plannedConversations(options, arrival)
    if (conversations === null || !(conversations > MAX_CONVERSATIONS)) continue
    const option = arrival.kind === 'closed' ? '--requests' : '--duration'
    const what = workload.kind === 'multi-turn' || workload.kind === 'agentic' ? 'conversations' : 'requests'
    read.refuse(option, `makes ${conversations} ${what} at ${loadName(arrival)}, at most ${MAX_CONVERSATIONS}`)
  }
}

/** A host without a share would measure an empty load. */
function refuseIdleHosts({ arrivals, hostShare }: LoadOptions, read: ArgumentReader): void {
  if (hostShare === null) return
  for (const arrival of arrivals) {
    const most = arrival.kind === 'closed' ? arrival.concurrency : arrival.maxConcurrency
    if (most < hostShare.hosts)
      read.refuse('--host-share', `${loadName(arrival)} has too few connections for ${hostShare.hosts} hosts`)
  }
}

/** What is written must not be what is read, nor each other. */
function refuseSameFile(given: LoadArguments, workload: Workload, read: ArgumentReader): void {
  const own = 'file' in workload ? workload.file : undefined
  const readFrom = [own, given.ca, given.tokenizer].filter((path) => path !== undefined)
  for (const [option, path] of [
    ['--raw', given.raw],
    ['--html', given.html],
  ] as const)
    if (path !== undefined && readFrom.includes(path)) read.refuse(option, `${path} is read, it must not be written`)
  if (given.raw !== undefined && given.raw === given.html) read.refuse('--html', `${given.html} is the file of --raw`)
}
