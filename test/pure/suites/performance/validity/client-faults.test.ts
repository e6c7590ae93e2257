import { describe, expect, it } from 'vitest'
import { pointFaultSchema } from '../../../../../src/record/cell-result.ts'
import {
  clientFaults,
  MAX_CLOCK_STEP_MS,
  MAX_MEAN_RUN_DELAY_MS,
  MAX_RUN_DELAY_SHARE,
  MAX_RUN_DELAY_SHARE_FOR_MEDIANS,
  MAX_STALL_FOR_MEDIANS_MS,
  MAX_STALL_MS,
  MAX_STAMP_ERROR_P50_FOR_MEDIANS_MS,
  MAX_STAMP_ERROR_P50_MS,
  MAX_STAMP_ERROR_P99_MS,
  MAX_STEAL_SHARE,
  MAX_STEAL_SHARE_FOR_MEDIANS,
  MAX_THROTTLED_MS,
  MAX_UTILISATION,
  MAX_WINDOW_UTILISATION,
} from '../../../../../src/suites/performance/validity/client-faults.ts'
import type { ClientObservation } from '../../../../../src/suites/performance/validity/observation.ts'
import { beats, observed } from './observed.ts'

const verdicts = (parts: Partial<ClientObservation>) =>
  clientFaults(observed(parts)).map(({ code, voids }) => `${code} ${voids}`)
const errors = (ms: number) => ({ errorsMs: new Array(1000).fill(ms), senderDelaysMs: [] })
const windows = (busy: number, share: number) => [...new Array(busy).fill(share), ...new Array(100 - busy).fill(0.1)]

describe('a client that kept up', () => {
  it('has no fault', () => expect(clientFaults(observed())).toEqual([]))

  it('has none where the system tells nothing', () =>
    expect(
      verdicts({ runDelayShare: null, meanRunDelayMs: null, stealShare: null, throttledMs: null, beats: null }),
    ).toEqual([]))
})

const MORE = 1.001
const waited = (runDelayShare: number, meanRunDelayMs: number) => ({ runDelayShare, meanRunDelayMs })

