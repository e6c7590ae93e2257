import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse, parseDocument } from 'yaml'
import { matrixProblems } from '../../../src/matrix/check.ts'
import { fieldName } from '../../../src/matrix/findings.ts'
import { publishedSchemas } from '../../../src/matrix/json-schema.ts'
import { readMatrix } from '../../../src/matrix/read.ts'
import { scenarioSchema } from '../../../src/matrix/scenario-schema.ts'
import { plannedScenario } from '../../../src/plan/scenario.ts'
import { scenarioSchema as plannedSchema } from '../../../src/plan/schema.ts'
import { formatProblem } from '../../../src/record/problem.ts'
import { MATRIX } from './samples.ts'

const OUTSIDE = { pools: ['npu', 'gpu'], faults: ['slow-decode', 'wrong-answers'] }
const ajv = new Ajv2020({ strict: false, validateFormats: false })
const byAjv = ajv.compile(JSON.parse(publishedSchemas()['schema.json']!))
const SHA = 'a'.repeat(64)
const TOKENS = 'input-tokens: 1000, output-tokens: 100'
const RATES = `${TOKENS}, rates: [2]`

/** What is said of a scenario with these fields, without the path that all have; the rest of the file is in order. */
function said(fields: string): string[] {
  const text = MATRIX.replace(/chat: \{.*?\}/, `chat: { ${fields} }`)
  const reading = readMatrix(text, 'm.yaml', OUTSIDE)
  const problems = reading.state === 'invalid' ? reading.problems : matrixProblems(reading.located, OUTSIDE)
  for (const { line } of problems) expect(line).toBe(37)
  return problems.map((problem) => formatProblem(problem).replace(/^.*scenarios\.chat\.?/, ''))
}

const whole = [
  TOKENS,
  `${TOKENS}, concurrency: [1]`,
  RATES,
  `${TOKENS}, concurrency: [1], rates: [0.5, 2], arrival: gamma, burstiness: 0.5, max-concurrency: 64`,
  `${TOKENS}, ramp: { from: 1, to: 8 }, duration-seconds: 120`,
  'input-tokens: { uniform: [100, 300] }, output-tokens: { lognormal: { median: 100, sigma: 0.5, most: 400 } }, rates: [1]',
  'input-tokens: { normal: { mean: 200, deviation: 40, most: 400 } }, output-tokens: 9, concurrency: [4]',
  `${RATES}, shared-prefix: { tokens: 900, groups: 4 }`,
  `${RATES}, conversation: { turns: 4, next-input-tokens: { uniform: [10, 20] }, think-seconds: 2 }`,
  `${RATES}, agent: { turns: 4, tools: 3, tool-result-tokens: 300 }`,
  `${TOKENS}, rates: [100000], duration-seconds: 10`,
  `rates: [2], dataset: { file: talks.json, sha256: ${SHA} }`,
  `rates: [100000], duration-seconds: 3600, dataset: { file: talks.json, sha256: ${SHA} }`,
  `concurrency: [8], output-tokens: 64, dataset: { file: talks.json, sha256: ${SHA} }`,
  `trace: { file: t.jsonl, sha256: ${SHA} }`,
  `trace: { file: t.jsonl, sha256: ${SHA}, speed: 0.5 }, concurrency: [8], max-concurrency: 512`,
  `${RATES}, slo: { ttft-ms: 500 }`,
]

