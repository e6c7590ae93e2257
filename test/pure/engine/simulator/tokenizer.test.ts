import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BOS, EOS, USER } from '../../../../src/engine/simulator/model/special-tokens.ts'
import { Detokenizer, decode, encode } from '../../../../src/engine/simulator/model/tokenizer.ts'
import { isByteToken, VOCABULARY_SIZE } from '../../../../src/engine/simulator/model/vocabulary.ts'

const anyText = fc.string({ unit: 'grapheme', maxLength: 200 })
const mixedText = fc
  .array(
    fc.oneof(
      anyText,
      fc.constantFrom(' the', 'Answer: ', '<｜User｜>', '你好', '🙂', '\ufeff', '\r\n', '1234', '</think>'),
    ),
  )
  .map((parts) => parts.join(''))

describe('the toy tokenizer', () => {
  it('loses nothing of any text', () => {
    fc.assert(fc.property(mixedText, (text) => decode(encode(text)) === text))
  })

  it('gives ids within the vocabulary', () => {
    fc.assert(fc.property(mixedText, (text) => encode(text).every((token) => token >= 0 && token < VOCABULARY_SIZE)))
  })

  it('reads a lone surrogate as a replacement character', () => {
    expect(decode(encode('a\ud800b'))).toBe('a\ufffdb')
  })

  it('reads special tokens wherever they stand', () => {
    expect(encode('<｜begin▁of▁sentence｜>x <｜User｜>')).toEqual([BOS, ...encode('x '), USER])
  })

  it('knows common words whole and cuts numbers into groups of three digits', () => {
    expect(encode('The answer is').length).toBe(3)
    expect(encode('1234567').map((token) => decode([token]))).toEqual(['123', '456', '7'])
  })

  it('shows a character only when all its bytes are there, one token at a time as at once', () => {
    fc.assert(
      fc.property(mixedText, (text) => {
        const detokenizer = new Detokenizer({ showSpecialTokens: true })
        let shown = ''
        for (const token of encode(text)) {
          shown += detokenizer.push(token)
          if (!text.startsWith(shown)) return false
        }
        return shown + detokenizer.end() === text
      }),
    )
  })

  it('spells what it does not know in bytes', () => {
    expect(encode('龘').every(isByteToken)).toBe(true)
    expect(encode('龘').length).toBe(3)
  })

  it('hides the end of the sentence from a reader of the text', () => {
    const hiding = new Detokenizer({ showSpecialTokens: false })
    expect(hiding.push(EOS)).toBe('')
    expect(decode([EOS])).toBe('<｜end▁of▁sentence｜>')
  })
})
