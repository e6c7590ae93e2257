import { ARRIVAL_LAWS, type Arrival, loadName, MAX_CONCURRENCY } from '../plan/load.ts'
import { type ArgumentReader, shown } from './argument-reader.ts'

/** The options of `load` that say when it is sent, and how much, as the command line gives them. */
export interface ArrivalArguments {
  concurrency?: string
  requests?: string
  rate?: string
  ramp?: string
  duration?: string
  arrival?: string
  burstiness?: string
  maxConcurrency?: string
  /** Of the workload: it brings its own times. */
  trace?: string
  traceSpeed?: string
}

export const DEFAULT_CONCURRENCY = '1,4,16'
export const DEFAULT_REQUESTS = '8'
export const DEFAULT_DURATION_SECONDS = '30'
export const DEFAULT_MAX_CONCURRENCY = '1024'
const MAX_REQUESTS = 10_000
const MAX_DURATION_SECONDS = 86_400
/** More would take a day, and no table could show them. */
const MAX_LOAD_POINTS = 32
const MAX_PER_SECOND = 100_000
const LEAST_PER_SECOND = 0.001

export interface ReadArrivals {
  arrivals: Arrival[]
  requestsPerStream: number
  durationSeconds: number
}

/** When it is sent: one load point each, no two of the same name, since they would send the same prompts. */
export function readArrivals(given: ArrivalArguments, read: ArgumentReader): ReadArrivals {
  refuseContradictions(given, read)
  const arrivals = given.trace === undefined ? levels(given, read) : [traceArrival(given, read)]
  if (arrivals.length > MAX_LOAD_POINTS)
    read.refuse(
      '--concurrency',
      `${arrivals.length} load points, at most ${MAX_LOAD_POINTS}`,
      'give fewer levels of load',
    )
  refuseSame(arrivals, read)
  return {
    arrivals,
    requestsPerStream: read.integer('--requests', given.requests ?? DEFAULT_REQUESTS, 1, MAX_REQUESTS),
    durationSeconds: read.decimal('--duration', given.duration ?? DEFAULT_DURATION_SECONDS, 0.1, MAX_DURATION_SECONDS),
  }
}

function refuseContradictions(given: ArrivalArguments, read: ArgumentReader): void {
  const { trace, rate, ramp, concurrency, arrival } = given
  const hint = 'a trace has its own times: --trace-speed plays it faster'
  for (const [option, value] of [
    ['--rate', rate],
    ['--ramp', ramp],
    ['--concurrency', concurrency],
  ] as const)
    read.refuseUnless(trace === undefined, option, value, 'cannot be combined with --trace', hint)
  const timed = rate !== undefined || ramp !== undefined
  const closed = trace === undefined && (concurrency !== undefined || !timed)
  const whole = trace === undefined ? undefined : 'a trace is sent whole'
  read.refuseUnless(
    closed,
    '--requests',
    given.requests,
    'needs --concurrency',
    whole ?? 'with --rate or --ramp, --duration says how many there are',
  )
  read.refuseUnless(
    timed && trace === undefined,
    '--duration',
    given.duration,
    'needs --rate or --ramp',
    whole ?? 'with --concurrency, --requests says how many there are',
  )
  read.refuseUnless(timed, '--arrival', arrival, 'needs --rate or --ramp')
  read.refuseUnless(arrival === 'gamma', '--burstiness', given.burstiness, 'needs --arrival gamma')
  read.refuseUnless(trace !== undefined, '--trace-speed', given.traceSpeed, 'needs --trace')
  read.refuseUnless(
    timed || trace !== undefined,
    '--max-concurrency',
    given.maxConcurrency,
    'needs --rate, --ramp or --trace',
    'a closed loop has the connections that --concurrency says',
  )
}

function traceArrival(given: ArrivalArguments, read: ArgumentReader): Arrival {
  const speed = read.decimal('--trace-speed', given.traceSpeed ?? '1', 0.001, 1000)
  return { kind: 'trace', speed, maxConcurrency: maxConcurrency(given, read) }
}

function levels(given: ArrivalArguments, read: ArgumentReader): Arrival[] {
  const { concurrency, rate, ramp } = given
  const law = {
    law: read.oneOf('--arrival', given.arrival ?? 'poisson', ARRIVAL_LAWS),
    burstiness: read.decimal('--burstiness', given.burstiness ?? '1', 0.001, 1000),
    maxConcurrency: maxConcurrency(given, read),
  }
  const closed = concurrency ?? (rate === undefined && ramp === undefined ? DEFAULT_CONCURRENCY : null)
  return [
    ...(closed?.split(',').flatMap((entry) => concurrencies(entry.trim(), read)) ?? []).map(
      (each): Arrival => ({ kind: 'closed', concurrency: each }),
    ),
    ...(rate
      ?.split(',')
      .map((each): Arrival => ({ kind: 'open', requestsPerSecond: perSecond('--rate', each, read), ...law })) ?? []),
    ...(ramp === undefined ? [] : readRamp(ramp, read).map((ends): Arrival => ({ kind: 'ramp', ...ends, ...law }))),
  ]
}

function maxConcurrency({ maxConcurrency: text }: ArrivalArguments, read: ArgumentReader): number {
  return read.integer('--max-concurrency', text ?? DEFAULT_MAX_CONCURRENCY, 1, MAX_CONCURRENCY)
}

function perSecond(option: string, text: string, read: ArgumentReader): number {
  return read.decimal(option, text, LEAST_PER_SECOND, MAX_PER_SECOND)
}

function readRamp(text: string, read: ArgumentReader): { fromPerSecond: number; toPerSecond: number }[] {
  const [from, to, ...rest] = text.split(':')
  if (from === undefined || to === undefined || rest.length > 0) {
    read.refuse('--ramp', `${shown(text)} is not FROM:TO`, 'for example --ramp 1:10')
    return []
  }
  const ends = { fromPerSecond: perSecond('--ramp', from, read), toPerSecond: perSecond('--ramp', to, read) }
  if (ends.fromPerSecond === ends.toPerSecond)
    read.refuse('--ramp', `from ${from} to ${to} does not change`, `--rate ${from} is that load`)
  return [ends]
}

/** `4`, or `1..64` by doubling. */
function concurrencies(text: string, read: ArgumentReader): number[] {
  const level = (part: string) => read.integer('--concurrency', part, 1, MAX_CONCURRENCY)
  const range = /^(\d+)\.\.(\d+)$/.exec(text)
  if (range === null) return [level(text)]
  const [first, last] = [level(range[1]!), level(range[2]!)]
  if (last < first) read.refuse('--concurrency', `${last} is below ${first}`, 'the lesser concurrency comes first')
  const doubled: number[] = []
  for (let each = first; each < last; each *= 2) doubled.push(each)
  return [...doubled, last]
}

function refuseSame(arrivals: readonly Arrival[], read: ArgumentReader): void {
  const options = { closed: '--concurrency', open: '--rate', ramp: '--ramp', trace: '--trace' } as const
  const seen = new Set<string>()
  for (const arrival of arrivals) {
    const name = loadName(arrival)
    // What is no number has been refused already.
    if (seen.has(name) && !name.includes('NaN'))
      read.refuse(
        options[arrival.kind],
        `${name} is named twice`,
        'a prefix cache would know its prompts the second time',
      )
    seen.add(name)
  }
}
