import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SseScanner } from '../../../../src/engine/sse.ts'
import { EventClassifier } from '../../../../src/suites/performance/event-classifier.ts'
import { EventTemplate } from '../../../../src/suites/performance/event-template.ts'

interface Known {
  class: string
  usage: boolean
  completionTokens: number
  dataEnd: number
  after: number
}

const CODES: string[] = []
const codeOf = (name: string) => {
  if (!CODES.includes(name)) CODES.push(name)
  return CODES.indexOf(name)
}

/** Learns the data of one event, as the recorder does, and is asked of bytes that lie between others. */
function ask(learned: string, asked: string): Known | null {
  const template = new EventTemplate()
  const data = Buffer.from(`~${learned}~`)
  const classifier = new EventClassifier()
  const name = classifier.classify(data, 1, data.length - 1)
  if (classifier.broken || classifier.finish) return null
  template.learn(data, 1, data.length - 1, classifier, codeOf(name))
  data.fill(0x21)
  const bytes = Buffer.from(`data: ~${asked}data: {`)
  const after = template.match(bytes, 7, bytes.length - 7)
  if (after < 0) return null
  const { classCode, usage, completionTokens, dataEnd } = template
  return { class: CODES[classCode]!, usage, completionTokens, dataEnd, after }
}

/** What the long way says of the first event of the bytes; null when it is not alone and plain. */
function scan(asked: string): Known | null {
  const bytes = Buffer.from(`data: ~${asked}data: {`)
  const classifier = new EventClassifier()
  const seen: (Known & { finish: boolean; broken: boolean; type: string })[] = []
  let until = 7
  const scanner = new SseScanner((data, start, end, type, offset) => {
    const name = classifier.classify(data, start, end)
    const { usage, completionTokens, finish, broken } = classifier
    const dataEnd = offset + 7 - BOM_GUARD.length
    seen.push({ class: name, usage, completionTokens, dataEnd, after: until, finish, broken, type })
  })
  // The first line of a stream may begin with a byte order mark, and no event that is known does.
  scanner.push(BOM_GUARD, 0, BOM_GUARD.length)
  for (; until < bytes.length - 7 && seen.length === 0; ) scanner.push(bytes, until, ++until)
  const first = seen[0]
  if (!first || first.finish || first.broken || first.type !== '') return null
  return {
    class: first.class,
    usage: first.usage,
    completionTokens: first.completionTokens,
    dataEnd: first.dataEnd,
    // A CRLF counts whole.
    after: bytes[first.after] === 0x0a && bytes[first.after - 1] === 0x0d ? first.after + 1 : first.after,
  }
}
const BOM_GUARD = Buffer.from('\n')

const tokenEvent = (delta: object, usage: object | null = null, rest: object = {}) =>
  JSON.stringify({
    id: 'chatcmpl-1',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: null, ...rest }],
    usage,
  })
const counts = (completion: number) => ({
  prompt_tokens: 7,
  total_tokens: 7 + completion,
  completion_tokens: completion,
  prompt_tokens_details: { cached_tokens: 4 },
})

