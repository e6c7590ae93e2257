import type { LoadReport } from '../../record/load-report.ts'
import { brief, counted } from './amounts.ts'

type Workload = NonNullable<LoadReport['workload']>
type Arrival = LoadReport['arrivals'][number]
type Lengths = Extract<Workload, { kind: 'single' }>['input']

/** What was sent, in one line. May name a file of the user. */
export function workloadWords(workload: Workload): string {
  switch (workload.kind) {
    case 'single':
      return `unrelated prompts of ${tokens(workload.input)}, answers of ${tokens(workload.output)}`
    case 'shared-prefix': {
      const { groups, prefixTokens, input, output } = workload
      const who = groups === 1 ? 'all of them' : `each of ${counted(groups, 'group')}`
      return `prompts of ${tokens(input)}, the first ${plain(prefixTokens)} shared by ${who}, answers of ${tokens(output)}`
    }
    case 'multi-turn': {
      const { turns, input, nextInput, output, thinkSeconds } = workload
      const pause = thinkSeconds > 0 ? `, ${brief(thinkSeconds)} s of thought between turns` : ''
      return `conversations of ${turns} turns: ${tokens(input)} first, ${law(nextInput)} more each turn, answers of ${tokens(output)}${pause}`
    }
    case 'agentic': {
      const { turns, tools, input, toolResult, output, toolSeconds } = workload
      const pause = toolSeconds > 0 ? `, ${brief(toolSeconds)} s for each tool call` : ''
      return `an agent with ${counted(tools, 'tool')} over ${turns} turns: ${tokens(input)} first, tool results of ${law(toolResult)}, answers of ${tokens(output)}${pause}`
    }
    case 'dataset': {
      const answers = workload.output === null ? 'answers as long as its own' : `answers of ${tokens(workload.output)}`
      return `conversations of ${fileName(workload)}, ${answers}`
    }
    case 'trace':
      return `requests of the trace ${fileName(workload)}`
  }
}

/** When it was sent: levels of one kind together. */
export function arrivalWords(arrivals: readonly Arrival[]): string {
  const closed = arrivals.flatMap((arrival) => (arrival.kind === 'closed' ? [arrival.concurrency] : []))
  const open = new Map<string, number[]>()
  const others: string[] = []
  for (const arrival of arrivals) {
    if (arrival.kind === 'open') {
      const name = lawWords(arrival)
      open.set(name, [...(open.get(name) ?? []), arrival.requestsPerSecond])
    } else if (arrival.kind === 'ramp') {
      const { fromPerSecond, toPerSecond } = arrival
      others.push(`a ramp from ${brief(fromPerSecond)} to ${brief(toPerSecond)} req/s (${lawWords(arrival)})`)
    } else if (arrival.kind === 'trace') {
      others.push(arrival.speed === 1 ? 'at the times of the trace' : `the trace ${brief(arrival.speed)} times as fast`)
    }
  }
  const inFlight = closed.length === 1 && closed[0] === 1 ? 'request' : 'requests'
  return [
    ...(closed.length > 0 ? [`closed loop with ${closed.map(plain).join(', ')} ${inFlight} in flight`] : []),
    ...[...open].map(([name, rates]) => `open loop (${name}) at ${rates.join(', ')} req/s`),
    ...others,
  ].join('; ')
}

function lawWords({ law, burstiness }: { law: 'poisson' | 'gamma' | 'constant'; burstiness: number }): string {
  switch (law) {
    case 'poisson':
      return 'Poisson'
    case 'gamma':
      return `gamma, burstiness ${burstiness}`
    case 'constant':
      return 'constant intervals'
  }
}

function tokens(lengths: Lengths): string {
  const one = lengths.law === 'fixed' && lengths.tokens === 1
  return `${law(lengths)} ${one ? 'token' : 'tokens'}`
}

function law(lengths: Lengths): string {
  switch (lengths.law) {
    case 'fixed':
      return plain(lengths.tokens)
    case 'uniform':
      return `${plain(lengths.least)}–${plain(lengths.most)}`
    case 'normal':
      return `${plain(lengths.mean)} ± ${plain(lengths.deviation)}`
    case 'lognormal':
      return `lognormal ${plain(lengths.median)} (σ ${lengths.sigma})`
  }
}

/** Lengths as they were typed, without the separators of thousands. */
function plain(value: number): string {
  return `${value}`
}

function fileName({ file, sha256 }: { file: string; sha256: string | null }): string {
  return sha256 === null ? file : `${file} (sha256 ${sha256.slice(0, 12)}…)`
}
