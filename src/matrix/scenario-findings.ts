import type { Finding } from './findings.ts'
import { lengthsFindings, typicalLength } from './length-findings.ts'
import { loadSizeFindings } from './load-size-findings.ts'
import { isMap, listEntries, part } from './loose.ts'
import { MAX_LOAD_POINTS, scenarioSchema, WORKLOAD_KEYS } from './scenario-schema.ts'
import { IS_MISSING } from './schema-problems.ts'
import type { FieldPath } from './yaml-source.ts'

/** Which fields of a scenario need, or rule out, which others. Takes the document as it was read, whatever its form. */
export function scenarioFindings(scenario: unknown, path: FieldPath): Finding[] {
  if (!isMap(scenario)) return []
  const given: Given = {
    scenario,
    path,
    has: (...keys) => keys.some((key) => Object.hasOwn(scenario, key)),
    // An unknown key may be the one that seems to be absent, misspelt.
    complete: Object.keys(scenario).every((key) => Object.hasOwn(scenarioSchema.shape, key)),
  }
  return [
    ...workloadFindings(given),
    ...prefixFindings(given),
    ...levelFindings(given),
    ...openLoopFindings(given),
    ...loadSizeFindings(scenario, path),
    ...boundFindings(given),
  ]
}

interface Given {
  scenario: Record<string, unknown>
  path: FieldPath
  has(...keys: string[]): boolean
  /** Every key is a known one. */
  complete: boolean
}

function workloadFindings({ scenario, path, has }: Given): Finding[] {
  const [kind, ...others] = Object.keys(scenario).filter((key) => (WORKLOAD_KEYS as readonly string[]).includes(key))
  const findings = others.map((key) => atKey([...path, key], `does not go with ${kind}`, 'keep one of them'))
  const lengths = [['input-tokens'], ['output-tokens'], NEXT_INPUT, TOOL_RESULT].flatMap((field) =>
    lengthsFindings(part(scenario, ...field), [...path, ...field]),
  )
  const own = kind === 'trace' ? ['input-tokens', 'output-tokens'] : kind === 'dataset' ? ['input-tokens'] : []
  const foreign = own
    .filter((key) => has(key))
    .map((key) => atKey([...path, key], `does not go with ${kind}, which has its own lengths`, 'remove it'))
  const needed = kind === 'trace' || kind === 'dataset' ? [] : ['input-tokens', 'output-tokens']
  const missing = needed
    .filter((key) => !has(key))
    .map((key) => ({ path: [...path, key], message: IS_MISSING, hint: 'must be a number or a law of lengths' }))
  return [...findings, ...lengths, ...foreign, ...missing]
}

const NEXT_INPUT = ['conversation', 'next-input-tokens']
const TOOL_RESULT = ['agent', 'tool-result-tokens']

function prefixFindings({ scenario, path }: Given): Finding[] {
  const prefix = part(scenario, 'shared-prefix', 'tokens')
  const input = typicalLength(part(scenario, 'input-tokens'))
  if (typeof prefix !== 'number' || input === null || prefix < input.tokens) return []
  return [
    {
      path: [...path, 'shared-prefix', 'tokens'],
      message: `must be less than ${input.name} of input-tokens, ${input.tokens}, is ${prefix}`,
      hint: 'the prefix is part of the input',
    },
  ]
}

/** Something must say how much load there is, each level once. */
function levelFindings({ scenario, path, has, complete }: Given): Finding[] {
  const levels = (['concurrency', 'rates'] as const).map((key) => listEntries(scenario[key]))
  const points = levels.flat().length + (has('ramp') ? 1 : 0) + (has('trace') ? 1 : 0)
  const none = complete && !has('concurrency', 'rates', 'ramp', 'trace')
  return [
    ...['concurrency', 'rates'].flatMap((key) => repeated(scenario[key], [...path, key])),
    ...(none
      ? [{ path: [...path, 'concurrency'], message: IS_MISSING, hint: 'say `concurrency: [1, 8]`, `rates` or `ramp`' }]
      : []),
    ...(points > MAX_LOAD_POINTS && levels.every((each) => each.length <= MAX_LOAD_POINTS)
      ? [
          {
            path,
            message: `must have at most ${MAX_LOAD_POINTS} load points in all, has ${points}`,
            hint: 'make two scenarios of it',
            of: 'key' as const,
          },
        ]
      : []),
  ]
}

function repeated(levels: unknown, path: FieldPath): Finding[] {
  const seen = new Set<unknown>()
  if (listEntries(levels).length > MAX_LOAD_POINTS) return []
  return listEntries(levels).flatMap(([index, level]): Finding[] => {
    if (typeof level !== 'number' || !seen.has(level)) {
      seen.add(level)
      return []
    }
    return [{ path: [...path, index], message: `${level} is listed twice`, hint: 'keep one of them' }]
  })
}

/** What only an open loop has, and what only a closed one. */
function openLoopFindings({ scenario, path, has, complete }: Given): Finding[] {
  const without = (key: string, needed: string, mend: string) =>
    complete && has(key) ? [atKey([...path, key], `has no meaning without ${needed}`, mend)] : []
  const open = has('rates', 'ramp')
  const trace = has('trace')
  const addRates = trace ? 'remove it: a trace has its own times' : 'add `rates: [2]`, or remove it'
  const law = scenario.arrival
  return [
    ...['rates', 'ramp']
      .filter((key) => trace && has(key))
      .map((key) => atKey([...path, key], 'does not go with trace, which has its own times', 'keep one of them')),
    ...(open
      ? []
      : ['arrival', 'burstiness', 'duration-seconds'].flatMap((key) => without(key, 'rates or ramp', addRates))),
    ...(open || trace ? [] : without('max-concurrency', 'rates, ramp or trace', addRates)),
    ...(has('concurrency')
      ? []
      : without('requests-per-stream', 'concurrency', 'add `concurrency: [1, 8]`, or remove it')),
    ...(open && (law === undefined || law === 'poisson' || law === 'constant')
      ? without('burstiness', '`arrival: gamma`', 'add that, or remove it')
      : []),
    ...(open && law === 'gamma' && !has('burstiness')
      ? [
          {
            path: [...path, 'burstiness'],
            message: IS_MISSING,
            hint: 'arrival: gamma needs it: 1 is poisson, below 1 bursts',
          },
        ]
      : []),
  ]
}

function boundFindings({ scenario, path }: Given): Finding[] {
  const { slo } = scenario
  if (!isMap(slo) || Object.keys(slo).length > 0) return []
  return [
    { path: [...path, 'slo'], message: 'holds no bound', hint: 'name ttft-ms, tpot-ms or e2el-ms, or leave out `slo`' },
  ]
}

function atKey(path: FieldPath, message: string, hint: string): Finding {
  return { path, message, hint, of: 'key' }
}
