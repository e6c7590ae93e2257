import { describe, expect, it } from 'vitest'
import { fillTemplate, unknownPlaceholders } from '../../../src/matrix/template.ts'

describe('fillTemplate', () => {
  it('fills in what is known and leaves JSON and later placeholders alone', () => {
    const text = '{checkpoint} {"method":"mtp","n":{}} --port {port} {checkpoint}'
    expect(fillTemplate(text, { checkpoint: 'a/b' })).toBe('a/b {"method":"mtp","n":{}} --port {port} a/b')
  })

  it('does not look at what it filled in', () => {
    expect(fillTemplate('{checkpoint}', { checkpoint: '{devices}', devices: '8' })).toBe('{devices}')
  })

  it('does not take names that every object has for values', () => {
    expect(fillTemplate('{constructor}', {})).toBe('{constructor}')
  })
})

describe('unknownPlaceholders', () => {
  it('finds names that nothing fills in', () => {
    expect(unknownPlaceholders('{port} {prot} {served-model} {"a":1} {} {served_model}')).toEqual([
      'prot',
      'served_model',
    ])
  })
})