/** What is seen, and what is said of it; each limit on both of its sides. */
const rows: [string, Partial<ClientObservation>, string[]][] = [
  ['as busy as it may be', { utilisation: MAX_UTILISATION }, []],
  ['busier', { utilisation: MAX_UTILISATION * MORE }, ['client-busy all']],
  ['two windows of a hundred as busy as they may be', { windowUtilisations: windows(2, MAX_WINDOW_UTILISATION) }, []],
  ['two windows busier', { windowUtilisations: windows(2, 0.96) }, ['client-busy tails']],
  ['one busy window, which no 99th percentile sees', { windowUtilisations: windows(1, 1) }, []],
  ['one busy window of few', { windowUtilisations: [0.1, 0.1, 1] }, ['client-busy tails']],
  [
    'busy all the time and in its windows',
    { utilisation: 1, windowUtilisations: windows(100, 1) },
    ['client-busy all'],
  ],
  ['a timer as late as it may be', { longestTimerStallMs: MAX_STALL_MS }, []],
  ['a timer later', { longestTimerStallMs: MAX_STALL_MS * MORE }, ['client-stall tails']],
  ['a stall that medians stand', { longestTimerStallMs: MAX_STALL_FOR_MEDIANS_MS }, ['client-stall tails']],
  ['a longer one', { longestTimerStallMs: MAX_STALL_FOR_MEDIANS_MS * MORE }, ['client-stall all']],
  ['15 % of a short point', { durationMs: 400, longestTimerStallMs: 60 }, ['client-stall tails']],
  ['more than 15 % of a short point', { durationMs: 400, longestTimerStallMs: 61 }, ['client-stall all']],
  ['most of a tiny point, but nothing long', { durationMs: 50, longestTimerStallMs: 30 }, []],
  ['one beat that waited', { beats: beats(1000, 1, 60) }, ['client-stall tails']],
  ['stamps as late as they may be at p50', { beats: errors(MAX_STAMP_ERROR_P50_MS) }, []],
  ['stamps later at p50', { beats: errors(MAX_STAMP_ERROR_P50_MS * MORE) }, ['client-late tails']],
  ['stamps much later at p50', { beats: errors(MAX_STAMP_ERROR_P50_FOR_MEDIANS_MS * MORE) }, ['client-late all']],
  ['later at p50 and p99', { beats: errors(MAX_STAMP_ERROR_P99_MS * MORE) }, ['client-late all']],
  ['1 % of the stamps late', { beats: beats(1000, 10, 2) }, []],
  ['more than 1 % late', { beats: beats(1000, 11, 2) }, ['client-late tails']],
  ['many as late as p99 may be', { beats: beats(1000, 100, MAX_STAMP_ERROR_P99_MS) }, []],
  ['one late beat of few', { beats: beats(20, 1, 2) }, []],
  ['two late beats of few', { beats: beats(20, 2, 2) }, ['client-late tails']],
  ['too few beats for a median', { beats: beats(10, 1, 2) }, []],
  ['as much run delay as may be', { ...waited(MAX_RUN_DELAY_SHARE, 1) }, []],
  ['more run delay', { ...waited(MAX_RUN_DELAY_SHARE * MORE, 1) }, ['run-delay tails']],
  ['much of it, in waits as short as may be', { ...waited(0.9, MAX_MEAN_RUN_DELAY_MS) }, []],
  ['more of it in longer waits', { ...waited(0.05, MAX_MEAN_RUN_DELAY_MS * MORE) }, ['run-delay tails']],
  ['much run delay', { ...waited(MAX_RUN_DELAY_SHARE_FOR_MEDIANS * MORE, 1) }, ['run-delay all']],
  ['as much steal as may be', { stealShare: MAX_STEAL_SHARE }, []],
  ['more steal', { stealShare: MAX_STEAL_SHARE * MORE }, ['steal tails']],
  ['much steal', { stealShare: MAX_STEAL_SHARE_FOR_MEDIANS * MORE }, ['steal all']],
  ['held back for as long as may be', { throttledMs: MAX_THROTTLED_MS }, []],
  ['held back longer', { throttledMs: MAX_THROTTLED_MS * MORE }, ['throttled tails']],
  ['held back for more than 5 % of the time', { throttledMs: 501 }, ['throttled all']],
  ['a clock moved as far as it may be', { clockStepMs: MAX_CLOCK_STEP_MS }, []],
  ['a clock set', { clockStepMs: MAX_CLOCK_STEP_MS * MORE }, ['clock-step all']],
]

describe('the faults of a client', () => {
  it.each(rows)('%s', (_, parts, expected) => expect(verdicts(parts)).toEqual(expected))

  it('are valid in a result and are by the client', () => {
    const faults = clientFaults(
      observed({
        utilisation: 1,
        longestTimerStallMs: 900,
        beats: errors(3),
        runDelayShare: 0.5,
        meanRunDelayMs: 1,
        stealShare: 0.5,
        throttledMs: 900,
        clockStepMs: 3_600_000,
      }),
    )
    expect(faults.map((fault) => pointFaultSchema.parse(fault).by)).toEqual(new Array(7).fill('client'))
    expect(new Set(faults.map(({ code }) => code)).size).toBe(7)
  })

  it('say whether the thread or the whole process stood still', () => {
    const reason = (senderDelayMs: number) =>
      clientFaults(observed({ longestTimerStallMs: 200, beats: beats(1000, 0, 0, [0.1, senderDelayMs]) }))[0]?.reason
    expect(reason(190)).toBe('the whole measuring process stood still for 200 ms (limit 40 ms)')
    expect(reason(2)).toBe('the measuring thread stood still for 200 ms (limit 40 ms)')
  })

  it('name the figure and its limit', () => {
    expect(clientFaults(observed({ utilisation: 0.934 }))[0]?.reason).toBe(
      'the client was busy 93.4 % of the time (limit 90 %)',
    )
    expect(clientFaults(observed({ beats: beats(1000, 25, 2) }))[0]?.reason).toBe(
      '2.5 % of the stamps were more than 1 ms late (limit 1 %)',
    )
  })
})
