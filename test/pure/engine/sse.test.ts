import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_EVENT_BYTES, type SseEvent, SseParser } from '../../../src/engine/sse.ts'

const decode = (events: SseEvent[]) =>
  events.map((event) => ({ type: event.type, data: Buffer.from(event.data).toString() }))

function parse(chunks: Uint8Array[]) {
  const parser = new SseParser()
  return decode(chunks.flatMap((chunk) => parser.push(chunk)))
}

const parseText = (source: string) => parse([Buffer.from(source)])

describe('SseParser', () => {
  it('reads data with and without the space, joins data lines and drops comments', () => {
    expect(parseText(': ping\n\ndata: a\n\ndata:b\ndata: c\n\nid: 1\nretry: 2\n\n')).toEqual([
      { type: '', data: 'a' },
      { type: '', data: 'b\nc' },
    ])
  })

  it('reads LF, CR and CRLF line ends alike', () => {
    for (const end of ['\n', '\r', '\r\n'])
      expect(parseText(`event: error${end}data: a${end}data: b${end}${end}data: c${end}${end}`)).toEqual([
        { type: 'error', data: 'a\nb' },
        { type: '', data: 'c' },
      ])
  })

  it('skips a byte order mark, keeps an empty data line, and ignores an event without data', () => {
    expect(parseText('\ufeffdata: a\n\nevent: x\n\ndata\n\n')).toEqual([
      { type: '', data: 'a' },
      { type: '', data: '' },
    ])
  })

  it('gives the same events whatever the bytes are cut into', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 12 }).map((value) => value.replace(/[\r\n\ufeff]/g, '~'))
    const event = fc.array(line, { minLength: 1, maxLength: 3 })
    const end = fc.constantFrom('\n', '\r\n', '\r')
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 6 }),
        end,
        fc.array(fc.nat(400), { maxLength: 20 }),
        (events, eol, cuts) => {
          const bytes = Buffer.from(events.map((lines) => lines.map((l) => `data: ${l}${eol}`).join('') + eol).join(''))
          const points = [...new Set(cuts.filter((cut) => cut < bytes.length))].sort((a, b) => a - b)
          const chunks = [0, ...points].map((from, index) => bytes.subarray(from, points[index] ?? bytes.length))
          expect(parse(chunks)).toEqual(events.map((lines) => ({ type: '', data: lines.join('\n') })))
        },
      ),
    )
  })

  it('gives the same events at every single split point', () => {
    const bytes = Buffer.from('data: {"c":"é🙂"}\r\n\r\n: c\r\ndata: x\r\ndata: y\r\n\r\ndata: [DONE]\r\n\r\n')
    const whole = parse([bytes])
    for (let cut = 0; cut <= bytes.length; cut++)
      expect(parse([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(whole)
  })

  it('keeps nothing of a read buffer that is used again', () => {
    const parser = new SseParser()
    const buffer = Buffer.from('data: first')
    parser.push(buffer)
    buffer.fill(0x21)
    expect(decode(parser.push(Buffer.from('\n\n')))).toEqual([{ type: '', data: 'first' }])
  })

  it('says when the stream ends inside an event', () => {
    const parser = new SseParser()
    parser.push(Buffer.from('data: half'))
    expect(parser.pending).toBe(true)
    parser.push(Buffer.from('\n\n'))
    expect(parser.pending).toBe(false)
  })

  it('refuses a line without end instead of keeping it', () => {
    const parser = new SseParser()
    const block = new Uint8Array(1 << 20).fill(0x61)
    expect(() => {
      for (let sent = 0; sent <= MAX_EVENT_BYTES; sent += block.length) parser.push(block)
    }).toThrow(RangeError)
  })
})
