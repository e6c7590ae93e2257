import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../../../../src/record/problem.ts'
import { type FileRecord, RecordSplitter } from '../../../../../src/suites/performance/workload/record-splitter.ts'

function split(text: string, cuts: readonly number[] = []): FileRecord[] {
  const bytes = Buffer.from(text)
  const splitter = new RecordSplitter('f.json')
  const found: FileRecord[] = []
  const places = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((one, other) => one - other)
  let start = 0
  for (const end of places) {
    // One buffer that is filled again, as a reader may do it.
    const part = Buffer.from(bytes.subarray(start, end))
    found.push(...splitter.push(part))
    part.fill(0)
    start = end
  }
  return [...found, ...splitter.end()]
}

const objects = fc.array(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), { maxLength: 5 })
const cuts = fc.array(fc.nat(10_000), { maxLength: 6 })
const cleaned = (values: readonly unknown[]) => JSON.parse(JSON.stringify(values))

describe('RecordSplitter', () => {
  it('finds the records of an array, however it is laid out and cut', () => {
    fc.assert(
      fc.property(objects, cuts, fc.constantFrom(undefined, 1, '\t'), (values, places, indent) => {
        const found = split(JSON.stringify(values, null, indent), places)
        expect(found.map(({ text }) => JSON.parse(text))).toEqual(cleaned(values))
      }),
    )
  })

  it('finds the records of lines, however they end and are cut', () => {
    fc.assert(
      fc.property(objects, cuts, fc.constantFrom('\n', '\r\n', '\n\n'), fc.boolean(), (values, places, end, last) => {
        const text = values.map((value) => JSON.stringify(value)).join(end) + (last ? end : '')
        expect(split(text, places).map((record) => JSON.parse(record.text))).toEqual(cleaned(values))
      }),
    )
  })

  it('tells the line on which a record begins', () => {
    expect(split('\n[\n{"a":\n1},\n\n  {"b":2}]').map(({ line }) => line)).toEqual([3, 6])
    expect(split('\n{"a":1}\n\n{"b":2}\n').map(({ line }) => line)).toEqual([2, 4])
  })

  it('reads past the mark of a file in UTF-8', () => {
    expect(split('\ufeff[{"a":1}]', [1, 2])).toHaveLength(1)
    expect(split('\ufeff{"a":1}')).toEqual([{ line: 1, text: '{"a":1}' }])
  })

  it('finds nothing in an empty file', () => {
    for (const text of ['', '\n \n', '[]', '[ ]\n']) expect(split(text)).toEqual([])
  })

  it.each([
    ['[{"a":1}', 'f.json:1: the array is not closed'],
    ['[\n1]', 'f.json:2: an object was expected'],
    ['[{"a":1}]\n{"b":2}', 'f.json:2: an object was expected'],
  ])('refuses %j and says where', (text, message) => {
    expect(() => split(text)).toThrow(ConfigurationError)
    expect(() => split(text)).toThrow(message)
  })
})
