import { describe, expect, it } from 'vitest'
import { EventLog } from '../../../../../src/suites/performance/event-log.ts'
import type { EventClass, RequestRecord, ServerTimes } from '../../../../../src/suites/performance/record.ts'
import { agreementFaults } from '../../../../../src/suites/performance/server-metrics/agreement.ts'
import { peakInFlight } from '../../../../../src/suites/performance/server-metrics/first-token-agreement.ts'
import { serverTruth } from '../../../../../src/suites/performance/server-metrics/server-truth.ts'
import { vllmReading } from './pages.ts'

/** A request written at 0 with its first token after `ttftMs`; 100 tokens in and out. */
function sent(ttftMs: number, changes: Partial<RequestRecord> = {}, first: [number, EventClass][] = []): RequestRecord {
  const rows: [number, EventClass][] = [...first, [ttftMs, 'answer'], [ttftMs + 100, 'finish'], [ttftMs + 100, 'done']]
  return {
    id: 'r',
    session: 0,
    turn: 0,
    intendedMs: 0,
    dequeuedMs: 0,
    writtenMs: 0,
    firstByteMs: rows[0]![0],
    endMs: ttftMs + 100,
    reused: true,
    connectMs: 0,
    asked: { inputTokens: 100, outputTokens: 100, cachedTokens: 0 },
    events: EventLog.of(rows.map(([atMs, eventClass], read) => ({ atMs, read, class: eventClass }))),
    promptTokens: 100,
    completionTokens: 100,
    cachedTokens: 0,
    reasoningTokens: null,
    finishReason: 'length',
    server: null,
    outcome: { state: 'ok' },
    ...changes,
  }
}

const failed: Partial<RequestRecord> = {
  completionTokens: null,
  outcome: { state: 'failed', error: 'timeout', detail: '' },
}
const times = (ttftMs: number, queueMs: number | null = 0): ServerTimes => ({
  ttftMs,
  queueMs,
  generationMs: null,
  drafts: null,
  draftTokens: null,
  acceptedTokens: null,
})
const judge = (values: Record<string, number>, records: RequestRecord[], templateTokens = 8) =>
  agreementFaults({ counts: { dialect: 'vllm', values }, records, templateTokens })
const ten = (ttftMs: number, changes: Partial<RequestRecord> = {}) =>
  Array.from({ length: 10 }, () => sent(ttftMs, changes))

describe('tokens by the server against those by the answers', () => {
  it('agree within one per cent and a few tokens', () => {
    for (const generationTokens of [975, 1000, 1025]) expect(judge({ generationTokens }, ten(50))).toEqual([])
  })

  it('that are more mean that somebody else used the server', () => {
    expect(judge({ generationTokens: 1027 }, ten(50))).toMatchObject([
      { code: 'foreign-load', by: 'load', voids: 'all', reason: expect.stringMatching(/1027.*1000/) },
    ])
  })

  it('that are fewer contradict the usage of the answers', () => {
    expect(judge({ generationTokens: 900 }, ten(50))).toMatchObject([
      { code: 'server-disagrees', by: 'server', voids: 'all', reason: expect.stringMatching(/900.*1000/) },
    ])
  })

  it('of a failed request may be anything up to what it asked for', () => {
    const records = [...ten(50), sent(50, failed)]
    for (const generationTokens of [1000, 1100]) expect(judge({ generationTokens }, records)).toEqual([])
    expect(judge({ generationTokens: 1200 }, records)).toMatchObject([{ code: 'foreign-load' }])
  })

  it('of an answer without usage may be anything up to what it asked for', () => {
    const records = ten(50, { completionTokens: null })
    for (const generationTokens of [0, 1000]) expect(judge({ generationTokens }, records)).toEqual([])
  })

  it('leave room for one request too many, not for more', () => {
    expect(judge({ requestsFinished: 11 }, ten(50))).toEqual([])
    expect(judge({ requestsFinished: 12 }, ten(50))).toMatchObject([
      { code: 'foreign-load', reason: expect.stringMatching(/12 requests.*10/) },
    ])
  })

  it('cannot be compared where the server does not count', () => {
    expect(judge({}, ten(50))).toEqual([])
  })
})

describe("the first token by the server's histogram", () => {
  const histogram = (ttftMeanMs: number, ttftSamples = 10) => ({ ttftMeanMs, ttftSamples })

  it('agrees when it is a little earlier than the client saw it', () => {
    for (const mean of [86, 95, 100, 104]) expect(judge(histogram(mean), ten(100))).toEqual([])
  })

  it('cannot be later than the client saw it', () => {
    expect(judge(histogram(120), ten(100))).toMatchObject([
      { code: 'server-disagrees', by: 'server', voids: 'all', reason: expect.stringMatching(/100\.0 ms.*120\.0 ms/) },
    ])
  })

  it('that is much earlier voids the tails, and all when most of the time is unaccounted for', () => {
    expect(judge(histogram(400), ten(500))).toMatchObject([
      { code: 'server-disagrees', by: 'client', voids: 'tails', reason: expect.stringMatching(/500\.0 ms.*400\.0 ms/) },
    ])
    expect(judge(histogram(100), ten(500))).toMatchObject([{ code: 'server-disagrees', voids: 'all' }])
  })

  it('is compared with the first event of any kind, which the role may be', () => {
    const records = Array.from({ length: 10 }, () => sent(500, {}, [[100, 'role']]))
    expect(judge(histogram(95), records)).toEqual([])
    // The role may be sent at once; it is no token that could have come too early.
    const early = Array.from({ length: 10 }, () => sent(500, {}, [[1, 'role']]))
    expect(judge(histogram(400), early)).toEqual([])
  })

  it('leaves out the round trip, the tokenizer and the turns in the front end', () => {
    const far = ten(500).map((record) => ({ ...record, reused: false, connectMs: 150 }))
    expect(judge(histogram(400), far)).toEqual([])
    expect(judge(histogram(400), ten(500, { promptTokens: 20_000 }))).toEqual([])
    expect(
      judge(
        histogram(400, 100),
        Array.from({ length: 100 }, () => sent(500)),
      ),
    ).toEqual([])
  })

  it('says nothing when it is of other requests, or of none', () => {
    expect(judge(histogram(900, 14), ten(100))).toEqual([])
    expect(judge({ ttftSamples: 0 }, ten(100))).toEqual([])
    expect(judge(histogram(900), [sent(100, { events: EventLog.of([]) })])).toEqual([])
  })
})

