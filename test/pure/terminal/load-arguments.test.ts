import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LoadOptions } from '../../../src/commands/load.ts'
import { workloadSchema } from '../../../src/plan/load.ts'
import { ConfigurationError, type Problem } from '../../../src/record/problem.ts'
import { type LoadArguments, readLoadArguments } from '../../../src/terminal/load-arguments.ts'

/** What commander fills in by itself. */
const DEFAULTS = { warmup: '1', seed: '1', timeout: '600', threads: 'auto', repeat: true }
const SERVER = 'http://localhost:8000'

type Given = Partial<LoadArguments>
const read = (given: Given = {}, url = SERVER, environment = {}): LoadOptions =>
  readLoadArguments(url, { ...DEFAULTS, ...given }, environment, () => 4711)

function problems(given: Given, url = SERVER, environment = {}): Problem[] {
  try {
    read(given, url, environment)
    return []
  } catch (error) {
    if (error instanceof ConfigurationError) return [...error.problems]
    throw error
  }
}
const said = (given: Given, url?: string) =>
  problems(given, url).map(({ field, message, hint }) => `${field} ${message}${hint === undefined ? '' : ` (${hint})`}`)

describe('the seed', () => {
  it('is drawn where none is given, so that the same load twice sends other prompts', () => {
    expect(read({ seed: undefined }).seed).toBe(4711)
    expect(read({ seed: '5' }).seed).toBe(5)
  })

  it('must be given to hosts that share a load', () => {
    expect(said({ hostShare: '1/2', seed: undefined, concurrency: '8' })).toEqual([
      expect.stringContaining('--host-share needs --seed'),
    ])
  })
})