describe('EventTemplate', () => {
  it.each([
    ['answer', { content: 'a' }, { content: 'longer than before, and so is all that follows' }],
    ['answer', { content: 'a' }, { content: '"quoted" \\ and \n escaped \u0007 é🙂' }],
    ['reasoning', { reasoning_content: 'a' }, { reasoning_content: 'b' }],
    ['reasoning', { reasoning: 'a', reasoning_content: 'a' }, { reasoning: 'bc', reasoning_content: 'bc' }],
  ])('knows the next %s from the one before', (name, before, next) => {
    const asked = tokenEvent(next)
    for (const end of ['\n', '\r\n'])
      for (const lead of ['data: ', 'data:'])
        expect(ask(tokenEvent(before), `${lead}${asked}${end}${end}`)).toEqual({
          class: name,
          usage: false,
          completionTokens: -1,
          dataEnd: 7 + lead.length + Buffer.byteLength(asked),
          after: 7 + lead.length + Buffer.byteLength(asked) + 2 * end.length,
        })
  })

  it('reads the counts that come with each event, of any number of digits', () => {
    for (const completion of [1, 9, 10, 123_456])
      expect(
        ask(tokenEvent({ content: 'a' }, counts(3)), `data: ${tokenEvent({ content: 'b' }, counts(completion))}\n\n`),
      ).toMatchObject({ class: 'answer', usage: true, completionTokens: completion })
  })

  it.each([
    ['an empty text', tokenEvent({ content: '' })],
    ['another kind of text', tokenEvent({ reasoning: 'b' })],
    ['a finish reason', tokenEvent({ content: 'b' }, null, { finish_reason: 'stop' })],
    ['a usage', tokenEvent({ content: 'b' }, counts(1))],
    ['one byte more', `${tokenEvent({ content: 'b' })} `],
    ['no end', tokenEvent({ content: 'b' }).slice(0, -1)],
    ['a text that is no string', tokenEvent({ content: 5 })],
  ])('does not know an event with %s', (_, asked) => {
    expect(ask(tokenEvent({ content: 'a' }), `data: ${asked}\n\n`)).toBeNull()
  })

  it('does not know an event with any one byte changed outside of what may differ', () => {
    for (const learned of [tokenEvent({ content: 'a' }), tokenEvent({ content: 'a' }, counts(3)), '{"choices":[]}'])
      for (let at = 0; at < learned.length; at++) {
        const changed = `${learned.slice(0, at)}~${learned.slice(at + 1)}`
        if (learned.slice(at - 1, at + 2) === '"a"') continue
        expect(ask(learned, `data: ${changed}\n\n`)).toBeNull()
      }
  })

  it('does not know an event whose lines it has not seen whole', () => {
    const event = tokenEvent({ content: 'a' })
    for (const asked of [
      `data: ${event}\n`,
      `data: ${event}\ndata: x\n\n`,
      `data: ${event}\r\n\r`,
      `data: ${event}\r\r`,
      `event: x\ndata: ${event}\n\n`,
      ` data: ${event}\n\n`,
      `data: ${event.replace('"a"', '"a\nb"')}\n\n`,
      `data: ${event.replace('"a"', '"a\\\nb"')}\n\n`,
      `data: ${event.replace('"a"', '"a\\')}\n\n`,
    ])
      expect(ask(event, asked)).toBeNull()
  })

  it('learns nothing of several lines', () => {
    const spread = tokenEvent({ content: 'a' }).replace(',', ',\n')
    expect(ask(spread, `data: ${spread}\n\n`)).toBeNull()
  })

  it('never says anything else than the long way, whatever the events', () => {
    const text = fc.oneof(
      fc.constantFrom('', 'a', '\\', '"', '"}},', '\n', 'é', '🙂', 'finish_reason":"stop'),
      fc.string({ unit: 'binary', maxLength: 6 }),
    )
    const delta = fc.oneof(
      fc.record({ content: text }),
      fc.record({ reasoning: text }),
      fc.record({ reasoning_content: text, content: fc.constantFrom(null, '') }),
      fc.record({ role: fc.constant('assistant'), content: text }),
      fc.record({ reasoning: text, reasoning_content: text }),
    )
    const usage = fc.oneof(
      fc.constant(null),
      fc.nat(1200).map(counts),
      fc.constantFrom<object>({}, { completion_tokens: 1.5 }, { completion_tokens: -2 }, { completion_tokens: null }),
      fc.record({ completion_tokens: fc.constantFrom(1, 22, 1e21, 2 ** 53) }),
    )
    const rest = fc.constantFrom({}, {}, {}, { finish_reason: 'length' }, { text: 'x' })
    const event = fc
      .tuple(delta, usage, rest, fc.constantFrom(undefined, undefined, 1))
      .map(([fields, used, more, spaces]) => JSON.stringify(JSON.parse(tokenEvent(fields, used, more)), null, spaces))
      .map((json) => json.replaceAll('\n', ''))
    /** A byte of the event is changed, or one is put in. */
    const harm = fc.record({
      at: fc.nat(400),
      byte: fc.constantFrom('"', '\\', '\n', '\r', '{', '}', ':', ' ', '0', '9', '.', 'n', '\u0000', '\u0080'),
      drop: fc.nat(1),
    })
    let known = 0
    fc.assert(
      fc.property(
        event,
        event,
        fc.option(harm, { freq: 2 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.boolean(),
        (learned, other, harmed, end, same) => {
          let asked = `data: ${same ? learned : other}${end}${end}`
          if (harmed) {
            const at = harmed.at % asked.length
            asked = asked.slice(0, at) + harmed.byte + asked.slice(at + harmed.drop)
          }
          const answer = ask(learned, asked)
          if (answer === null) return
          known++
          expect(answer).toEqual(scan(asked))
        },
      ),
      { numRuns: 400 },
    )
    // A template that knows nothing is right as well, and of no use.
    expect(known).toBeGreaterThan(40)
  })
})