describe('the first token by the answers themselves', () => {
  it('agrees with queue and all', () => {
    expect(judge({}, ten(100, { server: times(60, 35) }))).toEqual([])
  })

  it('goes before the histogram, which others are in too', () => {
    expect(judge({ ttftMeanMs: 900, ttftSamples: 10 }, ten(100, { server: times(95) }))).toEqual([])
  })

  it('cannot be later than the client saw it, in more than one request and one of twenty', () => {
    const wrong = sent(100, { server: times(90, 40) })
    const right = ten(100, { server: times(95) })
    expect(judge({}, [...right, wrong])).toEqual([])
    expect(judge({}, [...right, wrong, wrong])).toMatchObject([
      {
        code: 'server-disagrees',
        by: 'server',
        voids: 'all',
        reason: expect.stringMatching(/2 of 12.*100\.0 ms.*130\.0 ms/),
      },
    ])
    const many = Array.from({ length: 100 }, () => right[0]!)
    expect(judge({}, [...many, wrong, wrong, wrong])).toEqual([])
  })

  it('is a lower bound only, queue told or not', () => {
    expect(judge({}, ten(5000, { server: times(60, null) }))).toEqual([])
    expect(judge({}, ten(50, { server: times(60, null) }))).toMatchObject([{ code: 'server-disagrees', by: 'server' }])
    // As vLLM takes requests in between two steps: its queue begins late, its histogram when they arrive.
    expect(judge({ ttftMeanMs: 1226, ttftSamples: 10 }, ten(1231, { server: times(938) }))).toEqual([])
  })

  it('leaves a slow way to the histogram', () => {
    expect(judge({ ttftMeanMs: 400, ttftSamples: 10 }, ten(500, { server: times(300, 100) }))).toMatchObject([
      { code: 'server-disagrees', by: 'client', voids: 'tails' },
    ])
  })
})

describe('the prefix cache by the counters', () => {
  const counted = (prefixCacheHits: number) => ({ prefixCacheQueries: 10_000, prefixCacheHits })
  const silent = (cachedTokens: number) =>
    ten(50, { cachedTokens: null, asked: { inputTokens: 1000, outputTokens: 100, cachedTokens } })

  it('may serve the template, and what the load lets it serve', () => {
    expect(judge(counted(340), silent(0))).toEqual([])
    expect(judge(counted(5000), silent(500))).toEqual([])
  })

  it('voids the point when it served more', () => {
    expect(judge(counted(341), silent(0))).toMatchObject([
      { code: 'cache-contamination', by: 'load', voids: 'all', reason: expect.stringMatching(/341 of 10000/) },
    ])
  })

  it('is not judged by counters where the answers tell', () => {
    expect(judge(counted(9000), ten(50, { cachedTokens: 0 }))).toEqual([])
  })

  it('is not judged where what it may serve was only estimated', () => {
    const asked = { inputTokens: null, outputTokens: 100, cachedTokens: 100 }
    expect(judge(counted(9000), ten(50, { cachedTokens: null, asked }))).toEqual([])
  })
})

describe('the whole truth of a point', () => {
  it('is the counts with every fault', () => {
    const before = vllmReading({ generated: 0 })
    const after = vllmReading({ generated: 2000, finished: 20, ttftCount: 10, ttftSeconds: 2 })
    const { server, faults } = serverTruth({ before, after, between: [] }, ten(100), 0)
    expect(server).toMatchObject({ dialect: 'vllm', values: { generationTokens: 2000, ttftMeanMs: 200 } })
    expect(faults.map(({ code }) => code)).toEqual(['foreign-load', 'server-disagrees'])
  })

  it('after a restart is that alone', () => {
    const { faults } = serverTruth(
      { before: vllmReading({ generated: 9 }), after: vllmReading({}), between: [] },
      ten(50),
      0,
    )
    expect(faults.map(({ code }) => code)).toEqual(['server-restarted'])
  })

  it('without metrics is what the answers carry', () => {
    expect(serverTruth(null, ten(50), 0)).toEqual({ server: null, faults: [] })
    const { server, faults } = serverTruth(null, ten(50, { server: times(90) }), 0)
    expect(server).toBeNull()
    expect(faults).toMatchObject([{ code: 'server-disagrees' }])
  })
})

it('the peak in flight counts a request that begins when another ends once', () => {
  const between = (writtenMs: number, endMs: number) => sent(1, { writtenMs, endMs })
  expect(peakInFlight([between(0, 10), between(10, 20), between(5, 12)])).toBe(2)
  expect(peakInFlight([])).toBe(0)
})
