import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isScalar, isMap as isYamlMap, parseDocument } from 'yaml'
import { matrixProblems } from '../../../src/matrix/check.ts'
import { readMatrix } from '../../../src/matrix/read.ts'
import type { Problem } from '../../../src/record/problem.ts'
import { MATRIX } from './samples.ts'

const OUTSIDE = { pools: ['npu', 'gpu'], faults: ['slow-decode', 'wrong-answers'] }

function problemsOf(text: string): Problem[] {
  const reading = readMatrix(text, 'm.yaml', OUTSIDE)
  return reading.state === 'invalid' ? reading.problems : matrixProblems(reading.located, OUTSIDE)
}

type Path = (string | number)[]
type YamlDocument = ReturnType<typeof parseDocument>

/** Every place of the sample: where it is, its key and whether it is a map or list. */
const PLACES: { path: Path; scalar: boolean }[] = []
{
  const walk = (value: unknown, path: Path) => {
    if (path.length > 0) PLACES.push({ path, scalar: typeof value !== 'object' })
    if (Array.isArray(value)) for (const [index, each] of value.entries()) walk(each, [...path, index])
    else if (typeof value === 'object' && value !== null)
      for (const [key, each] of Object.entries(value)) walk(each, [...path, key])
  }
  walk(parseDocument(MATRIX).toJS(), [])
}
const KEYS = PLACES.filter(({ path }) => typeof path.at(-1) === 'string').map(({ path }) => path)
const dotted = (path: Path) => path.join('.')

function edited(edit: (document: YamlDocument) => void): string {
  const document = parseDocument(MATRIX)
  edit(document)
  return document.toString()
}

const withValue = (path: Path, value: unknown) =>
  edited((document) => document.setIn(path, document.createNode(value, { flow: true })))

function renamed(path: Path, name: string): string {
  return edited((document) => {
    const map = document.getIn(path.slice(0, -1), true) ?? document.contents
    if (!isYamlMap(map)) throw new Error(`${dotted(path)} is not in a map`)
    const pair = map.items.find((item) => isScalar(item.key) && String(item.key.value) === path.at(-1))
    pair!.key = document.createNode(name)
  })
}

/** What may be absent: optional fields, defaults, and entries of a command line or an environment. */
const MAY_BE_ABSENT = [
  /^seed$/,
  /^suites/,
  /^compare(\.parity)?$/,
  /^models\.\w+\.(revision|weight-format)/,
  /^models\.flash\.checkpoint\.910c$/,
  /^variants\.\w+\.(args|env)/,
  /^engines\.\w+\.(env|cases|served-model|api-key-variable|timing|faults)/,
  /^engines\.remote\.url\.nvidia$/,
  /^matrix\.(exclude|include)$/,
  // Excludes more than before, so it is no mistake that anything but a person could see.
  /^matrix\.exclude\.0\./,
  /^matrix\.axes\.variant$/,
  /^matrix\.include\.\d\.engine$/,
]
const MUST_STAY = [/^suites\.performance\.scenarios/, /^engines\.vllm\.cases\.\d\.when$/]

