import { describe, expect, it } from 'vitest'
import { matrixProblems } from '../../../src/matrix/check.ts'
import { readMatrix } from '../../../src/matrix/read.ts'
import { formatProblem } from '../../../src/record/problem.ts'
import { MATRIX } from './samples.ts'

const OUTSIDE = { pools: ['npu', 'gpu'], faults: ['slow-decode', 'wrong-answers'] }

function complaints(text: string, outside: Parameters<typeof matrixProblems>[1] = OUTSIDE): string[] {
  const reading = readMatrix(text, 'm.yaml')
  if (reading.state === 'invalid') throw new Error(reading.problems.map(formatProblem).join('\n'))
  return matrixProblems(reading.located, outside).map(formatProblem)
}

function broken(from: string | RegExp, to: string): string[] {
  const text = MATRIX.replace(from, to)
  expect(text).not.toBe(MATRIX)
  return complaints(text)
}

describe('matrixProblems', () => {
  it('finds nothing in a file that is in order', () => {
    expect(complaints(MATRIX)).toEqual([])
  })

  it.each([
    [
      'model on an axis',
      'model: [flash, pro]',
      'model: [flahs, pro, flash]',
      /^m\.yaml:31:19: matrix\.axes\.model\[0\]: no model "flahs" \(did you mean "flash"\?\)/,
    ],
    ['target of an exclude', 'target: a3 }', 'target: [a3, a4] }', /matrix\.exclude\[0\]\.target\[1\]: no target "a4"/],
    [
      'variant of an include',
      'target: a950, engine',
      'target: a950, variant: mpt, engine',
      /no variant "mpt" \(did you mean "mtp"\?\)/,
    ],
    ['engine', 'default: vllm', 'default: vlm', /matrix\.engine\.default: no engine "vlm" \(did you mean "vllm"\?\)/],
    ['engine of an include', 'engine: sim ', 'engine: simm ', /matrix\.include\[1\]\.engine: no engine "simm"/],
    ['pool', 'pool: gpu', 'pool: gpus', /targets\.h200\.pool: no runner pool "gpus" \(did you mean "gpu"\?\)/],
    [
      'name in a case',
      'when: { model: flash }',
      'when: { model: falsh }',
      /engines\.vllm\.cases\[0\]\.when\.model: no model "falsh"/,
    ],
    [
      'hardware key',
      '910c: other',
      '901c: other',
      /models\.flash\.checkpoint\.901c: no target, chip or vendor of this name \(did you mean "910c"\?\)/,
    ],
    [
      'parity target',
      'reference: h200',
      'reference: h20',
      /compare\.parity\[0\]\.reference: no target "h20" \(did you mean "h200"\?\)/,
    ],
    [
      'fault',
      'slow-decode@head',
      'slow-decod@head',
      /engines\.sim\.faults\[0\]: no fault "slow-decod" \(did you mean "slow-decode"\?\)/,
    ],
    ['fault in a case', '[wrong-answers]', '[wrong-anwsers]', /engines\.sim\.cases\[0\]\.faults\[0\]: no fault/],
    [
      'placeholder',
      '"{devices}"',
      '"{device}"',
      /engines\.vllm\.serve\[4\]: unknown placeholder \{device\} \(did you mean "devices"\?\)/,
    ],
    [
      'placeholder in an environment',
      '"{checkout}/x"',
      '"{root}/x"',
      /engines\.vllm\.env\.ROOT: unknown placeholder \{root\}/,
    ],
  ])('names an unknown %s', (_, from, to, complaint) => {
    expect(broken(from, to)[0]).toMatch(complaint)
  })

  it('accepts excludes that overlap, each of which matches', () => {
    expect(broken('exclude: [', 'exclude: [{ target: [a3, h200], variant: plain, model: [pro] }, ')).toEqual([])
  })

  it('names an exclude that matches nothing', () => {
    const text = MATRIX.replace('model: [flash, pro]', 'model: [flash]')
    expect(complaints(text)).toEqual([
      expect.stringMatching(/^m\.yaml:33:13: matrix\.exclude\[0\]: matches no combination of the axes/),
    ])
  })

  it('names a matrix of which nothing is left', () => {
    const text = MATRIX.replace(/exclude: .*/, 'exclude: [{ target: [a950, a3, h200] }]').replace(
      / {2}include: .*\n/,
      '',
    )
    expect(complaints(text)[0]).toMatch(/matrix\.exclude: nothing is left to run/)
  })

  it('names a target for which a map has no entry, once', () => {
    expect(broken('default: org/flash', 'nvidia: org/flash')).toEqual([
      expect.stringMatching(
        /models\.flash\.checkpoint: names no checkpoint for target "a950" \(give one of a950, 950dt, ascend, default\)/,
      ),
    ])
    expect(broken('{ default: vllm }', '{ ascend: vllm }')).toEqual([
      expect.stringMatching(/matrix\.engine: names no engine for target "h200"/),
    ])
    expect(broken('default: "http://npu:8000"', 'h200: "http://npu:8000"')).toEqual([
      expect.stringMatching(/engines\.remote\.url: names no address for target "a950"/),
    ])
  })

  it('refuses the same cell twice, and names with dots that collide', () => {
    expect(broken('include: [', 'include: [{ model: flash, target: a3, variant: mtp }, ')).toEqual([
      expect.stringMatching(/two cells have the id "flash\.a3\.vllm\.mtp"/),
    ])
  })

  it('refuses arguments for an engine that has no command line', () => {
    expect(broken('target: a950, engine: remote', 'target: a950, engine: remote, variant: mtp')).toEqual([
      expect.stringMatching(/variants\.mtp: has arguments, but engine "remote" is not started from a command line/),
    ])
  })

  it('says how to split a matrix of more than 256 cells', () => {
    const names = Array.from({ length: 100 }, (_, i) => `m${i}`)
    const text = MATRIX.replace(
      'models:\n',
      `models:\n${names.map((n) => `  ${n}: { checkpoint: c, encoding: v4.1 }\n`).join('')}`,
    ).replace('model: [flash, pro]', `model: [flash, pro, ${names.join(', ')}]`)
    expect(complaints(text)).toEqual([
      expect.stringMatching(/matrix\.axes: 612 cells, more than the 256 jobs .*split it by model or target/),
    ])
  })

  it('does not take names that every object has for names of the file', () => {
    const text = MATRIX.replace('target: [a950, a3, h200]', 'target: [a950, a3, h200, constructor]')
    expect(complaints(text)[0]).toMatch(/no target "constructor"/)
  })

  it('leaves pools and faults alone where they cannot be known', () => {
    const text = MATRIX.replace('pool: gpu', 'pool: gpus').replace('slow-decode@head', 'slow@head')
    expect(complaints(text, { pools: null, faults: null })).toEqual([])
  })
})