describe('the address of the server', () => {
  it.each([
    ['http://localhost:8000', 'http://localhost:8000'],
    ['http://localhost:8000/', 'http://localhost:8000'],
    ['http://localhost:8000/v1', 'http://localhost:8000'],
    ['http://localhost:8000/v1/', 'http://localhost:8000'],
    ['https://host/base/v1/chat/completions', 'https://host/base'],
    ['http://[::1]:8000/v1//', 'http://[::1]:8000'],
  ])('is understood as people copy it: %s', (typed, url) => expect(read({}, typed).url).toBe(url))

  it.each([
    ['localhost:8000', /not an http or https address \(for example http/],
    ['ftp://host', /not an http/],
    ['', /not an http/],
    ['http://host?key=1', /ends in \?key=1, which would not be sent/],
    ['http://host/#x', /ends in #x/],
    ['http://me:secret@host', /holds a name or a password \(.*--api-key-variable\)/],
  ])('is refused with what would be dropped: %s', (typed, message) => {
    expect(said({}, typed)).toEqual([expect.stringMatching(message)])
    expect(said({}, typed).join()).not.toContain('secret')
  })
})

describe('the key', () => {
  it('is read from the environment', () => {
    const { headers } = read({ apiKeyVariable: 'KEY' }, SERVER, { KEY: ' abc ' })
    expect(headers).toEqual({ authorization: 'Bearer abc' })
  })

  it.each([
    [undefined, 'is not set'],
    ['', 'is empty'],
    ['two words', 'holds no usable key'],
  ])('is refused when it is %s, and never shown', (KEY, message) => {
    const [problem, ...others] = problems({ apiKeyVariable: 'KEY' }, SERVER, { KEY })
    expect(problem?.message).toBe(`the environment variable KEY ${message}`)
    expect(others).toEqual([])
  })
})

describe('lengths', () => {
  const input = (text: string) => (read({ inputTokens: text }).workload as { input: unknown }).input

  it.each([
    ['512', { law: 'fixed', tokens: 512 }],
    ['uniform:256-1024', { law: 'uniform', least: 256, most: 1024 }],
    ['normal:512,100.5', { law: 'normal', mean: 512, deviation: 100.5, most: 1_048_576 }],
    ['normal:512,100,2048', { law: 'normal', mean: 512, deviation: 100, most: 2048 }],
    ['lognormal:512,0.8,8192', { law: 'lognormal', median: 512, sigma: 0.8, most: 8192 }],
  ])('are read: %s', (text, lengths) => expect(input(text)).toEqual(lengths))

  it.each([
    ['0', /whole number from 1/],
    ['1.5', /whole number/],
    ['1e3', /whole number/],
    ['uniform:1024-256', /256 is below 1024/],
    ['uniform:256', /not a length \(uniform:LEAST-MOST/],
    ['normal:512', /not a length/],
    ['normal:512,100,256', /the greatest, 256, is below the middle, 512/],
    ['lognormal:512,9', /not a number from 0 to 5/],
    ['zipf:1,2', /"zipf" is none of uniform, normal, lognormal/],
    ['normal:1,2,3,4', /not a length/],
  ])('are refused with one mend: %s', (text, message) =>
    expect(said({ inputTokens: text })[0]).toMatch(new RegExp(`^--input-tokens .*${message.source}`)),
  )
})

describe('the workload', () => {
  it.each<[string, Given, object]>([
    ['nothing', {}, { kind: 'single', input: { tokens: 512 }, output: { tokens: 64 } }],
    ['--turns', { turns: '3' }, { kind: 'multi-turn', turns: 3, nextInput: { tokens: 64 }, thinkSeconds: 0 }],
    [
      '--tools',
      { turns: '3', tools: '4', toolTime: '.5' },
      { kind: 'agentic', tools: 4, toolResult: { tokens: 256 }, toolSeconds: 0.5 },
    ],
    ['--prefix-tokens', { prefixTokens: '100' }, { kind: 'shared-prefix', groups: 1, prefixTokens: 100 }],
    ['--dataset', { dataset: 'a.json' }, { kind: 'dataset', file: 'a.json', sha256: null, output: null }],
    ['--dataset and a length', { dataset: 'a', outputTokens: '9' }, { kind: 'dataset', output: { tokens: 9 } }],
    ['--trace', { trace: 'a', sha256: 'A'.repeat(64) }, { kind: 'trace', file: 'a', sha256: 'a'.repeat(64) }],
  ])('comes from %s, and is one of the plan', (_, given, workload) => {
    const built = read(given).workload
    expect(built).toMatchObject(workload)
    expect(workloadSchema.parse(built)).toEqual(built)
  })

  it.each<[Given, RegExp]>([
    [{ turns: '3', dataset: 'a' }, /^--dataset cannot be combined with --turns/],
    [{ trace: 'a', prefixTokens: '9' }, /^--trace cannot be combined with --prefix-tokens/],
    [{ tools: '3' }, /^--tools needs --turns/],
    [{ nextInputTokens: '9' }, /^--next-input-tokens needs --turns/],
    [{ think: '1' }, /^--think needs --turns/],
    [
      { turns: '3', tools: '1', nextInputTokens: '9' },
      /^--next-input-tokens has no effect with --tools .*--tool-result/,
    ],
    [{ turns: '3', tools: '1', think: '9' }, /^--think has no effect with --tools .*--tool-time/],
    [{ turns: '3', toolTime: '1' }, /^--tool-time needs --turns and --tools/],
    [{ toolResultTokens: '1' }, /^--tool-result-tokens needs --turns and --tools/],
    [{ prefixGroups: '3' }, /^--prefix-groups needs --prefix-tokens/],
    [{ dataset: 'a', inputTokens: '5' }, /^--input-tokens has no effect with --dataset/],
    [{ trace: 'a', inputTokens: '5' }, /^--input-tokens has no effect with --trace/],
    [{ trace: 'a', outputTokens: '5' }, /^--output-tokens has no effect with --trace/],
    [{ sha256: 'a'.repeat(64) }, /^--sha256 belongs to --dataset or --trace/],
    [{ dataset: 'a', sha256: 'abc' }, /^--sha256 "abc" is not 64 hexadecimal digits/],
    [{ dataset: '' }, /^--dataset "" is not the path/],
    [{ turns: '1' }, /^--turns "1" is not a whole number from 2/],
    [{ prefixTokens: '512' }, /^--prefix-tokens 512 leaves nothing of prompts of 512 tokens \(raise --input-tokens/],
    [{ prefixTokens: '256', inputTokens: 'uniform:256-1024' }, /^--prefix-tokens 256 leaves nothing of the shorter/],
    [{ prefixTokens: '450', inputTokens: 'normal:512,100' }, /^--prefix-tokens 450 .* of 412 tokens and fewer/],
    [{ prefixTokens: '300', inputTokens: 'lognormal:512,1' }, /^--prefix-tokens 300 .* of 188 tokens and fewer/],
  ])('is refused once, with the option that does nothing: %j', (given, message) => {
    expect(said(given)).toEqual([expect.stringMatching(message)])
  })

  it('takes a prefix that most prompts of a law are longer than', () => {
    expect(said({ prefixTokens: '400', inputTokens: 'normal:512,100' })).toEqual([])
    expect(said({ prefixTokens: '180', inputTokens: 'lognormal:512,1' })).toEqual([])
  })
})

describe('the arrivals', () => {
  const closed = (given: Given) =>
    read(given).arrivals.map((arrival) => (arrival.kind === 'closed' ? arrival.concurrency : arrival.kind))

  it.each<[Given, (number | string)[]]>([
    [{}, [1, 4, 16]],
    [{ concurrency: '3' }, [3]],
    [{ concurrency: '1..64' }, [1, 2, 4, 8, 16, 32, 64]],
    [{ concurrency: '3..20' }, [3, 6, 12, 20]],
    [{ concurrency: '5..5' }, [5]],
    [{ concurrency: '1..4, 10' }, [1, 2, 4, 10]],
    [{ rate: '2' }, ['open']],
    [{ rate: '2', concurrency: '4' }, [4, 'open']],
    [{ ramp: '1:5' }, ['ramp']],
    [{ trace: 'a' }, ['trace']],
  ])('are a load point each: %j', (given, levels) => expect(closed(given)).toEqual(levels))

  it('have a law, a bound on connections and, of a trace, a speed', () => {
    const given = { rate: '0.5,4', arrival: 'gamma', burstiness: '0.25', maxConcurrency: '99', duration: '2.5' }
    const law = { kind: 'open', law: 'gamma', burstiness: 0.25, maxConcurrency: 99 }
    expect(read(given).arrivals).toEqual([
      { ...law, requestsPerSecond: 0.5 },
      { ...law, requestsPerSecond: 4 },
    ])
    expect(read(given).durationSeconds).toBe(2.5)
    expect(read({ trace: 'a', traceSpeed: '3' }).arrivals).toEqual([{ kind: 'trace', speed: 3, maxConcurrency: 1024 }])
  })

  it.each<[Given, RegExp]>([
    [{ rate: '2', requests: '8' }, /^--requests needs --concurrency .*--duration says/],
    [{ duration: '8' }, /^--duration needs --rate or --ramp .*--requests says/],
    [{ concurrency: '4', duration: '8' }, /^--duration needs --rate/],
    [{ trace: 'a', requests: '8' }, /^--requests needs --concurrency \(a trace is sent whole\)/],
    [{ trace: 'a', duration: '8' }, /^--duration needs --rate or --ramp \(a trace is sent whole\)/],
    [{ trace: 'a', concurrency: '8' }, /^--concurrency cannot be combined with --trace/],
    [{ arrival: 'poisson' }, /^--arrival needs --rate or --ramp/],
    [{ rate: '1', burstiness: '2' }, /^--burstiness needs --arrival gamma/],
    [{ maxConcurrency: '5' }, /^--max-concurrency needs --rate, --ramp or --trace/],
    [{ traceSpeed: '5' }, /^--trace-speed needs --trace/],
    [{ concurrency: '4,4' }, /^--concurrency c4 is named twice/],
    [{ concurrency: '1..8,4' }, /^--concurrency c4 is named twice/],
    [{ rate: '2,2.0' }, /^--rate 2 req\/s is named twice/],
    [{ concurrency: '8..2' }, /^--concurrency 2 is below 8/],
    [{ ramp: '5' }, /^--ramp "5" is not FROM:TO/],
    [{ ramp: '5:5' }, /^--ramp from 5 to 5 does not change \(--rate 5/],
    [{ rate: '0' }, /^--rate "0" is not a number from 0.001/],
    [{ rate: '' }, /^--rate "" is not a number/],
    [{ concurrency: Array.from({ length: 33 }, (_, index) => index + 1).join() }, /^--concurrency 33 load points/],
    [{ concurrency: '4096', requests: '10000' }, /^--requests makes 40960000 requests at c4096, at most 1000000/],
    [{ rate: '1000', duration: '86400' }, /^--duration makes 86400000 requests at 1000 req/],
  ])('are refused once: %j', (given, message) => expect(said(given)).toEqual([expect.stringMatching(message)]))

  it('name every level that is none, and no bounds that are not numbers', () => {
    expect(said({ concurrency: '1,x,0,x..4' }).every((line) => line.startsWith('--concurrency '))).toBe(true)
    expect(said({ concurrency: '0..5000' }).join()).not.toContain('NaN')
    expect(said({ concurrency: '0..5000' })).toHaveLength(2)
  })
})

describe('the result', () => {
  it('has bounds, devices and peers', () => {
    const { slo, devices, compat } = read({ slo: 'ttft=2000, e2el=1.5', devices: '8', compat: 'vllm, aiperf' })
    expect({ slo, devices, compat }).toEqual({
      slo: { ttftMs: 2000, tpotMs: null, e2elMs: 1.5 },
      devices: 8,
      compat: ['vllm', 'aiperf'],
    })
  })

  it.each<[Given, RegExp]>([
    [{ slo: 'ttft' }, /^--slo "ttft" is not a bound \(for example/],
    [{ slo: 'itl=3' }, /^--slo "itl=3" is not a bound/],
    [{ slo: 'toString=3' }, /^--slo "toString=3" is not a bound/],
    [{ slo: 'ttft=1,ttft=2' }, /^--slo ttft is bounded twice/],
    [{ slo: 'ttft=1=2' }, /^--slo "1=2" is not a number/],
    [{ slo: 'ttft=0' }, /^--slo "0" is not a number/],
    [{ compat: 'vllm,vllm' }, /^--compat names a client twice/],
    [{ compat: 'genai' }, /^--compat "genai" is none of vllm/],
    [{ devices: '0' }, /^--devices "0" is not a whole number from 1/],
    [{ raw: 'x', html: 'x' }, /^--html x is the file of --raw/],
    [{ raw: 'x', trace: 'x' }, /^--raw x is read, it must not be written/],
    [{ html: 'x', tokenizer: 'x' }, /^--html x is read/],
  ])('is refused: %j', (given, message) => expect(said(given)).toEqual([expect.stringMatching(message)]))
})

describe('hosts, threads and the way to the server', () => {
  it('are read', () => {
    const options = read({ hostShare: '2/3', concurrency: '8', threads: '4', proxy: 'http://p:3128' })
    expect(options).toMatchObject({ hostShare: { host: 2, hosts: 3 }, threads: 4, network: { proxy: 'http://p:3128' } })
    expect(read()).toMatchObject({ hostShare: null, threads: 'auto', network: null })
  })

  it.each<[Given, RegExp]>([
    [{ hostShare: '3/2', concurrency: '8' }, /^--host-share "3" is not a whole number from 1 to 2/],
    [{ hostShare: '0/2', concurrency: '8' }, /^--host-share "0" is not/],
    [{ hostShare: '2', concurrency: '8' }, /^--host-share "2" is not I\/N/],
    [{ hostShare: '1/2/3', concurrency: '8' }, /^--host-share "1\/2\/3" is not I\/N/],
    [{ hostShare: '1/2', concurrency: '1' }, /^--host-share c1 has too few connections for 2 hosts/],
    [{ hostShare: '1/3', rate: '4', maxConcurrency: '2' }, /^--host-share 4 req\/s has too few connections/],
    [{ proxy: 'https://p:1' }, /^--proxy is not the address of an HTTP proxy/],
    [{ proxy: 'p:3128' }, /^--proxy is not/],
    [{ metricsUrl: 'x' }, /^--metrics-url "x" is not an http or https address/],
    [{ metricsUrl: 'http://me:pw@host/metrics' }, /^--metrics-url holds a name or a password/],
    [{ ca: 'none.pem' }, /^--ca none.pem cannot be read/],
    [{ threads: 'many' }, /^--threads "many" is not a whole number/],
    [{ model: '' }, /^--model is empty/],
  ])('are refused: %j', (given, message) => expect(said(given)[0]).toMatch(message))

  it('never shows a proxy again, which may hold a password', () =>
    expect(said({ proxy: 'http://me:secret@p:1/path' }).join()).not.toContain('secret'))
})

it('names everything that is wrong at once', () => {
  const fields = problems({ concurrency: '1,x', warmup: '-1', seed: 'x', slo: 'a', turns: '3', prefixTokens: '5' }, 'x')
  expect(fields.map(({ field }) => field)).toEqual([
    'url',
    '--prefix-tokens',
    '--concurrency',
    '--warmup',
    '--seed',
    '--slo',
  ])
})

it('answers any text with options or with problems that are not longer than a screen, never otherwise', () => {
  const text = fc.option(
    fc.oneof(fc.string({ maxLength: 200 }), fc.constantFrom('1', '0.5', '1..4', 'normal:9,3', '2:3', '1/2')),
    { nil: undefined },
  )
  const options = [
    'inputTokens',
    'outputTokens',
    'concurrency',
    'rate',
    'ramp',
    'turns',
    'prefixTokens',
    'slo',
  ] as const
  const others = ['hostShare', 'compat', 'requests', 'duration', 'maxConcurrency', 'burstiness', 'proxy'] as const
  fc.assert(
    fc.property(fc.record(Object.fromEntries([...options, ...others].map((name) => [name, text]))), (given) => {
      for (const line of said(given)) expect(line.length).toBeLessThan(600)
    }),
  )
})