function expectPlaces(text: string, problems: readonly Problem[]): void {
  const lines = text.split('\n')
  for (const { line, column, message } of problems) {
    expect(message).not.toMatch(/undefined|\[object|Invalid/)
    expect(line).toBeGreaterThanOrEqual(1)
    expect(line).toBeLessThanOrEqual(lines.length)
    expect(column).toBeGreaterThanOrEqual(1)
    expect(column).toBeLessThanOrEqual(lines[line! - 1]!.length + 1)
  }
}

function expectProblems(text: string, where: string): void {
  const problems = problemsOf(text)
  expect(problems.length, where).toBeGreaterThan(0)
  expectPlaces(text, problems)
}

describe('a valid document with one mutation', () => {
  it('is valid before it', () => {
    expect(problemsOf(MATRIX)).toEqual([])
    expect(PLACES.length).toBeGreaterThan(120)
  })

  it('is refused without any key that must be there', () => {
    let required = 0
    for (const path of KEYS) {
      const text = edited((document) => document.deleteIn(path))
      const optional =
        MAY_BE_ABSENT.some((each) => each.test(dotted(path))) && !MUST_STAY.some((each) => each.test(dotted(path)))
      if (!optional) {
        required += 1
        expectProblems(text, `without ${dotted(path)}`)
      }
      expectPlaces(text, problemsOf(text))
    }
    expect(required).toBeGreaterThan(40)
  })

  it('is refused with any key renamed to one that nothing may have', () => {
    for (const path of KEYS) expectProblems(renamed(path, `${path.at(-1)}!`), dotted(path))
  })

  it('is refused with any value of a wrong type', () => {
    for (const { path } of PLACES)
      for (const value of [true, null, [[true]]])
        expectProblems(withValue(path, value), `${dotted(path)}: ${JSON.stringify(value)}`)
  })

  it('is refused with any reference to a name that is not there', () => {
    const name = fc.stringMatching(/^z[a-z0-9]{0,20}$/)
    fc.assert(
      fc.property(fc.constantFrom(...REFERENCES), name, ([path, make], unknown) => {
        const text = withValue(path, make(unknown))
        const problems = problemsOf(text)
        expectProblems(text, `${dotted(path)}: ${unknown}`)
        expect(problems.map(({ message }) => message).join('\n')).toContain(unknown)
      }),
    )
  })
})

const self = (name: string) => name
const REFERENCES: [Path, (name: string) => string][] = [
  ...(
    [
      'targets.a3.pool',
      'targets.h200.pool',
      'engines.vllm.cases.0.when.model',
      'engines.vllm.cases.1.when.target.1',
      'engines.vllm.cases.1.when.variant',
      'engines.sim.cases.0.when.model',
      'engines.sim.faults.0',
      'engines.sim.cases.0.faults.0',
      'matrix.axes.model.0',
      'matrix.axes.target.2',
      'matrix.axes.variant.1',
      'matrix.engine.default',
      'matrix.exclude.0.model',
      'matrix.exclude.0.target',
      'matrix.include.0.model',
      'matrix.include.0.engine',
      'compare.parity.0.reference',
      'compare.parity.0.candidate',
    ] as const
  ).map((path): [Path, (name: string) => string] => [pathOf(path), self]),
  ...['engines.vllm.serve.2', 'engines.vllm.env.ROOT', 'engines.vllm.served-model', 'variants.mtp.args.0'].map(
    (path): [Path, (name: string) => string] => [pathOf(path), (name) => `{${name}}`],
  ),
]

function pathOf(text: string): Path {
  return text.split('.').map((part) => (/^\d$/.test(part) ? Number(part) : part))
}

/** Wrong forms, each of one entry, which leaves the names of the file as they were. */
const BROKEN_FORMS: [Path, unknown][] = [
  ['targets.a950.devices', 'many'],
  ['targets.h200.vendor', 'huawei'],
  ['models.pro.encoding', 'v5'],
  ['models.flash.encoding', 7],
  ['engines.vllm.kind', 'vlm'],
  ['engines.remote.kind', 'opneai'],
  ['engines.sim.kind', 'simulate'],
  ['engines.sim.timing.ttft-ms', 0],
  ['engines.vllm.ready-timeout-s', -1],
  ['variants.mtp.env.SPEC', 0.5],
  ['suites.performance.scenarios.chat.concurrency', []],
  ['compare.gate', 1],
  ['seed', -1],
  ['version', 2],
  ['surprise', 1],
].map(([path, value]) => [pathOf(path as string), value])

describe('a document with a wrong form and an unknown name', () => {
  const said = (text: string) => problemsOf(text).map(({ field, message }) => `${field}: ${message}`)

  it('is told both, and nothing that follows from either', () => {
    const alone = REFERENCES.map(([path, make]) => said(withValue(path, make('zzz'))))
    for (const [formPath, wrong] of BROKEN_FORMS) {
      const form = said(withValue(formPath, wrong))
      for (const [index, [path, make]] of REFERENCES.entries()) {
        const both = said(
          edited((document) => {
            document.setIn(path, make('zzz'))
            document.setIn(formPath, document.createNode(wrong, { flow: true }))
          }),
        )
        expect(new Set(both), `${dotted(formPath)} and ${dotted(path)}`).toEqual(new Set([...form, ...alone[index]!]))
        expect(both.length).toBe(new Set(both).size)
      }
    }
  })
})

describe('positions', () => {
  it('point at the very value, through every place of the sample', () => {
    for (const { path } of PLACES.filter(({ scalar }) => scalar)) {
      const text = withValue(path, true)
      const [first] = problemsOf(text)
      const rest = text.split('\n')[first!.line! - 1]!.slice(first!.column! - 1)
      expect(rest, dotted(path)).toMatch(/^true/)
    }
  })
})
