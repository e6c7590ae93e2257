import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventLog } from '../../../../src/suites/performance/event-log.ts'
import { formatRawHeader } from '../../../../src/suites/performance/raw-header.ts'
import {
  formatRawRecord,
  parseRawLine,
  parseRawRecord,
  UnreadableRecord,
} from '../../../../src/suites/performance/raw-record.ts'
import { EVENT_CLASSES, REQUEST_ERRORS, type RequestRecord } from '../../../../src/suites/performance/record.ts'
import { rawHeader } from './raw-headers.ts'

const count = fc.nat(2 ** 31 - 1)
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 3 })
/** As exact as the file keeps it. */
const milliseconds = fc.integer({ min: -1e9, max: 1e12 }).map((microseconds) => microseconds / 1000)

/** Reads of which each brought the events of one row, at its own time. */
const log = fc
  .array(
    fc.record({
      atMs: milliseconds,
      events: fc.array(
        fc.record({ class: fc.constantFrom(...EVENT_CLASSES), offset: fc.maxSafeNat(), tokens: maybe(count) }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
    { maxLength: 8 },
  )
  .map((reads) =>
    EventLog.of(reads.flatMap(({ atMs, events }, read) => events.map((event) => ({ atMs, read, ...event })))),
  )

const record: fc.Arbitrary<RequestRecord> = fc.record({
  id: fc.string({ maxLength: 60 }),
  session: fc.nat(1e9),
  turn: fc.nat(1e9),
  intendedMs: milliseconds,
  dequeuedMs: milliseconds,
  writtenMs: milliseconds,
  firstByteMs: maybe(milliseconds),
  endMs: milliseconds,
  reused: fc.boolean(),
  connectMs: milliseconds,
  asked: fc.record({ inputTokens: maybe(fc.nat(1e9)), outputTokens: fc.nat(1e9), cachedTokens: fc.nat(1e9) }),
  events: log,
  promptTokens: maybe(fc.nat(1e9)),
  completionTokens: maybe(fc.nat(1e9)),
  cachedTokens: maybe(fc.nat(1e9)),
  reasoningTokens: maybe(fc.nat(1e9)),
  finishReason: maybe(fc.string({ maxLength: 64 })),
  server: maybe(
    fc.record({
      ttftMs: maybe(milliseconds),
      queueMs: maybe(milliseconds),
      generationMs: maybe(milliseconds),
      drafts: maybe(fc.nat(1e9)),
      draftTokens: maybe(fc.nat(1e9)),
      acceptedTokens: maybe(fc.nat(1e9)),
    }),
  ),
  outcome: fc.oneof(
    fc.constant({ state: 'ok' } as const),
    fc.record({
      state: fc.constant('failed' as const),
      error: fc.constantFrom(...REQUEST_ERRORS),
      detail: fc.string({ unit: 'binary', maxLength: 300 }),
    }),
  ),
})

const plain = (of: RequestRecord) => ({ ...of, events: [...of.events] })

describe('a raw record', () => {
  it('is one line, and read back it is the same request', () => {
    fc.assert(
      fc.property(record, (written) => {
        const line = formatRawRecord(written)
        expect(line.indexOf('\n')).toBe(line.length - 1)
        const read = parseRawRecord(line)
        expect(plain(read)).toEqual(plain(written))
        expect(formatRawRecord(read)).toBe(line)
      }),
    )
  })

  it('keeps microseconds, and each event as an array', () => {
    const [sample] = fc.sample(record, 1)
    const events = EventLog.of([
      { atMs: 20.00049, read: 2, class: 'role', offset: 120 },
      { atMs: 30.5, read: 3, class: 'answer', offset: 345, tokens: 2 },
    ])
    expect(JSON.parse(formatRawRecord({ ...sample!, dequeuedMs: 9.50049, events }))).toMatchObject({
      dequeuedMs: 9.5,
      events: [
        [20, 2, 120, 'role', null],
        [30.5, 3, 345, 'answer', 2],
      ],
    })
  })

  it('is written whole for more events than are joined at once', () => {
    const [sample] = fc.sample(record, 1)
    const rows = Array.from({ length: 2500 }, (_, index) => ({ atMs: index, read: index, class: 'answer' }) as const)
    const read = parseRawRecord(formatRawRecord({ ...sample!, events: EventLog.of(rows) }))
    expect(read.events.length).toBe(2500)
    expect(read.events.atMs(2499)).toBe(2499)
  })

  it('comes under a header that says which load point it is of, and from when its times count', () => {
    const header = rawHeader({ scenario: 'chat', load: 'c64', repetition: 2, originMs: 123_456.789_012 })
    const line = formatRawHeader(header)
    expect(line).toMatch(/^\{"schema":"crosschip\.raw-records\/1",.*\}\n$/)
    expect(parseRawLine(line)).toEqual({ kind: 'header', header })
    const [sample] = fc.sample(record, 1)
    expect(parseRawLine(formatRawRecord(sample!))).toMatchObject({ kind: 'record', record: { id: sample!.id } })
  })

  const whole = JSON.parse(
    formatRawRecord({
      ...fc.sample(record, 1)[0]!,
      events: EventLog.of([{ atMs: 1, read: 0, class: 'answer', offset: 10, tokens: 1 }]),
    }),
  )
  const withEvents = (events: unknown) => ({ ...whole, events })
  it.each<[string, unknown]>([
    ['nothing', null],
    ['a list', []],
    ['a field that is not known', { ...whole, extra: 1 }],
    ['a field that is missing', { ...whole, endMs: undefined }],
    ['a number as text', { ...whole, endMs: '5' }],
    ['a count below zero', { ...whole, promptTokens: -1 }],
    ['an outcome that is not known', { ...whole, outcome: { state: 'retried' } }],
    ['another schema', { schema: 'crosschip.raw-records/2', ...rawHeader() }],
    ['a header with more', { schema: 'crosschip.raw-records/1', ...rawHeader(), x: 1 }],
    ['an event of four', withEvents([[1, 0, 10, 'answer']])],
    ['an event of another class', withEvents([[1, 0, 10, 'text', 1]])],
    ['an event without a time', withEvents([[null, 0, 10, 'answer', 1]])],
    ['a broken count of tokens', withEvents([[1, 0, 10, 'answer', 0.5]])],
    ['a count of tokens that no log can hold', withEvents([[1, 0, 10, 'answer', 2 ** 31]])],
    ['a read far away', withEvents([[1, 2 ** 40, 10, 'answer', 1]])],
    [
      'a read that goes back',
      withEvents([
        [1, 1, 10, 'answer', 1],
        [1, 0, 20, 'answer', 1],
      ]),
    ],
    [
      'two times of one read',
      withEvents([
        [1, 1, 10, 'answer', 1],
        [2, 1, 20, 'answer', 1],
      ]),
    ],
  ])('is refused with %s', (_, value) => {
    expect(() => parseRawLine(JSON.stringify(value))).toThrow(UnreadableRecord)
  })

  it('is refused when it is no JSON', () => {
    expect(() => parseRawRecord(formatRawRecord(fc.sample(record, 1)[0]!).slice(0, -3))).toThrow(/^not JSON/)
  })
})
