import { describe, expect, it } from 'vitest'
import { kindOfFile, readMatrix, readRunners } from '../../../src/matrix/read.ts'
import { formatProblem } from '../../../src/record/problem.ts'
import { MATRIX, RUNNERS } from './samples.ts'

function complaints(text: string, read: typeof readMatrix | typeof readRunners = readMatrix): string[] {
  const reading = read(text, 'm.yaml')
  return reading.state === 'read' ? [] : reading.problems.map(formatProblem)
}

const broken = (from: string | RegExp, to: string) => {
  const text = MATRIX.replace(from, to)
  expect(text).not.toBe(MATRIX)
  return complaints(text)
}

describe('readMatrix', () => {
  it('reads a file that is in order and fills in documented defaults', () => {
    const reading = readMatrix(MATRIX, 'm.yaml')
    expect(reading).toMatchObject({
      state: 'read',
      located: {
        document: {
          targets: { h200: { nodes: 1 } },
          suites: {
            correctness: { 'arithmetic-items': 200, concurrency: 16 },
            performance: { sessions: 5, scenarios: { chat: { 'requests-per-stream': 8, 'warmup-requests': 8 } } },
          },
        },
      },
    })
  })

  it.each([
    [
      'an unknown key',
      /devices: 16/,
      'devises: 16, devices: 16',
      'm.yaml:4:37: targets.a3.devises: unknown key (did you mean "devices"?)',
    ],
    ['a missing key', ', devices: 16', '', 'm.yaml:4:7: targets.a3.devices: is missing (must be a number)'],
    [
      'a word that is not allowed',
      'encoding: v4-0731\n',
      'encoding: v4-0713\n',
      'm.yaml:9:15: models.flash.encoding: must be one of v4-preview, v4-0731, v4.1, is "v4-0713" (did you mean "v4-0731"?)',
    ],
    [
      'an unknown engine kind',
      'kind: vllm',
      'kind: vlm',
      'm.yaml:17:11: engines.vllm.kind: must be one of vllm, vllm-ascend, sglang, trtllm, mindie, llama.cpp, openai, simulated, is "vlm" (did you mean "vllm"?)',
    ],
    [
      'a key of another engine kind',
      'timing: {',
      'serve: {',
      'm.yaml:27:5: engines.sim.serve: unknown key (known: kind, model-seed, timing, faults, cases, ready-timeout-s, served-model)',
    ],
    [
      'an ambiguous number',
      '--tp,',
      '0.90,',
      'm.yaml:18:42: engines.vllm.serve[3]: must be text or a whole number, is 0.9 (put quotes around it)',
    ],
    [
      'a value of the wrong shape',
      'model: [flash, pro]',
      'model: flash',
      'm.yaml:31:18: matrix.axes.model: must be a list, is "flash" (put brackets around it)',
    ],
    [
      'a number out of range',
      'devices: 16',
      'devices: 0',
      'm.yaml:4:46: targets.a3.devices: must be more than 0, is 0',
    ],
    [
      'a name in upper case',
      '  a3: {',
      '  A3: {',
      'm.yaml:4:3: targets.A3: not a possible name: it must be lower case letters, digits, ".", "_" or "-", and begin and end with a letter or digit (for example "a3")',
    ],
    [
      'a fault with an unknown side',
      'slow-decode@head',
      'slow-decode@left',
      'm.yaml:28:14: engines.sim.faults[0]: must be NAME, NAME@head or NAME@base, is "slow-decode@left"',
    ],
    [
      'a URL that is none',
      '"http://gpu:8000"',
      '"ftp://gpu"',
      'm.yaml:24:42: engines.remote.url.nvidia: must be an address that begins with http:// or https://, is "ftp://gpu"',
    ],
  ])('says where %s is, and the mend', (_, from, to, complaint) => {
    expect(broken(from, to)).toEqual([complaint])
  })

  it('says everything at once, in the order of the file', () => {
    const text = MATRIX.replace('vendor: ascend, chip: 950dt', 'vendor: huawei, chip: 950dt')
      .replace('devices: 16', 'devices: many')
      .replace('seed: 7', 'sed: 7\nseed: 1\nseed: 2')
    const lines = complaints(text).map((line) => line.split(':')[1])
    expect(lines).toEqual(['3', '4', '39', '41'])
  })

  it.each(['', 'null', '[]', 'text', '3'])('refuses a file that holds %j', (text) => {
    expect(complaints(text)[0]).toMatch(/^m\.yaml:1:\d+: must be a map, is |^m\.yaml:1:1: is missing/)
  })
})

describe('readRunners', () => {
  it('reads pools', () => {
    expect(readRunners(RUNNERS, 'r.yaml')).toMatchObject({
      state: 'read',
      located: { document: { pools: { gpu: { group: 'accelerators', host: 'bare' } } } },
    })
  })

  it('gives the same quality of errors', () => {
    expect(complaints(RUNNERS.replace('host: bare', 'host: bear'), readRunners)).toEqual([
      'm.yaml:4:67: pools.gpu.host: must be one of bare, docker, kubernetes, is "bear" (did you mean "bare"?)',
    ])
    expect(complaints(RUNNERS.replace('[self-hosted, npu-8]', '[]'), readRunners)).toEqual([
      'm.yaml:3:18: pools.npu.labels: must have at least 1 entry, is empty',
    ])
  })

  it('is told from a matrix file by its content', () => {
    expect(kindOfFile(RUNNERS)).toBe('runners')
    expect(kindOfFile(MATRIX)).toBe('matrix')
  })
})
