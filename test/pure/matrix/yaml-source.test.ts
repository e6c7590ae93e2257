import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_SOURCE_BYTES, readYaml } from '../../../src/matrix/yaml-source.ts'

function problemsOf(text: string) {
  const reading = readYaml(text, 'f.yaml')
  return reading.state === 'invalid' ? reading.problems : reading.source.problems
}

function sourceOf(text: string) {
  const reading = readYaml(text, 'f.yaml')
  if (reading.state === 'invalid') throw new Error(JSON.stringify(reading.problems))
  return reading.source
}

describe('readYaml', () => {
  it('tells where keys and values stand, through lists, aliases and quoted keys', () => {
    const source = sourceOf('a:\n  - x: &n { deep: 1 }\n  - y: *n\n"b c":\n')
    expect(source.locate(['a', 0, 'x', 'deep'])).toEqual({ line: 2, column: 19 })
    expect(source.locate(['a', 0, 'x', 'deep'], 'key')).toEqual({ line: 2, column: 13 })
    expect(source.locate(['a', 1, 'y', 'deep'])).toEqual({ line: 2, column: 19 })
    expect(source.locate(['b c'], 'key')).toEqual({ line: 4, column: 1 })
    expect(source.locate(['a', 1, 'absent'])).toEqual({ line: 3, column: 5 })
  })

  it('reads YAML 1.2 core: no, on and 0o7 as what they are there', () => {
    expect(sourceOf('{ a: no, b: on, c: 0o17, d: 1_000, e: 2026-04-24 }').value).toEqual({
      a: 'no',
      b: 'on',
      c: 15,
      d: '1_000',
      e: '2026-04-24',
    })
  })

  it('names each key that is written twice, with its place, and reads on', () => {
    expect(problemsOf('a: 1\nb: 2\na: 3\nb: 4\n')).toEqual([
      expect.objectContaining({ line: 3, column: 1, message: 'the key "a" is written twice' }),
      expect.objectContaining({ line: 4, column: 1, message: 'the key "b" is written twice' }),
    ])
  })

  it.each([
    ['an unclosed list', 'a: [1, 2\n'],
    ['a tab as indentation', 'a:\n\tb: 1\n'],
    ['an unknown tag', 'a: !!js/function "x"\n'],
    ['two documents', 'a: 1\n---\nb: 2\n'],
    ['an alias to nothing', 'a: *nobody\n'],
  ])('refuses %s with a place', (_, text) => {
    const problems = problemsOf(text)
    expect(problems[0]).toMatchObject({ file: 'f.yaml', line: expect.any(Number), column: expect.any(Number) })
  })

  it('refuses aliases that expand beyond measure', () => {
    const levels = 'abcdefghi'.split('')
    const bomb = levels.map((name, at) =>
      at === 0 ? `${name}: &${name} [x,x,x,x,x,x,x,x,x]` : `${name}: &${name} [${`*${levels[at - 1]},`.repeat(9)}]`,
    )
    expect(problemsOf(`${bomb.join('\n')}\n`)[0]?.message).toMatch(/alias/i)
  })

  it('refuses a file over the size cap and nesting without end, without falling over', () => {
    expect(problemsOf(`a: ${'x'.repeat(MAX_SOURCE_BYTES)}`)[0]?.message).toMatch(/bytes, more than/)
    expect(problemsOf('['.repeat(200_000)).length).toBeGreaterThan(0)
  })

  it('never throws, whatever the text', () => {
    const piece = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '{',
      '}',
      '[',
      ']',
      '&x ',
      '*x',
      '"',
      "'",
      '|\n',
      '!',
      '? ',
      '<<: ',
      '__proto__',
      '# ',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const reading = readYaml(pieces.join(''), 'f')
        if (reading.state === 'read') reading.source.locate(['a', 0, '__proto__'])
        else expect(reading.problems.length).toBeGreaterThan(0)
      }),
    )
  })
})
