import type { MatrixLengths, MatrixScenario } from '../matrix/scenario-schema.ts'
import type { Arrival, Lengths, Workload } from './load.ts'
import type { Scenario } from './schema.ts'

/** A scenario of a matrix file with its levels spelt out; null where its fields contradict each other, as its file is told. */
export function plannedScenario(name: string, scenario: MatrixScenario): Scenario | null {
  const workload = workloadOf(scenario)
  const arrivals = arrivalsOf(scenario)
  if (workload === null || arrivals.length === 0) return null
  const { slo } = scenario
  return {
    name,
    workload,
    arrivals,
    requestsPerStream: scenario['requests-per-stream'],
    durationSeconds: scenario['duration-seconds'],
    warmupRequests: scenario['warmup-requests'],
    slo:
      slo === undefined
        ? null
        : { ttftMs: slo['ttft-ms'] ?? null, tpotMs: slo['tpot-ms'] ?? null, e2elMs: slo['e2el-ms'] ?? null },
  }
}

function workloadOf(scenario: MatrixScenario): Workload | null {
  const { dataset, trace, conversation, agent } = scenario
  const prefix = scenario['shared-prefix']
  const input = lengthsOf(scenario['input-tokens'])
  const output = lengthsOf(scenario['output-tokens'])
  if (dataset !== undefined) return { kind: 'dataset', ...dataset, output }
  if (trace !== undefined) return { kind: 'trace', file: trace.file, sha256: trace.sha256 }
  if (input === null || output === null) return null
  if (prefix !== undefined) {
    return { kind: 'shared-prefix', groups: prefix.groups, prefixTokens: prefix.tokens, input, output }
  }
  if (conversation !== undefined) {
    const nextInput = lengthsOf(conversation['next-input-tokens'])
    const { turns, 'think-seconds': thinkSeconds } = conversation
    return nextInput && { kind: 'multi-turn', turns, input, nextInput, output, thinkSeconds }
  }
  if (agent !== undefined) {
    const toolResult = lengthsOf(agent['tool-result-tokens'])
    const { turns, tools, 'tool-seconds': toolSeconds } = agent
    return toolResult && { kind: 'agentic', turns, tools, input, toolResult, output, toolSeconds }
  }
  return { kind: 'single', input, output }
}

function lengthsOf(lengths: MatrixLengths | undefined): Lengths | null {
  if (typeof lengths === 'number') return { law: 'fixed', tokens: lengths }
  const { uniform, normal, lognormal } = lengths ?? {}
  if (uniform) return { law: 'uniform', least: uniform[0]!, most: uniform[1]! }
  if (normal) return { law: 'normal', ...normal }
  if (lognormal) return { law: 'lognormal', ...lognormal }
  return null
}

/** Closed levels first, then open ones in their order, then the ramp or the trace. */
function arrivalsOf(scenario: MatrixScenario): Arrival[] {
  const { concurrency = [], rates = [], ramp, trace, arrival = 'poisson', burstiness = 1 } = scenario
  const maxConcurrency = scenario['max-concurrency']
  const law = { law: arrival, burstiness, maxConcurrency }
  return [
    ...concurrency.map((each): Arrival => ({ kind: 'closed', concurrency: each })),
    ...rates.map((each): Arrival => ({ kind: 'open', requestsPerSecond: each, ...law })),
    ...(ramp ? [{ kind: 'ramp', fromPerSecond: ramp.from, toPerSecond: ramp.to, ...law } as const] : []),
    ...(trace ? [{ kind: 'trace', speed: trace.speed, maxConcurrency } as const] : []),
  ]
}
