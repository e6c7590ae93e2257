import { describe, expect, it } from 'vitest'
import { clientStateSchema } from '../../../../../src/record/cell-result.ts'
import { EventLog } from '../../../../../src/suites/performance/event-log.ts'
import type { RequestRecord } from '../../../../../src/suites/performance/record.ts'
import { clientRemarks, clientState } from '../../../../../src/suites/performance/validity/client-state.ts'
import { mergeObservations } from '../../../../../src/suites/performance/validity/merge-observations.ts'
import { beats, observed } from './observed.ts'

function sent(parts: Partial<RequestRecord>): RequestRecord {
  return {
    id: 'r',
    session: 0,
    turn: 0,
    intendedMs: 0,
    dequeuedMs: 0,
    writtenMs: 0.5,
    firstByteMs: 10,
    endMs: 20,
    reused: true,
    connectMs: 0,
    asked: { inputTokens: 8, outputTokens: 4, cachedTokens: 0 },
    events: new EventLog(0),
    promptTokens: 8,
    completionTokens: 4,
    cachedTokens: 0,
    reasoningTokens: null,
    finishReason: 'length',
    server: null,
    outcome: { state: 'ok' },
    ...parts,
  }
}

const facts = (records: RequestRecord[]) => ({ threads: 1, transport: 'plain socket', records })

describe('the state of a client', () => {
  it('is valid in a result, of whatever was seen', () => {
    const states = [
      clientState(observed(), facts([sent({})])),
      clientState(observed({ beats: null, runDelayShare: null, stealShare: null, throttledMs: null }), facts([])),
    ]
    for (const state of states) expect(clientStateSchema.parse(state)).toEqual(state)
  })

  it('takes lag and reuse from the requests that were sent', () => {
    const refused = sent({
      reused: false,
      writtenMs: 900,
      outcome: { state: 'failed', error: 'connect', detail: 'refused' },
    })
    const reset = sent({
      reused: false,
      writtenMs: 2,
      outcome: { state: 'failed', error: 'reset-before-first-byte', detail: 'reset' },
    })
    const state = clientState(observed(), facts([sent({}), sent({}), sent({}), reset, refused]))
    expect(state).toMatchObject({ dispatchLagP99Ms: 2, reusedShare: 0.75 })
  })

  it('knows neither where nothing was sent', () => {
    expect(clientState(observed(), facts([]))).toMatchObject({ dispatchLagP99Ms: null, reusedShare: null })
  })

  it('has no percentile of too few beats', () => {
    expect(clientState(observed({ beats: beats(19, 0, 0) }), facts([]))).toMatchObject({
      stampErrorP50Ms: null,
      stampErrorP99Ms: null,
    })
    expect(clientState(observed({ beats: beats(99, 0, 0) }), facts([]))).toMatchObject({
      stampErrorP50Ms: 0.05,
      stampErrorP99Ms: null,
    })
    expect(clientState(observed({ beats: beats(100, 2, 7) }), facts([]))).toMatchObject({ stampErrorP99Ms: 7 })
  })

  it('counts as the longest stall what a timer or a beat waited', () => {
    expect(clientState(observed({ longestTimerStallMs: 9 }), facts([])).longestStallMs).toBe(9)
    expect(clientState(observed({ beats: beats(100, 1, 12) }), facts([])).longestStallMs).toBe(12)
  })
})

describe('the remarks on a client', () => {
  it('are none where everything was watched', () => {
    expect(clientRemarks(observed())).toEqual([])
    expect(clientRemarks(observed({ clockGovernor: 'performance' }))).toEqual([])
  })

  it('say that no reference stream ran, or that it fell silent', () => {
    expect(clientRemarks(observed({ beats: null }))[0]).toContain('no reference stream')
    expect(clientRemarks(observed({ beats: beats(0, 0, 0) }))[0]).toContain('fell silent')
    expect(clientRemarks(observed({ durationMs: 20, beats: beats(0, 0, 0) }))).toEqual([])
  })

  it('name a governor that slows the client', () => {
    expect(clientRemarks(observed({ clockGovernor: 'powersave' }))[0]).toContain('"powersave"')
  })
})

describe('several threads as one', () => {
  it('show of each number the worst', () => {
    const merged = mergeObservations(
      [
        observed({ utilisation: 0.2, longestTimerStallMs: 50, runDelayShare: null, windowUtilisations: [0.2] }),
        observed({ utilisation: 0.6, longestTimerStallMs: 2, runDelayShare: 0.1, windowUtilisations: [0.6] }),
      ],
      1,
    )
    expect(merged).toMatchObject({
      utilisation: 0.6,
      windowUtilisations: [0.6],
      longestTimerStallMs: 50,
      runDelayShare: 0.1,
    })
  })

  it('keep the beats of the latest thread whole, so that it does not thin out', () => {
    const late = beats(100, 5, 3)
    const threads = [observed({ beats: null }), observed(), observed({ beats: late }), observed()] as const
    expect(mergeObservations([...threads], 1).beats).toBe(late)
  })

  it('hide no thread that is late at the median behind one with a late tail, nor one with busy moments behind a busier one', () => {
    const [steadilyLate, tail] = [beats(1000, 1000, 0.4), beats(1000, 30, 3)]
    const busy = observed({ utilisation: 0.5, windowUtilisations: [0.5], beats: tail })
    const jerky = observed({ utilisation: 0.3, windowUtilisations: [0.1, 0.99], beats: steadilyLate })
    for (const threads of [
      [busy, jerky],
      [jerky, busy],
    ] as const) {
      const merged = mergeObservations([...threads], 1)
      expect(merged).toMatchObject({ utilisation: 0.5, windowUtilisations: [0.1, 0.99] })
      expect(merged.beats).toBe(steadilyLate)
    }
  })

  it('say nothing of what no thread was told', () => {
    expect(mergeObservations([observed({ stealShare: null, beats: null })], 1)).toMatchObject({
      stealShare: null,
      beats: null,
    })
  })
})
