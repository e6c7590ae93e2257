import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ResponseHead } from '../../../../src/engine/http/response-head.ts'
import { HttpSyntaxError, MAX_HEAD_BYTES, ResponseParser } from '../../../../src/engine/http/response-parser.ts'

interface Seen {
  heads: ResponseHead[]
  body: string
  complete: boolean
}

/** Feeds the parts through one buffer that is overwritten after each, as a socket does. */
function parse(parts: readonly Uint8Array[], closed = false): Seen {
  const seen: Seen = { heads: [], body: '', complete: false }
  const body: Buffer[] = []
  const parser = new ResponseParser({
    head: (head) => seen.heads.push(head),
    body: (bytes, start, end) => body.push(Buffer.from(bytes.subarray(start, end))),
  })
  for (const part of parts) {
    const buffer = Buffer.alloc(part.length + 8, 'x')
    buffer.set(part)
    parser.push(buffer, part.length)
    buffer.fill(0x21)
  }
  if (closed) parser.close()
  return { ...seen, body: Buffer.concat(body).toString(), complete: parser.complete }
}

const parseText = (text: string, closed = false) => parse([Buffer.from(text, 'latin1')], closed)
const head = (fields: string) => `HTTP/1.1 200 OK\r\n${fields}\r\n\r\n`

