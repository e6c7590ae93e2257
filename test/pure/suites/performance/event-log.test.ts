import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BLOCK_EVENTS, CLASS_CODES, EventLog } from '../../../../src/suites/performance/event-log.ts'
import { EVENT_CLASSES } from '../../../../src/suites/performance/record.ts'

/** Reads of so many events each, all told by their index. */
function filled(log: EventLog, eventsOfReads: readonly number[], from = 0): EventLog {
  let index = from
  for (const events of eventsOfReads) {
    log.startRead(log.reads * 0.5)
    for (let event = 0; event < events; event++, index++) {
      const tokens = index % 3 === 0 ? null : index % 7
      log.append(CLASS_CODES[EVENT_CLASSES[index % EVENT_CLASSES.length]!], index * 200 + 0.5, tokens)
    }
  }
  return log
}

function expectEvent(log: EventLog, index: number): void {
  expect(log.offset(index)).toBe(index * 200 + 0.5)
  expect(log.classAt(index)).toBe(EVENT_CLASSES[index % EVENT_CLASSES.length])
  expect(log.tokens(index)).toBe(index % 3 === 0 ? null : index % 7)
  expect(log.atMs(index)).toBe(log.read(index) * 0.5)
}

describe('EventLog', () => {
  it('keeps every event and read, whatever room it began with', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.array(fc.nat(5), { maxLength: 60 }), (capacity, reads) => {
        const log = filled(new EventLog(capacity), reads)
        expect(log.length).toBe(reads.reduce((a, b) => a + b, 0))
        expect(log.reads).toBe(reads.length)
        for (let index = 0; index < log.length; index++) expectEvent(log, index)
        const events = [...log]
        expect(events.map((event) => event.read)).toEqual(reads.flatMap((count, read) => Array(count).fill(read)))
        expect([...EventLog.of(events)]).toEqual(events)
      }),
    )
  })

  it('goes on over the borders of its blocks, for events and for reads', () => {
    const log = filled(new EventLog(1e9), [3, ...Array(2 * BLOCK_EVENTS + 5).fill(1), BLOCK_EVENTS])
    expect(log.length).toBe(3 * BLOCK_EVENTS + 8)
    for (const border of [0, BLOCK_EVENTS, 2 * BLOCK_EVENTS, 3 * BLOCK_EVENTS])
      for (let index = Math.max(0, border - 3); index < border + 3; index++) expectEvent(log, index)
    expect(log.readAtMs(2 * BLOCK_EVENTS + 6)).toBe((2 * BLOCK_EVENTS + 6) * 0.5)
  })

  it.each([0, 5, BLOCK_EVENTS, BLOCK_EVENTS + 9])(
    'gives %d events to another thread in columns, to go on with',
    (count) => {
      const log = filled(new EventLog(), Array(count).fill(1))
      const columns = log.columns()
      expect(columns.offset).toHaveLength(count)
      const taken = EventLog.fromColumns(structuredClone(columns))
      expect([taken.length, taken.reads]).toEqual([count, count])
      filled(taken, [BLOCK_EVENTS], count)
      for (const index of [0, count - 1, count, count + 1, count + BLOCK_EVENTS - 1])
        if (index >= 0) expectEvent(taken, index)
      expect(taken.read(count)).toBe(count)
      expect(log.length).toBe(count)
    },
  )
})
