import { describe, expect, it } from 'vitest'
import { matrixProblems } from '../../../src/matrix/check.ts'
import { readMatrix } from '../../../src/matrix/read.ts'
import { formatProblem } from '../../../src/record/problem.ts'
import { MATRIX } from './samples.ts'

const OUTSIDE = { pools: ['npu', 'gpu'], faults: ['slow-decode', 'wrong-answers'] }

function complaints(text: string, outside = OUTSIDE): string[] {
  const reading = readMatrix(text, 'm.yaml', outside)
  const problems = reading.state === 'invalid' ? reading.problems : matrixProblems(reading.located, outside)
  return problems.map(formatProblem)
}

/** The sample with edits, each of which must change it. */
function after(...edits: [from: string | RegExp, to: string][]): string[] {
  let text = MATRIX
  for (const [from, to] of edits) {
    expect(text).toMatch(from)
    text = text.replace(from, to)
  }
  return complaints(text)
}

describe('a matrix file with several mistakes', () => {
  it('is told all of them at once, form and names alike, each once', () => {
    const text = `version: 1
targets:
  h200: { vendor: nvidia, chip: h200, device: 8, pool: h20 }
models:
  v4-flash: { checkpoint: x, encoding: v4-0732 }
engines:
  vllm: { kind: vlm, serve: [vllm, serve, "{checkpont}"] }
matrix:
  axes: { model: [v4-flash, v4-por], target: [h200] }
  engine: { ascend: vllm-ascend, nvidia: vllm }
  exclude: [{ model: v4-pro }]
suites:
  performance: { scenarios: { c: { input-tokens: 10, output-tokens: 0, concurrency: [] } } }
`
    expect(complaints(text, { pools: ['h200-8'], faults: [] })).toEqual([
      'm.yaml:3:39: targets.h200.device: unknown key (did you mean "devices"?)',
      'm.yaml:3:56: targets.h200.pool: no runner pool "h20" (known: h200-8)',
      'm.yaml:5:40: models.v4-flash.encoding: must be one of v4-preview, v4-0731, v4.1, is "v4-0732" (did you mean "v4-0731"?)',
      'm.yaml:7:17: engines.vllm.kind: must be one of vllm, vllm-ascend, sglang, trtllm, mindie, llama.cpp, openai, simulated, is "vlm" (did you mean "vllm"?)',
      'm.yaml:7:43: engines.vllm.serve[2]: unknown placeholder {checkpont} (did you mean "checkpoint"?)',
      'm.yaml:9:29: matrix.axes.model[1]: no model "v4-por" (known: v4-flash)',
      'm.yaml:10:21: matrix.engine.ascend: no engine "vllm-ascend" (known: vllm)',
      'm.yaml:11:22: matrix.exclude[0].model: no model "v4-pro" (known: v4-flash)',
      'm.yaml:13:69: suites.performance.scenarios.c.output-tokens: must be more than 0, is 0',
      'm.yaml:13:85: suites.performance.scenarios.c.concurrency: must have at least 1 entry, is empty',
    ])
  })

  it('has its cells checked too, as far as their parts are sound', () => {
    expect(
      after(['seed: 7', 'seed: -7'], ['include: [', 'include: [{ model: flash, target: a3, variant: mtp }, ']),
    ).toEqual([
      expect.stringMatching(/matrix: two cells have the id "flash\.a3\.vllm\.mtp"/),
      expect.stringMatching(/seed: must be at least 0, is -7$/),
    ])
  })

  it('has the rest of an engine checked as what its kind was likely meant to be', () => {
    expect(after(['kind: vllm\n', 'kind: vlm\n    faults: [slow]\n'])).toEqual([
      expect.stringMatching(/engines\.vllm\.kind: must be one of/),
      expect.stringMatching(/engines\.vllm\.faults: unknown key/),
    ])
    expect(after(['kind: openai', 'sort: nothing'], ['"http://gpu:8000"', '7'])).toEqual([
      expect.stringMatching(/engines\.remote\.kind: is missing/),
      expect.stringMatching(/engines\.remote\.sort: unknown key/),
      expect.stringMatching(/engines\.remote\.url\.nvidia: must be text, is 7/),
    ])
  })

  it('has what stands under an impossible name checked', () => {
    expect(after(['  a3: {', '  A3: {'], ['devices: 16', 'devices: many'])).toEqual([
      expect.stringMatching(/^m\.yaml:4:3: targets\.A3: not a possible name: .* \(for example "a3"\)$/),
      expect.stringMatching(/^m\.yaml:4:46: targets\.A3\.devices: must be a number, is "many"$/),
    ])
  })
})

