import { ARRIVAL_LAWS, type Arrival, type Lengths, MAX_CONCURRENCY, type Slo, type Workload } from '../plan/load.ts'
import type { ArgumentReader } from './argument-reader.ts'

/** The options of `load` that say what is sent and when, as the command line gives them. */
export interface LoadShapeArguments {
  inputTokens: string
  outputTokens?: string
  concurrency?: string
  rate?: string
  arrival?: string
  burstiness?: string
  ramp?: string
  maxConcurrency?: string
  turns?: string
  nextInputTokens?: string
  think?: string
  tools?: string
  toolResultTokens?: string
  toolTime?: string
  prefixTokens?: string
  prefixGroups?: string
  dataset?: string
  trace?: string
  traceSpeed?: string
  sha256?: string
  slo?: string
}

/** The greatest context and output that any V4 server is run with. */
export const MAX_INPUT_TOKENS = 1_048_576
export const MAX_OUTPUT_TOKENS = 393_216
const DEFAULT_CONCURRENCY = '1,4,16'
const DEFAULT_OUTPUT_TOKENS = '64'
const DEFAULT_NEXT_INPUT_TOKENS = '64'
const DEFAULT_TOOL_RESULT_TOKENS = '256'
const DEFAULT_MAX_CONCURRENCY = '1024'
const MAX_LEVELS = 32
const MAX_SECONDS = 3600
const MAX_RATE = 100_000

/** What is sent. Options that contradict each other are problems, not preferences. */
export function readWorkload(given: LoadShapeArguments, read: ArgumentReader): Workload {
  const kinds = [
    ['--turns', given.turns],
    ['--prefix-tokens', given.prefixTokens],
    ['--dataset', given.dataset],
    ['--trace', given.trace],
  ].flatMap(([option, value]) => (value === undefined ? [] : [option!]))
  if (kinds.length > 1) read.refuse(kinds[1]!, `cannot be combined with ${kinds[0]}`, 'one kind of workload a run')
  if (given.tools !== undefined && given.turns === undefined)
    read.refuse('--tools', 'needs --turns', 'an agent calls tools between its turns: add --turns 8')
  const output = lengths('--output-tokens', given.outputTokens ?? DEFAULT_OUTPUT_TOKENS, MAX_OUTPUT_TOKENS, read)
  const input = lengths('--input-tokens', given.inputTokens, MAX_INPUT_TOKENS, read)
  const sha256 = readDigest(given, read)
  if (given.dataset !== undefined)
    return { kind: 'dataset', file: given.dataset, sha256, output: given.outputTokens === undefined ? null : output }
  if (given.trace !== undefined) return { kind: 'trace', file: given.trace, sha256 }
  if (given.prefixTokens !== undefined) {
    const groups = read.integer('--prefix-groups', given.prefixGroups ?? '1', 1, 100_000)
    const prefixTokens = read.integer('--prefix-tokens', given.prefixTokens, 1, MAX_INPUT_TOKENS)
    if (prefixTokens >= shortest(input))
      read.refuse(
        '--prefix-tokens',
        `${prefixTokens} leaves nothing of prompts of ${shortest(input)}`,
        'raise --input-tokens, which counts the prefix',
      )
    return { kind: 'shared-prefix', groups, prefixTokens, input, output }
  }
  if (given.turns === undefined) return { kind: 'single', input, output }
  const turns = read.integer('--turns', given.turns, 2, 1000)
  if (given.tools === undefined) {
    const nextInput = lengths(
      '--next-input-tokens',
      given.nextInputTokens ?? DEFAULT_NEXT_INPUT_TOKENS,
      MAX_INPUT_TOKENS,
      read,
    )
    const thinkSeconds = read.decimal('--think', given.think ?? '0', 0, MAX_SECONDS)
    return { kind: 'multi-turn', turns, input, nextInput, output, thinkSeconds }
  }
  const tools = read.integer('--tools', given.tools, 1, 128)
  const toolResult = lengths(
    '--tool-result-tokens',
    given.toolResultTokens ?? DEFAULT_TOOL_RESULT_TOKENS,
    MAX_INPUT_TOKENS,
    read,
  )
  const toolSeconds = read.decimal('--tool-time', given.toolTime ?? '0', 0, MAX_SECONDS)
  return { kind: 'agentic', turns, tools, input, toolResult, output, toolSeconds }
}

