import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePrometheusText } from '../../../../../src/suites/performance/server-metrics/prometheus-text.ts'

const only = (line: string) => {
  const { samples, unreadable } = parsePrometheusText(line)
  expect(unreadable).toBe(0)
  expect(samples).toHaveLength(1)
  return samples[0]!
}

describe('a line of the exposition format', () => {
  it('is read with and without labels, spaces and timestamp', () => {
    expect(only('plain 12.5')).toEqual({ name: 'plain', labels: new Map(), value: 12.5, timestamp: null })
    expect(only('plain\t7 1700000000123').timestamp).toBe(1700000000123)
    expect(only('a:b_total{} 1e3').value).toBe(1000)
    expect(only('a{x="1"}2').value).toBe(2)
    const spaced = only('a { x = "1" , y = "2" , } 3 ')
    expect([...spaced.labels]).toEqual([
      ['x', '1'],
      ['y', '2'],
    ])
    expect(spaced.value).toBe(3)
  })

  it('has its labels unescaped, and braces, commas and hashes inside them left alone', () => {
    const { labels, value } = only('m{path="C:\\\\d\\"q\\"\\nend",odd="},{# \\t"} 4')
    expect(labels.get('path')).toBe('C:\\d"q"\nend')
    expect(labels.get('odd')).toBe('},{# \\t')
    expect(value).toBe(4)
  })

  it('may hold infinity and no number', () => {
    expect(only('a +Inf').value).toBe(Number.POSITIVE_INFINITY)
    expect(only('a -Inf').value).toBe(Number.NEGATIVE_INFINITY)
    expect(only('a NaN').value).toBeNaN()
    expect(only('h_bucket{le="+Inf"} 9').labels.get('le')).toBe('+Inf')
  })

  it('may end in an exemplar, which is left out', () => {
    const sample = only('h_bucket{le="0.5"} 3 # {trace_id="a b"} 0.4 1700000000.5')
    expect([sample.value, sample.timestamp]).toEqual([3, null])
    expect(only('h_bucket{le="0.5"} 3 1.5 # {trace_id="x"} 0.4').timestamp).toBe(1.5)
  })

  it.each([
    'name',
    'name ',
    'name{ 1',
    'name{a="1" 1',
    'name{a=1} 1',
    'name{a="1"b="2"} 1',
    'name{a="1",a="2"} 1',
    'name{a="unclosed} 1',
    'name twelve',
    'name 1 later',
    'name 1 2 3',
    '9name 1',
    '{a="1"} 1',
    '<html>',
    'name 0x10',
  ])('is counted when it cannot be read: %s', (line) => {
    expect(parsePrometheusText(`good 1\n${line}\ngood 2`)).toMatchObject({ unreadable: 1, samples: [{}, {}] })
  })
})

describe('a whole text', () => {
  it('gives types of families and ignores other comments', () => {
    const text = '# HELP x Some help\n# TYPE x counter\n# a remark\n\nx_total 3\r\n# TYPE y histogram\ny_sum 1'
    const { types, samples, unreadable } = parsePrometheusText(text)
    expect([...types]).toEqual([
      ['x', 'counter'],
      ['y', 'histogram'],
    ])
    expect(samples.map(({ name, value }) => [name, value])).toEqual([
      ['x_total', 3],
      ['y_sum', 1],
    ])
    expect(unreadable).toBe(0)
  })

  it('ends at the end mark of OpenMetrics', () => {
    expect(parsePrometheusText('a 1\n# EOF\nb 2').samples).toHaveLength(1)
  })

  it('is cut at its limits, never inside a line', () => {
    const text = 'a 1\nb 22\nc 3\n'
    expect(parsePrometheusText(text, { characters: 7 })).toMatchObject({ samples: [{ name: 'a' }], cut: true })
    expect(parsePrometheusText('a 1234', { characters: 4 })).toMatchObject({ samples: [], cut: true })
    expect(parsePrometheusText(text, { samples: 2 })).toMatchObject({ samples: [{}, { value: 22 }], cut: true })
    expect(parsePrometheusText(text)).toMatchObject({ cut: false })
  })
})

describe('any text', () => {
  it('may have a label of a megabyte', () => {
    expect(only(`a{b="${'x\\\\'.repeat(500_000)}"} 1`).labels.get('b')).toHaveLength(1_000_000)
    expect(parsePrometheusText(`a{b="${'\\'.repeat(999_999)}"} 1`).unreadable).toBe(1)
  })

  it('is taken without an exception', () => {
    const pieces = fc.constantFrom('{', '}', '"', '\\', '\n', ' ', '=', ',', '#', 'a', 'TYPE', '1', 'NaN', 'le')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((parts) => parts.join('')),
        ),
        (text) => {
          const { samples, unreadable } = parsePrometheusText(text)
          expect(samples.length + unreadable).toBeLessThanOrEqual(text.split('\n').length)
        },
      ),
    )
  })

  it('that was written out by the rules comes back as it was', () => {
    const label = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/)
    const sample = fc.record({
      name: fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,12}$/),
      labels: fc.uniqueArray(fc.tuple(label, fc.string({ unit: 'grapheme' })), {
        selector: ([key]) => key,
        maxLength: 5,
      }),
      value: fc.double(),
      timestamp: fc.option(fc.integer()),
    })
    const escaped = (text: string) => text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')
    const shown = (value: number) => (Object.is(value, -0) ? '-0' : String(value).replace('inity', ''))
    fc.assert(
      fc.property(fc.array(sample), (written) => {
        const lines = written.map(({ name, labels, value, timestamp }) => {
          const inside = labels.map(([key, text]) => `${key}="${escaped(text)}"`).join(',')
          return `${name}{${inside}} ${shown(value)}${timestamp === null ? '' : ` ${timestamp}`}`
        })
        const { samples, unreadable } = parsePrometheusText(lines.join('\n'))
        expect(unreadable).toBe(0)
        expect(samples.map((read) => ({ ...read, labels: [...read.labels] }))).toEqual(written)
      }),
    )
  })
})
