import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ResponseParser } from '../../../../src/engine/http/response-parser.ts'
import type { EventClass } from '../../../../src/suites/performance/record.ts'
import { StreamRecorder } from '../../../../src/suites/performance/stream-recorder.ts'
import { SERVED_STREAMS, type ServedStream } from './served-streams.ts'

/**
 * Whole answers in the form of several servers, cut at every byte: the parser and the recorder must give the same
 * events, offsets, tokens, counts and outcome, whatever the reads and the chunks.
 */

interface Recorded {
  events: [EventClass, number, number | null][]
  facts: Record<string, unknown>
  outcome: unknown
}

/** Reads through one buffer that is used again, as the connection does. */
function record(reads: readonly Uint8Array[]): Recorded {
  const buffer = Buffer.alloc(65536, '"')
  const recorder = new StreamRecorder(0, 1000, 2)
  const parser = new ResponseParser(recorder)
  for (const [index, read] of reads.entries()) {
    buffer.set(read)
    recorder.read(index)
    parser.push(buffer, read.length)
  }
  expect(parser.complete).toBe(true)
  const { promptTokens, completionTokens, cachedTokens, reasoningTokens, finishReason, error } = recorder.facts()
  return {
    events: [...recorder.events].map((event) => [event.class, event.offset, event.tokens]),
    facts: { promptTokens, completionTokens, cachedTokens, reasoningTokens, finishReason, error },
    outcome: recorder.outcome({ state: 'complete' }, recorder.facts()),
  }
}

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n'

/** The body in chunks of the given sizes over and over. */
function chunked(body: Buffer, sizes: readonly number[]): Buffer {
  const parts: Uint8Array[] = [Buffer.from(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`)]
  for (let at = 0, index = 0; at < body.length; index++) {
    const part = body.subarray(at, at + sizes[index % sizes.length]!)
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'))
    at += part.length
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')])
}

function cut(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const points = [...new Set(cuts.map((point) => point % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...points].map((from, index) => bytes.subarray(from, points[index] ?? bytes.length))
}

const ending = (stream: ServedStream, end: string) => stream.events.map(({ text }) => text.replaceAll('\n', end))

/** What must come out, from how the stream was put together. */
function expected(stream: ServedStream, end: string): Recorded {
  let bytes = 0
  const events: Recorded['events'] = []
  for (const [index, text] of ending(stream, end).entries()) {
    const { class: name, tokens } = stream.events[index]!
    const lineEnds = text.length - text.trimEnd().length
    if (name !== null) events.push([name, bytes + Buffer.byteLength(text) - lineEnds, tokens])
    bytes += Buffer.byteLength(text)
  }
  return { events, facts: { ...stream.facts, error: null }, outcome: { state: 'ok' } }
}

/** As text, since thousands are compared. */
const same = (recorded: Recorded, wanted: string) => expect(JSON.stringify(recorded)).toBe(wanted)

describe.each(SERVED_STREAMS.map((stream) => [stream.name, stream] as const))(
  'a stream like that of %s',
  (_, stream) => {
    const body = Buffer.from(ending(stream, '\n').join(''))

    it('is the same cut in two at every byte, with an event in each chunk', () => {
      const sizes = ending(stream, '\n').map((text) => Buffer.byteLength(text))
      const bytes = chunked(body, sizes)
      const wanted = JSON.stringify(expected(stream, '\n'))
      for (let at = 0; at <= bytes.length; at++) same(record([bytes.subarray(0, at), bytes.subarray(at)]), wanted)
    })

    it('is the same with every line end, byte by byte and in one read', () => {
      for (const end of ['\n', '\r\n', '\r']) {
        const bytes = chunked(Buffer.from(ending(stream, end).join('')), [100_000])
        expect(record([bytes])).toEqual(expected(stream, end))
        expect(record([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(expected(stream, end))
      }
    })

    it('is the same in a body of known length', () => {
      const bytes = Buffer.concat([Buffer.from(`${HEAD}Content-Length: ${body.length}\r\n\r\n`), body])
      const wanted = JSON.stringify(expected(stream, '\n'))
      for (let at = 0; at <= bytes.length; at += 7) same(record([bytes.subarray(0, at), bytes.subarray(at)]), wanted)
    })

    it('is the same in any chunks under any cuts', () => {
      fc.assert(
        fc.property(
          fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 6 }),
          fc.array(fc.nat(8000), { maxLength: 24 }),
          fc.constantFrom('\n', '\r\n', '\r'),
          (sizes, cuts, end) => {
            const bytes = chunked(Buffer.from(ending(stream, end).join('')), sizes)
            expect(record(cut(bytes, cuts))).toEqual(expected(stream, end))
          },
        ),
        { numRuns: 60 },
      )
    })
  },
)