/** When it is sent: one load point each. */
export function readArrivals(given: LoadShapeArguments, read: ArgumentReader): Arrival[] {
  const maxConcurrency = read.integer(
    '--max-concurrency',
    given.maxConcurrency ?? DEFAULT_MAX_CONCURRENCY,
    1,
    MAX_CONCURRENCY,
  )
  const law = read.oneOf('--arrival', given.arrival ?? 'poisson', ARRIVAL_LAWS)
  const burstiness = read.decimal('--burstiness', given.burstiness ?? '1', 0.001, 1000)
  if (given.burstiness !== undefined && law !== 'gamma')
    read.refuse('--burstiness', 'is the shape of --arrival gamma only')
  const open = given.rate !== undefined || given.ramp !== undefined
  if (given.arrival !== undefined && !open) read.refuse('--arrival', 'needs --rate or --ramp')
  const arrivals: Arrival[] = []
  if (given.trace !== undefined) {
    for (const [option, value] of [
      ['--rate', given.rate],
      ['--ramp', given.ramp],
      ['--concurrency', given.concurrency],
    ])
      if (value !== undefined)
        read.refuse(
          option!,
          'cannot be combined with --trace',
          'a trace has its own times: --trace-speed plays it faster',
        )
    const speed = read.decimal('--trace-speed', given.traceSpeed ?? '1', 0.001, 1000)
    return [{ kind: 'trace', speed, maxConcurrency }]
  }
  if (given.concurrency !== undefined || !open)
    for (const concurrency of levels(given.concurrency ?? DEFAULT_CONCURRENCY, read))
      arrivals.push({ kind: 'closed', concurrency })
  for (const text of given.rate?.split(',') ?? [])
    arrivals.push({
      kind: 'open',
      requestsPerSecond: read.decimal('--rate', text, 0.001, MAX_RATE),
      law,
      burstiness,
      maxConcurrency,
    })
  if (given.ramp !== undefined) {
    const [from, to, ...rest] = given.ramp.split(':')
    if (from === undefined || to === undefined || rest.length > 0)
      read.refuse('--ramp', `${JSON.stringify(given.ramp)} is not FROM:TO`, 'for example --ramp 1:10')
    else
      arrivals.push({
        kind: 'ramp',
        fromPerSecond: read.decimal('--ramp', from, 0.001, MAX_RATE),
        toPerSecond: read.decimal('--ramp', to, 0.001, MAX_RATE),
        law,
        burstiness,
        maxConcurrency,
      })
  }
  if (arrivals.length > MAX_LEVELS) read.refuse('--concurrency', `more than ${MAX_LEVELS} load points`)
  return arrivals
}

/** `ttft=2000,tpot=80,e2el=30000`, milliseconds. */
export function readSlo(text: string | undefined, read: ArgumentReader): Slo | null {
  if (text === undefined) return null
  const slo: Slo = { ttftMs: null, tpotMs: null, e2elMs: null }
  for (const part of text.split(',')) {
    const [name, value] = part.split('=')
    const bound = read.decimal('--slo', value ?? '', 0.001, 1e7)
    if (name === 'ttft') slo.ttftMs = bound
    else if (name === 'tpot') slo.tpotMs = bound
    else if (name === 'e2el') slo.e2elMs = bound
    else
      read.refuse('--slo', `${JSON.stringify(name)} is not ttft, tpot or e2el`, 'for example --slo ttft=2000,tpot=80')
  }
  return slo
}

/** `512`, `uniform:256-1024`, `normal:512,100[,2048]`, `lognormal:512,0.8[,8192]` (median, sigma, most). */
function lengths(option: string, text: string, most: number, read: ArgumentReader): Lengths {
  const colon = text.indexOf(':')
  if (colon < 0) return { law: 'fixed', tokens: read.integer(option, text, 1, most) }
  const law = read.oneOf(option, text.slice(0, colon), ['uniform', 'normal', 'lognormal'] as const)
  const numbers = text.slice(colon + 1).split(law === 'uniform' ? '-' : ',')
  if (numbers.length < 2 || numbers.length > (law === 'uniform' ? 2 : 3))
    read.refuse(
      option,
      `${JSON.stringify(text)} is not a length`,
      'uniform:LEAST-MOST, normal:MEAN,DEVIATION or lognormal:MEDIAN,SIGMA',
    )
  const first = read.integer(option, numbers[0] ?? '', 1, most)
  const greatest = read.integer(option, numbers[2] ?? `${most}`, 1, most)
  switch (law) {
    case 'uniform': {
      const last = read.integer(option, numbers[1] ?? '', 1, most)
      if (last < first) read.refuse(option, `${last} is below ${first}`, 'the lesser length comes first')
      return { law, least: first, most: last }
    }
    case 'normal':
      return { law, mean: first, deviation: read.decimal(option, numbers[1] ?? '', 0, 1e6), most: greatest }
    case 'lognormal':
      return { law, median: first, sigma: read.decimal(option, numbers[1] ?? '', 0, 5), most: greatest }
  }
}

/** `1,4,16`, or `1..64` by doubling. */
function levels(text: string, read: ArgumentReader): number[] {
  const range = /^(\d{1,7})\.\.(\d{1,7})$/.exec(text.trim())
  if (range === null)
    return text.split(',').map((entry) => read.integer('--concurrency', entry.trim(), 1, MAX_CONCURRENCY))
  const first = read.integer('--concurrency', range[1]!, 1, MAX_CONCURRENCY)
  const last = read.integer('--concurrency', range[2]!, first, MAX_CONCURRENCY)
  const doubled: number[] = []
  if (Number.isNaN(first) || Number.isNaN(last)) return doubled
  for (let level = first; level < last; level *= 2) doubled.push(level)
  return [...doubled, last]
}

function readDigest({ sha256, dataset, trace }: LoadShapeArguments, read: ArgumentReader): string | null {
  if (sha256 === undefined) return null
  if (dataset === undefined && trace === undefined) read.refuse('--sha256', 'belongs to --dataset or --trace')
  if (!/^[0-9a-f]{64}$/i.test(sha256)) read.refuse('--sha256', `${JSON.stringify(sha256)} is not 64 hexadecimal digits`)
  return sha256.toLowerCase()
}

function shortest(law: Lengths): number {
  switch (law.law) {
    case 'fixed':
      return law.tokens
    case 'uniform':
      return law.least
    case 'normal':
    case 'lognormal':
      return law.most
  }
}