describe('a scenario', () => {
  it.each(whole.slice(1))('may be { %s }', (fields) => {
    expect(said(fields)).toEqual([])
  })

  it.each<[string, string, string]>([
    ['no load', TOKENS, 'concurrency: is missing (say `concurrency: [1, 8]`, `rates` or `ramp`)'],
    ['no input', 'output-tokens: 9, rates: [1]', 'input-tokens: is missing (must be a number or a law of lengths)'],
    ['no output', 'input-tokens: 9, rates: [1]', 'output-tokens: is missing (must be a number or a law of lengths)'],
    [
      'a rate that makes more conversations than a run will',
      `${TOKENS}, rates: [1, 100000], duration-seconds: 3600`,
      'rates[1]: with duration-seconds 3600 this makes 360000000 conversations, must be at most 1000000 (duration-seconds: 10 is possible, or ask for less at once)',
    ],
    [
      'a ramp that does',
      `${TOKENS}, ramp: { from: 0.5, to: 99999.5 }`,
      'ramp: with duration-seconds 60 this makes 3000000 conversations, must be at most 1000000 (duration-seconds: 20 is possible, or ask for less at once)',
    ],
    [
      'a closed loop that does',
      `${TOKENS}, concurrency: [64, 4096], requests-per-stream: 245`,
      'concurrency[1]: with requests-per-stream 245 this makes 1003520 conversations, must be at most 1000000 (requests-per-stream: 244 is possible, or ask for less at once)',
    ],
    [
      'two workloads',
      `${RATES}, shared-prefix: { tokens: 9, groups: 2 }, conversation: { turns: 2, next-input-tokens: 9 }`,
      'conversation: does not go with shared-prefix (keep one of them)',
    ],
    [
      'a trace with rates',
      `rates: [1], trace: { file: t, sha256: ${SHA} }`,
      'rates: does not go with trace, which has its own times (keep one of them)',
    ],
    [
      'a trace with lengths',
      `input-tokens: 9, trace: { file: t, sha256: ${SHA} }`,
      'input-tokens: does not go with trace, which has its own lengths (remove it)',
    ],
    [
      'a data set with prompts of a length',
      `input-tokens: 9, rates: [1], dataset: { file: t, sha256: ${SHA} }`,
      'input-tokens: does not go with dataset, which has its own lengths (remove it)',
    ],
    [
      'a range the wrong way round',
      'input-tokens: { uniform: [300, 100] }, output-tokens: 9, rates: [1]',
      'input-tokens.uniform: must be [least, most], is [300, 100] (write [100, 300])',
    ],
    [
      'a mean beyond the longest',
      'input-tokens: { normal: { mean: 300, deviation: 9, most: 200 } }, output-tokens: 9, rates: [1]',
      'input-tokens.normal.most: must be at least the mean, 300, is 200 (longer draws are cut to it)',
    ],
    [
      'a median beyond the longest, deep inside',
      `${RATES}, agent: { turns: 2, tools: 1, tool-result-tokens: { lognormal: { median: 9, sigma: 1, most: 8 } } }`,
      'agent.tool-result-tokens.lognormal.most: must be at least the median, 9, is 8 (longer draws are cut to it)',
    ],
    [
      'two laws',
      'input-tokens: { uniform: [1, 2], normal: { mean: 3, deviation: 1, most: 9 } }, output-tokens: 9, rates: [1]',
      'input-tokens.normal: does not go with uniform (keep one of them)',
    ],
    [
      'no law',
      'input-tokens: {}, output-tokens: 9, rates: [1]',
      'input-tokens: holds no law (one of uniform, normal, lognormal)',
    ],
    [
      'a prefix as long as the prompt',
      `${RATES}, shared-prefix: { tokens: 1000, groups: 2 }`,
      'shared-prefix.tokens: must be less than the number of input-tokens, 1000, is 1000 (the prefix is part of the input)',
    ],
    [
      'a prefix longer than the shortest prompt',
      'input-tokens: { uniform: [100, 900] }, output-tokens: 9, rates: [1], shared-prefix: { tokens: 500, groups: 2 }',
      'shared-prefix.tokens: must be less than the least of input-tokens, 100, is 500 (the prefix is part of the input)',
    ],
    [
      'a duration without rates',
      `${TOKENS}, concurrency: [1], duration-seconds: 9`,
      'duration-seconds: has no meaning without rates or ramp (add `rates: [2]`, or remove it)',
    ],
    [
      'a duration of a trace',
      `trace: { file: t, sha256: ${SHA} }, duration-seconds: 9`,
      'duration-seconds: has no meaning without rates or ramp (remove it: a trace has its own times)',
    ],
    [
      'a law of arrivals without rates',
      `${TOKENS}, concurrency: [1], arrival: constant`,
      'arrival: has no meaning without rates or ramp (add `rates: [2]`, or remove it)',
    ],
    [
      'connections of an open loop without one',
      `${TOKENS}, concurrency: [1], max-concurrency: 9`,
      'max-concurrency: has no meaning without rates, ramp or trace (add `rates: [2]`, or remove it)',
    ],
    [
      'requests of a stream without streams',
      `${RATES}, requests-per-stream: 9`,
      'requests-per-stream: has no meaning without concurrency (add `concurrency: [1, 8]`, or remove it)',
    ],
    [
      'burstiness of another law',
      `${RATES}, burstiness: 2`,
      'burstiness: has no meaning without `arrival: gamma` (add that, or remove it)',
    ],
    [
      'the gamma law without its shape',
      `${RATES}, arrival: gamma`,
      'burstiness: is missing (arrival: gamma needs it: 1 is poisson, below 1 bursts)',
    ],
    ['a level twice', `${TOKENS}, concurrency: [1, 8, 1]`, 'concurrency[2]: 1 is listed twice (keep one of them)'],
    ['a rate twice', `${TOKENS}, rates: [0.5, 0.50]`, 'rates[1]: 0.5 is listed twice (keep one of them)'],
    [
      'too many levels together',
      `${TOKENS}, concurrency: [${Array.from({ length: 32 }, (_, index) => index + 1)}], ramp: { from: 1, to: 2 }`,
      ': must have at most 32 load points in all, has 33 (make two scenarios of it)',
    ],
    ['no bound', `${RATES}, slo: {}`, 'slo: holds no bound (name ttft-ms, tpot-ms or e2el-ms, or leave out `slo`)'],
    ['a file that is not pinned', 'rates: [1], dataset: { file: t }', 'dataset.sha256: is missing (must be text)'],
    [
      'a digest that is none',
      'rates: [1], dataset: { file: t, sha256: abc }',
      'dataset.sha256: must be the SHA-256 of the file, 64 hexadecimal digits in lower case, is "abc"',
    ],
  ])('is refused with %s', (_, fields, complaint) => {
    expect(said(fields)).toEqual([complaint])
  })

  it.each<[string, string, string]>([
    ['a slip in the only level', `${TOKENS}, raets: [2]`, 'raets: unknown key (did you mean "rates"?)'],
    [
      'a slip in the rates that other fields need',
      `${TOKENS}, concurrency: [1], raets: [2], duration-seconds: 9, max-concurrency: 8`,
      'raets: unknown key (did you mean "rates"?)',
    ],
    [
      'a slip in the input',
      'input-token: 9, output-tokens: 9, rates: [1]',
      'input-token: unknown key (did you mean "input-tokens"?)',
    ],
    [
      'a slip in a law',
      'input-tokens: { unifrom: [1, 2] }, output-tokens: 9, rates: [1]',
      'input-tokens.unifrom: unknown key (did you mean "uniform"?)',
    ],
    [
      'half a range',
      'input-tokens: { uniform: [1] }, output-tokens: 9, rates: [1]',
      'input-tokens.uniform: must have at least 2 entries, has 1',
    ],
    [
      'a number in quotes',
      'input-tokens: "9", output-tokens: 9, rates: [1]',
      'input-tokens: must be a number or a map, is "9" (remove the quotes)',
    ],
    [
      'part of a token',
      'input-tokens: 1.5, output-tokens: 9, rates: [1]',
      'input-tokens: must be a whole number or a map, is 1.5',
    ],
    [
      'an unknown law of arrivals',
      `${RATES}, arrival: poison`,
      'arrival: must be one of poisson, gamma, constant, is "poison" (did you mean "poisson"?)',
    ],
    [
      'one turn',
      `${RATES}, conversation: { turns: 1, next-input-tokens: 9 }`,
      'conversation.turns: must be at least 2, is 1',
    ],
  ])('is told one thing of %s', (_, fields, complaint) => {
    expect(said(fields)).toEqual([complaint])
  })
})

