import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../../../../src/record/problem.ts'
import { loadTokenizer } from '../../../../../src/suites/performance/workload/tokenizer-file.ts'
import { memoryFiles } from './toy.ts'

/** Letters a to e and the space; "ab" and "abc" are one token each. */
const vocabulary = ['a', 'b', 'c', 'd', 'e', 'Ġ', 'ab', 'abc']
const tokenizer = {
  version: '1.0',
  added_tokens: [
    { id: 8, content: '<s>', single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
  ],
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [],
    special_tokens: { '<s>': { id: '<s>', ids: [8], tokens: ['<s>'] } },
  },
  decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: {
    type: 'BPE',
    vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
    merges: ['a b', 'ab c'],
  },
}
const json = JSON.stringify(tokenizer)

describe('loadTokenizer', () => {
  it.each([
    ['the file', 'models/tokenizer.json', { 'models/tokenizer.json': json }],
    ['its folder', 'models', { 'models/tokenizer.json': json, 'models/tokenizer_config.json': '{}' }],
  ])('counts the tokens of a bare text, given %s', async (_, path, contents) => {
    const count = await loadTokenizer(path, memoryFiles(contents as Record<string, string>, 100))
    expect(['abc', 'abcab', 'ab de', 'e e e'].map(count)).toEqual([1, 2, 4, 5])
  })

  it.each([
    ['models', {}, 'models/tokenizer.json: tokenizer: there is no such file'],
    ['t.json', { 't.json': '[1]' }, 't.json: tokenizer: is not a JSON object'],
    ['t.json', { 't.json': '{"a"' }, 't.json: tokenizer: is not a JSON object'],
    ['t.json', { 't.json': '{"model":{}}' }, 't.json: tokenizer: is not a tokenizer that can be used'],
  ])('says what is wrong with %s %j', async (path, contents, message) => {
    const files = memoryFiles(contents as Record<string, string>)
    await expect(loadTokenizer(path, files)).rejects.toThrow(ConfigurationError)
    await expect(loadTokenizer(path, files)).rejects.toThrow(message)
  })
})