describe('one mistake', () => {
  it.each<[string, string | RegExp, string, RegExp]>([
    ['a section under a misspelt key', 'models:\n', 'modles:\n', /: modles: unknown key \(did you mean "models"/],
    ['an optional section so', 'variants:\n', 'varients:\n', /: varients: unknown key \(did you mean "variants"/],
    ['an axis so', 'variant: [plain', 'varaint: [plain', /axes\.varaint: unknown key \(did you mean "variant"/],
    [
      'a section of a wrong kind',
      /targets:\n(?: {2}.*\n)+/,
      'targets: []\n',
      /targets: must be a map, is an empty list$/,
    ],
    ['a target without a chip', ', chip: 910c', '', /targets\.a3\.chip: is missing/],
    ['an empty axis', 'model: [flash, pro]', 'model: []', /axes\.model: must have at least 1 entry, is empty$/],
    ['a name twice on an axis', '[flash, pro]', '[flash, pro, pro]', /axes\.model\[2\]: "pro" is listed twice/],
    [
      'a misspelt vendor',
      '{ default: vllm }',
      '{ asend: vllm, nvidia: vllm }',
      /engine\.asend: no target, chip or vendor/,
    ],
    ['an exclude of an unknown name', 'target: a3 }]', 'target: a4 }]', /exclude\[0\]\.target: no target "a4"/],
    ['a name of the axis that is unknown', 'model: [flash, pro]', 'model: [flash, por]', /model\[1\]: no model "por"/],
    [
      'a wrong name in upper case',
      'model: [flash, pro]',
      'model: [Flash, pro]',
      /axes\.model\[0\]: must be lower case/,
    ],
    ['a misspelt `kind`', 'kind: openai', 'knid: openai', /engines\.remote\.knid: unknown key \(did you mean "kind"/],
    ['a whole number beyond measure', 'devices: 16', 'devices: 1e30', /devices: must be at most 4096, is 1e\+30$/],
  ])('is said once: %s', (_, from, to, complaint) => {
    expect(after([from, to])).toEqual([expect.stringMatching(complaint)])
  })
})

describe('wording', () => {
  it.each<[string, string, string]>([
    ['version: 1', 'version: 2', 'must be 1, is 2'],
    ['version: 1', 'version: "1"', 'must be 1, is "1" (remove the quotes)'],
    ['vendor: nvidia, ', '', 'is missing (must be one of ascend, nvidia)'],
    ['vendor: nvidia', 'vendor: amd', 'must be one of ascend, nvidia, is "amd"'],
    ['devices: 16', 'devices: 1.5', 'must be a whole number, is 1.5'],
    ['devices: 16', 'devices: "16"', 'must be a number, is "16" (remove the quotes)'],
    ['devices: 16', 'devices: 99999', 'must be at most 4096, is 99999'],
    ['devices: 16', 'devices:', 'must be a number, is empty'],
    ['pool: gpu', 'pool: 8', 'must be text, is 8 (put quotes around it)'],
    ['pool: gpu', `pool: ${'g'.repeat(80)}`, 'must have at most 64 characters, has 80'],
    ['{ default: org/flash, 910c: other/flash-w8a8 }', '[]', 'must be text or a map, is an empty list'],
    ['{ default: org/flash, 910c: other/flash-w8a8 }', '""', 'must have at least 1 character, is empty'],
    ['plain: {}', 'plain:', 'must be a map, is empty (write {})'],
    [
      'SPEC: 1',
      'SPEC: yes please, 1X: 1',
      'not a possible name: it must be letters, digits or "_", and not begin with a digit',
    ],
    ['SPEC: 1', 'SPEC: 0.5', 'must be text or a whole number, is 0.5 (put quotes around it)'],
    ['SPEC: 1', 'SPEC: {}', 'must be text or a whole number, is a map'],
    ['SPEC: 1', `SPEC: ${'x'.repeat(9000)}`, 'must have at most 8192 characters, has 9000'],
    [
      'api-key-variable: KEY',
      'api-key-variable: my key',
      'must be letters, digits or "_", and not begin with a digit, is "my key"',
    ],
    ['api-key-variable: KEY', 'ready-path: health', 'must be a path that begins with /, is "health"'],
    ['[1, 8]', '8', 'must be a list, is 8 (put brackets around it)'],
    ['[1, 8]', `[${'1, '.repeat(33)}]`, 'must have at most 32 entries, has 33'],
    ['"{checkpoint}-served"', '"{port}"', 'unknown placeholder {port} (known: checkpoint)'],
    [
      'target: a3 }]',
      'target: a3, variant: [mtp, plain] }, { target: h200, model: [flash] }, { model: flash, target: h200 }]',
      '',
    ],
    ['model: [flash, pro]', 'model: [flash]', 'matches no combination of the axes (axis model has no "pro")'],
    [
      'reference: h200, candidate: a950',
      'reference: h200, candidate: h200',
      '"h200" is compared with itself (name two targets)',
    ],
  ])('of %s as %s', (from, to, message) => {
    const said = after([from, to]).map((line) => line.replace(/^m\.yaml:\d+:\d+: \S+: /, ''))
    expect(said).toEqual(message === '' ? [] : [message])
  })

  it('keeps a hostile key or value on one line, without control characters', () => {
    const lines = after(
      ['seed: 7', 'seed: 7\n"a\\n::error::\\e[31m": 1'],
      ['encoding: v4-0731 }', 'encoding: "x\\n\\e[2J\\u202e" }'],
    )
    expect(lines).toHaveLength(2)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
    for (const line of lines) expect(line).not.toMatch(/[\x00-\x1f\u202e]/)
  })

  it('stops at 200 problems of one file, and says how many more there are', () => {
    const lines = after(['seed: 7', Array.from({ length: 250 }, (_, index) => `x${index}: 1`).join('\n')])
    expect(lines).toHaveLength(201)
    expect(lines.at(-1)).toBe('m.yaml: 50 more problems in this file (mend those above first)')
  })

  it.each<[string, string, string]>([
    ['arguments', '--tp,', '"{a}",'.repeat(130_000)],
    ['keys', 'seed: 7', Array.from({ length: 20_000 }, (_, index) => `x${index}: 1`).join('\n')],
  ])('does so within seconds for a file that is all unknown %s', (_, from, to) => {
    expect(after([from, to]).at(-1)).toMatch(/ more problems in this file/)
  })
})