describe('any scenario that is in order', () => {
  const values = whole.slice(1).map((fields): [string, Record<string, unknown>] => [fields, parse(`{ ${fields} }`)])
  const document = (scenario: unknown) => {
    const edited = parseDocument(MATRIX)
    edited.setIn(['suites', 'performance', 'scenarios', 'chat'], edited.createNode(scenario, { flow: true }))
    return edited.toString({ lineWidth: 0 })
  }

  it.each(values)('is accepted by the published schema, and makes a plan: { %s }', (_, value) => {
    expect(byAjv(parse(document(value))), ajv.errorsText(byAjv.errors)).toBe(true)
    const planned = plannedScenario('chat', scenarioSchema.parse(value))
    expect(plannedSchema.safeParse(planned).error).toBeUndefined()
  })

  it('is refused with any value of a wrong type, and the complaint points at it', () => {
    const seen = new Set<string>()
    for (const [, value] of values)
      for (const path of placesOf(value).filter((each) => !seen.has(each.join('.')))) {
        seen.add(path.join('.'))
        for (const wrong of [null, [[true]]]) {
          const edited = parseDocument(document(value))
          edited.setIn(
            ['suites', 'performance', 'scenarios', 'chat', ...path],
            edited.createNode(wrong, { flow: true }),
          )
          const reading = readMatrix(edited.toString({ lineWidth: 0 }), 'm.yaml', OUTSIDE)
          if (reading.state === 'read') throw new Error(`accepted: ${path.join('.')} as ${JSON.stringify(wrong)}`)
          expect(reading.problems[0]!.field).toContain(fieldName(path))
          for (const { message } of reading.problems) expect(message).not.toMatch(/undefined|\[object|Invalid/)
        }
      }
    expect(seen.size).toBeGreaterThan(40)
  })

  it('may be as large as a plan may hold', () => {
    const [million, output] = [1_048_576, 393_216]
    const most = {
      ...{ 'input-tokens': million, 'output-tokens': output, rates: [100_000], arrival: 'gamma', burstiness: 1000 },
      ...{ 'max-concurrency': 4096, 'duration-seconds': 86_400, 'warmup-requests': 10_000 },
      agent: { turns: 1000, tools: 128, 'tool-result-tokens': million, 'tool-seconds': 3600 },
      slo: { 'ttft-ms': 1e7, 'tpot-ms': 1e6, 'e2el-ms': 1e8 },
    }
    const planned = plannedScenario('chat', scenarioSchema.parse(most))
    expect(plannedSchema.safeParse(planned).error).toBeUndefined()
    expect(planned).not.toBeNull()
  })
})

/** Every place in a value, but entries of an array on their own. */
function placesOf(value: unknown, path: string[] = []): string[][] {
  const own = path.length > 0 ? [path] : []
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return own
  return [...own, ...Object.entries(value).flatMap(([key, each]) => placesOf(each, [...path, key]))]
}

describe('docs/matrix.md', () => {
  const text = readFileSync(new URL('../../../docs/matrix.md', import.meta.url), 'utf8')
  const examples = [...text.matchAll(/^ {2}[a-z0-9-]+: \{(.*)\}$/gm)].map(([, fields]) => fields!.trim())

  it('shows scenarios of every workload, all of which are in order', () => {
    for (const key of [
      'rates',
      'ramp',
      'shared-prefix',
      'conversation',
      'agent',
      'dataset',
      'trace',
      'slo',
      'lognormal',
    ])
      expect(
        examples.some((fields) => fields.includes(`${key}:`)),
        key,
      ).toBe(true)
    for (const fields of examples) expect(said(fields), fields).toEqual([])
  })
})
