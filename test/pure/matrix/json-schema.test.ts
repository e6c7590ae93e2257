import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { publishedSchemas } from '../../../src/matrix/json-schema.ts'
import { runnersSchema } from '../../../src/matrix/runners-schema.ts'
import { matrixSchema } from '../../../src/matrix/schema.ts'
import { MATRIX, RUNNERS } from './samples.ts'

const published = publishedSchemas()
// The formats that zod names are checked by zod; ajv would need a further package to know them.
const ajv = new Ajv2020({ strict: false, validateFormats: false })
const matrixByAjv = ajv.compile(JSON.parse(published['schema.json']!))
const runnersByAjv = ajv.compile(JSON.parse(published['runners.schema.json']!))

const repository = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')

describe('published JSON Schemas', () => {
  it.each(Object.keys(published))(
    'matrices/%s is what the schema of today generates (node scripts/schema.ts)',
    (name) => {
      expect(repository(`matrices/${name}`)).toBe(published[name])
    },
  )

  it.each(['demo.yaml', 'v4.yaml'])('accept matrices/%s, as zod does', (name) => {
    const value: unknown = parse(repository(`matrices/${name}`))
    expect(matrixByAjv(value), ajv.errorsText(matrixByAjv.errors)).toBe(true)
    expect(matrixSchema.safeParse(value).success).toBe(true)
  })

  /** Every one is one edit away from a file that is in order. */
  const edits: [string, string, string][] = [
    ['nothing', 'seed: 7', 'seed: 7'],
    ['an unknown key', 'seed: 7', 'sed: 7'],
    ['a missing key', ', devices: 16', ''],
    ['an unknown vendor', 'vendor: nvidia', 'vendor: amd'],
    ['a wrong version', 'version: 1', 'version: 2'],
    ['zero devices', 'devices: 16', 'devices: 0'],
    ['part of a device', 'devices: 16', 'devices: 1.5'],
    ['devices as text', 'devices: 16', 'devices: "16"'],
    ['too many nodes', 'devices: 16', 'devices: 16, nodes: 1000'],
    ['an upper case name', '  a3: {', '  A3: {'],
    ['an upper case name on an axis', 'model: [flash, pro]', 'model: [Flash, pro]'],
    ['an empty axis', 'model: [flash, pro]', 'model: []'],
    ['an unknown kind', 'kind: vllm', 'kind: vlm'],
    ['another launched kind', 'kind: vllm', 'kind: llama.cpp'],
    ['no kind', 'kind: vllm\n', 'ready-path: /health\n'],
    ['a key of another kind', '    timing: {', '    serve: {'],
    ['an integer argument', '--tp,', '4,'],
    ['a fractional argument', '--tp,', '0.5,'],
    ['a boolean argument', '--tp,', 'true,'],
    ['an odd environment variable', 'A: 1, ROOT', '1A: 1, ROOT'],
    ['a relative ready path', '    served-model: "{checkpoint}-served"', '    ready-path: health'],
    ['a fault with a side', '[wrong-answers]', '[wrong-answers@base]'],
    ['a fault with another side', '[wrong-answers]', '[wrong-answers@left]'],
    ['scatter beyond measure', '{ ttft-ms: 50 }', '{ scatter: 0.9 }'],
    ['an unknown verdict', 'compare: {', 'compare: { gate: { fail-on: [red] },'],
    ['a scenario without output', 'output-tokens: 32, ', ''],
    ['concurrency zero', '[1, 8]', '[0, 8]'],
    ['a seed beyond 32 bits', 'seed: 7', 'seed: 4294967296'],
  ]
  it.each(edits)('agree with zod on a file with %s', (what, from, to) => {
    const text = MATRIX.replace(from, to)
    if (what !== 'nothing') expect(text).not.toBe(MATRIX)
    const value: unknown = parse(text)
    expect(matrixByAjv(value)).toBe(matrixSchema.safeParse(value).success)
  })

  it('refuse about as much as they accept among these, so that agreement means something', () => {
    const verdicts = edits.map(([, from, to]) => matrixByAjv(parse(MATRIX.replace(from, to))))
    expect(verdicts.filter(Boolean).length).toBeGreaterThanOrEqual(4)
    expect(verdicts.filter((accepted) => !accepted).length).toBeGreaterThanOrEqual(20)
  })

  it.each([
    ['nothing', 'version: 1', 'version: 1'],
    ['no labels', '[self-hosted, npu-8]', '[]'],
    ['a label with quotes', 'npu-8', "'a\"b'"],
    ['nine labels', '[self-hosted, npu-8]', '[a, b, c, d, e, f, g, h, i]'],
    ['an unknown host', 'host: bare', 'host: vm'],
    ['no limit', ', parallel: 4', ''],
  ])('agree with zod on a runners file with %s', (what, from, to) => {
    const value: unknown = parse(RUNNERS.replace(from, to))
    expect(runnersByAjv(value)).toBe(runnersSchema.safeParse(value).success)
    expect(runnersByAjv(value)).toBe(what === 'nothing')
  })
})