describe('ResponseParser', () => {
  it('reads status, lower-case fields and a body of known length', () => {
    const seen = parseText('HTTP/1.1 503 Too busy\r\nContent-Length: 5\r\nX-A: 1\r\nx-a:2 \r\n\r\nhello')
    expect(seen).toMatchObject({ body: 'hello', complete: true })
    expect(seen.heads[0]).toMatchObject({ status: 503, reason: 'Too busy', keepAlive: true })
    expect(seen.heads[0]?.headers.get('x-a')).toBe('1, 2')
  })

  it('reads chunks with extensions, upper and lower case sizes, and trailers', () => {
    const text = `${head('Transfer-Encoding: chunked')}A;name="x;y"\r\n0123456789\r\nb \r\nabcdefghijk\r\n0;last\r\nX-Sum: 1\r\n\r\n`
    expect(parseText(text)).toMatchObject({ body: '0123456789abcdefghijk', complete: true })
  })

  it('skips interim responses and empty lines before the status line', () => {
    const seen = parseText(
      `\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: a\r\n\r\n${head('Content-Length: 0')}`,
    )
    expect(seen.heads.map((one) => one.status)).toEqual([200])
    expect(seen.complete).toBe(true)
  })

  it('ends a body without a length with the connection, and then does not keep it', () => {
    expect(parseText(`${head('Server: x')}abc`)).toMatchObject({ body: 'abc', complete: false })
    const seen = parseText(`${head('Server: x')}abc`, true)
    expect(seen).toMatchObject({ body: 'abc', complete: true })
    expect(seen.heads[0]?.keepAlive).toBe(false)
  })

  it('does not take a cut body for a whole one when the connection ends', () => {
    expect(parseText(`${head('Content-Length: 4')}abc`, true).complete).toBe(false)
    expect(parseText(`${head('Transfer-Encoding: chunked')}3\r\nabc\r\n`, true).complete).toBe(false)
    expect(parseText('HTTP/1.1 200 OK\r\nContent-', true).complete).toBe(false)
  })

  it('knows responses without a body', () => {
    expect(parseText('HTTP/1.1 204 No Content\r\n\r\n').complete).toBe(true)
    expect(parseText('HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n').complete).toBe(true)
  })

  it('knows whether the connection may be used again', () => {
    const keepAlive = (text: string) => parseText(text).heads[0]?.keepAlive
    expect(keepAlive(head('Content-Length: 0'))).toBe(true)
    expect(keepAlive(head('Content-Length: 0\r\nConnection: Close'))).toBe(false)
    expect(keepAlive('HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n')).toBe(false)
    expect(keepAlive('HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n')).toBe(true)
    expect(keepAlive(head('Content-Length: 3\r\nTransfer-Encoding: chunked'))).toBe(false)
  })

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['HTTP/2', 'HTTP/2 200\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a field without a colon', head('Content-Length')],
    ['a field name with a space', head('Content Length: 1')],
    ['two lengths', head('Content-Length: 1\r\nContent-Length: 2')],
    ['a negative length', head('Content-Length: -1')],
    ['another transfer encoding', head('Transfer-Encoding: gzip, chunked')],
    ['a chunk size that is no number', `${head('Transfer-Encoding: chunked')}xyz\r\n`],
    ['an empty chunk size', `${head('Transfer-Encoding: chunked')}\r\nabc`],
    ['a chunk size of 14 digits', `${head('Transfer-Encoding: chunked')}11111111111111\r\n`],
    ['a chunk longer than its size', `${head('Transfer-Encoding: chunked')}3\r\nabcd\r\n`],
    ['bytes after the end', `${head('Content-Length: 1')}ab`],
    ['an unasked upgrade', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
  ])('refuses %s', (_, text) => {
    expect(() => parseText(text)).toThrow(HttpSyntaxError)
  })

  it('bounds what a head, an extension and trailers may take', () => {
    const endless = (start: string) => () => parse([Buffer.from(start), ...Array(100).fill(Buffer.alloc(1024, 'a'))])
    expect(MAX_HEAD_BYTES).toBeLessThan(100 * 1024)
    expect(endless('HTTP/1.1 200 OK\r\nX: ')).toThrow(/head exceeds/)
    expect(endless(`${head('Transfer-Encoding: chunked')}1;`)).toThrow(/extension exceeds/)
    expect(endless(`${head('Transfer-Encoding: chunked')}0\r\nX: `)).toThrow(/trailers exceed/)
    const interim = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n')
    expect(() => parse(Array(4000).fill(interim))).toThrow(/head exceeds/)
  })

  it('gives the same at every single split point and byte by byte', () => {
    const bytes = Buffer.from(
      `HTTP/1.1 100 Continue\r\n\r\n${head('Transfer-Encoding: chunked')}5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nT: 1\r\n\r\n`,
    )
    const whole = parse([bytes])
    expect(whole).toMatchObject({ body: 'hello!', complete: true })
    for (let cut = 0; cut <= bytes.length; cut++)
      expect(parse([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(whole)
    expect(parse([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(whole)
  })

  it('gives back any body in any chunking under any cuts', () => {
    const chunk = fc.record({
      data: fc.uint8Array({ minLength: 1, maxLength: 40 }),
      extension: fc.constantFrom('', ';a=1'),
    })
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 8 }), fc.array(fc.nat(600), { maxLength: 20 }), (chunks, cuts) => {
        const bytes = Buffer.concat([
          Buffer.from(head('Transfer-Encoding: chunked')),
          ...chunks.flatMap(({ data, extension }) => [
            Buffer.from(`${data.length.toString(16)}${extension}\r\n`),
            Buffer.from(data),
            Buffer.from('\r\n'),
          ]),
          Buffer.from('0\r\n\r\n'),
        ])
        const points = [...new Set(cuts.filter((cut) => cut < bytes.length))].sort((a, b) => a - b)
        const parts = [0, ...points].map((from, index) => bytes.subarray(from, points[index] ?? bytes.length))
        const seen = parse(parts)
        expect(seen.complete).toBe(true)
        expect(seen.body).toBe(Buffer.concat(chunks.map(({ data }) => data)).toString())
      }),
    )
  })

  it('never throws anything but its own error for arbitrary bytes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('', head('Transfer-Encoding: chunked'), 'HTTP/1.1 '),
        fc.uint8Array(),
        (start, bytes) => {
          try {
            parse([Buffer.from(start), bytes], true)
          } catch (error) {
            expect(error).toBeInstanceOf(HttpSyntaxError)
          }
        },
      ),
    )
  })
})
