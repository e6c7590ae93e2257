import { describe, expect, it } from 'vitest'
import { isServerFault } from '../../../../src/compare/unmeasured.ts'
import { loadPointSchema, type PointFault } from '../../../../src/record/cell-result.ts'
import type { RequestRecord } from '../../../../src/suites/performance/record.ts'
import { type PointInput, summarisePoint } from '../../../../src/suites/performance/summarise.ts'
import { loadRun, record, spec, steadyRecord } from './records.ts'

const good = record([
  [20, 0, 'answer'],
  [30, 1, 'answer'],
  [32, 2, 'answer'],
  [34, 3, 'answer'],
  [40, 4, 'usage'],
  [41, 5, 'done'],
])
const broken: RequestRecord = { ...good, outcome: { state: 'failed', error: 'timeout', detail: 'no answer' } }

const summarised = (records: RequestRecord[], changes: Partial<PointInput> = {}) =>
  summarisePoint({
    run: loadRun(records),
    spec,
    repetition: 1,
    client: null,
    server: null,
    faults: [],
    tokenSource: 'server',
    templateTokens: 10,
    remarks: [],
    ...changes,
  })
const faultsOf = (records: RequestRecord[], changes: Partial<PointInput> = {}) => summarised(records, changes).invalid
const value = (point: ReturnType<typeof summarisePoint>, name: string) =>
  point.metrics.find((metric) => metric.name === name)?.value

describe('summarisePoint', () => {
  it('gives a valid point that the result schema takes', () => {
    const point = summarised([good, good, good])
    expect(point).toMatchObject({ planned: 3, succeeded: 3, failed: {}, invalid: [], load: 'c2', concurrency: 2 })
    expect(value(point, 'ttft.token.p50')).toBe(10)
    expect(value(point, 'output-tokens-per-second')).toBe(120)
    expect(loadPointSchema.parse(point)).toEqual(point)
  })

  it('keeps a value back where the samples are too few, and says how many there were', () => {
    const point = summarised([good, good, good])
    expect(point.metrics.find((metric) => metric.name === 'ttft.token.p99')).toMatchObject({ value: null, samples: 3 })
    expect(value(summarised(Array(459).fill(good)), 'ttft.token.p99')).toBe(10)
  })

  it('names no concurrency for an open loop, and carries what others found', () => {
    const fault: PointFault = { code: 'steal', by: 'client', voids: 'tails', reason: 'stolen' }
    const arrival = { kind: 'open', requestsPerSecond: 4, law: 'poisson', burstiness: 1, maxConcurrency: 64 } as const
    const point = summarised([good, good, good], {
      spec: { ...spec, load: '4 req/s', arrival },
      repetition: 2,
      faults: [fault],
      remarks: ['as told'],
    })
    expect(point).toMatchObject({ load: '4 req/s', concurrency: null, repetition: 2 })
    expect(point.invalid).toContainEqual(fault)
    expect(point.remarks[0]).toBe('as told')
  })

  it('stays within the maxima of the result schema', () => {
    const long: RequestRecord = { ...good, outcome: { state: 'failed', error: 'timeout', detail: 'x'.repeat(5000) } }
    const fault: PointFault = { code: 'steal', by: 'client', voids: 'tails', reason: 'stolen' }
    const point = summarised([good, long], { faults: Array(40).fill(fault), remarks: Array(40).fill('y'.repeat(3000)) })
    expect(loadPointSchema.safeParse(point).error).toBeUndefined()
  })
})

describe('faults of requests', () => {
  it('count failed requests by class, void the point and leave them out of the metrics', () => {
    const point = summarised([good, broken, broken])
    expect(point.failed).toEqual({ timeout: 2 })
    expect(point.invalid).toEqual([
      {
        code: 'failed-requests',
        by: 'server',
        voids: 'all',
        reason: '2 of 3 requests failed (2 × timeout); the first: no answer',
      },
    ])
    expect(value(point, 'output-tokens-per-second')).toBe(40)
  })

  it('say when not all requests were sent', () => {
    expect(faultsOf([good], { run: loadRun([good], { planned: 3 }) })).toEqual([
      { code: 'unsent', by: 'load', voids: 'all', reason: 'only 1 of 3 requests were sent' },
    ])
  })

  it('are the client’s where it had no descriptor or no port left', () => {
    const by = (error: 'connect' | 'error-event', detail: string) =>
      faultsOf([good, { ...good, outcome: { state: 'failed', error, detail } }]).map((fault) => fault.by)
    expect(by('connect', 'connect EMFILE 127.0.0.1:8000 - Local (undefined:undefined)')).toEqual(['client'])
    expect(by('connect', 'connect EADDRNOTAVAIL 127.0.0.1:8000')).toEqual(['client'])
    expect(by('connect', 'connect ECONNREFUSED 127.0.0.1:8000')).toEqual(['server'])
    expect(by('error-event', 'EMFILE')).toEqual(['server'])
  })

  it('are all the server’s where it hung, so that the rest was not sent', () => {
    const faults = faultsOf([good, broken], { run: loadRun([good, broken], { planned: 3 }) })
    expect(faults.map(({ code, by }) => [code, by])).toEqual([
      ['unsent', 'server'],
      ['failed-requests', 'server'],
    ])
    expect(faults[0]!.reason).toBe('only 2 of 3 requests were sent: the server hung')
    expect(isServerFault(faults)).toBe(true)
  })
})

describe('faults of tokens', () => {
  const reasons = (records: RequestRecord[]) => faultsOf(records).map(({ code, by, reason }) => [code, by, reason])

  it('void a point whose token counts are not what each request asked for', () => {
    const short = { ...good, completionTokens: 2 }
    expect(reasons([short, { ...good, completionTokens: 3 }, good])).toEqual([
      ['wrong-token-count', 'server', '2 to 3 completion tokens instead of 4 in 2 of 3 answers'],
    ])
    expect(reasons([{ ...good, completionTokens: null }, good, good])).toEqual([
      ['no-usage', 'server', 'the server did not count the tokens (no usage) in 1 of 3 answers'],
    ])
    expect(reasons([record([[20, 0, 'role']]), good, good])).toEqual([
      ['no-tokens', 'server', 'no event carried a token in 1 of 3 answers'],
    ])
    const longer = { ...good, completionTokens: 6, asked: { ...good.asked, outputTokens: 6 } }
    expect(reasons([good, longer])).toEqual([])
  })

  it('take prompts within 5 % of the length each was asked with', () => {
    const of = (promptTokens: number, inputTokens: number | null = 32) =>
      reasons(Array(3).fill({ ...good, promptTokens, asked: { ...good.asked, inputTokens } }))
    expect(of(33)).toEqual([])
    expect(of(34)).toEqual([['prompt-length', 'load', '34 prompt tokens instead of 32 in 3 of 3 answers']])
    expect(of(34, 34)).toEqual([])
    expect(of(3400, null)).toEqual([])
  })
})

describe('cache contamination', () => {
  const cached = (cachedTokens: number, allowed = 0): RequestRecord => ({
    ...good,
    promptTokens: 1000,
    asked: { inputTokens: 1000, outputTokens: 4, cachedTokens: allowed },
    cachedTokens,
  })

  it('is one request that a cache served more than template and salt', () => {
    expect(faultsOf([cached(26), cached(0)])).toEqual([])
    const [fault, ...others] = faultsOf([cached(27), cached(0)])
    expect(others).toEqual([])
    expect(fault).toMatchObject({ code: 'cache-contamination', by: 'load', voids: 'all' })
    expect(fault!.reason).toContain('27 prompt tokens (1.4 % of all prompt tokens)')
    expect(fault!.reason).toContain('in 1 of 2 requests')
  })

  it('is not judged by an allowance that was only estimated, unless nothing is allowed', () => {
    const uncounted = (served: number, allowed: number): RequestRecord => ({
      ...cached(served),
      asked: { inputTokens: null, outputTokens: 4, cachedTokens: allowed },
    })
    expect(faultsOf([uncounted(900, 500)])).toEqual([])
    expect(faultsOf([uncounted(900, 0)])).toHaveLength(1)
  })

  it('is not what the scenario asks a cache to serve, in whole blocks', () => {
    expect(faultsOf([cached(500 + 282, 500)])).toEqual([])
    expect(faultsOf([cached(500 + 283, 500)])).toHaveLength(1)
  })
})

describe('remarks', () => {
  it('say where ITL resolves no single tokens, and where there is none', () => {
    const coalesced = record([
      [20, 0, 'answer'],
      [30, 1, 'answer'],
      [30, 1, 'answer'],
      [34, 2, 'answer'],
    ])
    expect(summarised([coalesced]).remarks.join()).toContain('ITL resolution limited: 50.0 %')
    const speculative = { ...good, completionTokens: 12, asked: { ...good.asked, outputTokens: 12 } }
    expect(summarised([speculative]).remarks.join()).toContain('no ITL: 12 tokens came in 4 events')
    expect(summarised([{ ...good, cachedTokens: 0 }]).remarks).toEqual([])
  })

  it('say how prompts were counted unless they were, and that cache hits would not be seen', () => {
    expect(summarised([good]).remarks.join()).toContain('prefix cache')
    const server = { dialect: 'vllm', values: { prefixCacheQueries: 0 } }
    expect(summarised([good], { server }).remarks).toEqual([])
    expect(summarised([good], { tokenSource: 'assumed' }).remarks.join()).toContain('assumed')
    expect(summarised([good], { tokenSource: 'calibrated' }).remarks.join()).toContain('calibrated')
  })
})

describe('dispatch', () => {
  const open = { kind: 'open', requestsPerSecond: 4, law: 'poisson', burstiness: 1, maxConcurrency: 64 } as const
  const late = (lagMs: number, ttftMs = 100, atMs = 0) =>
    steadyRecord({ writtenMs: atMs + lagMs, ttftMs, gapMs: 1, tokens: 4 }, { intendedMs: atMs })
  const of = (records: RequestRecord[], arrival: typeof spec.arrival) =>
    faultsOf(records, { spec: { ...spec, arrival } }).filter(({ code }) => code === 'late-dispatch')

  it('may be a millisecond late in an open loop; more voids the tails, a median of a tenth of TTFT all', () => {
    expect(of([late(1), late(0.5)], open)).toEqual([])
    expect(of([late(1.5), late(0.5)], open)).toMatchObject([{ by: 'client', voids: 'tails' }])
    expect(of([late(12), late(0.5)], open)).toMatchObject([{ by: 'client', voids: 'tails' }])
    expect(of([late(12), late(12)], open)).toMatchObject([{ by: 'client', voids: 'all' }])
  })

  it('overlooks one late request of ten to a hundred, which p99 would not', () => {
    const punctual = Array.from({ length: 11 }, () => late(0))
    expect(of([...punctual, late(30)], open)).toEqual([])
    expect(of([...punctual, late(30), late(2)], open)).toMatchObject([{ voids: 'tails' }])
    expect(of([...punctual.slice(3), late(30)], open)).toHaveLength(1)
  })

  it('is the load’s own doing where all connections are taken', () => {
    const [fault] = of([late(12), late(12)], { ...open, maxConcurrency: 2 })
    expect(fault).toMatchObject({ by: 'load', voids: 'all' })
    expect(fault!.reason).toContain('all 2 connections were taken')
  })

  it('gives the first requests of a closed loop time to leave, and only them', () => {
    const closed = { kind: 'closed', concurrency: 256 } as const
    const wave = Array.from({ length: 256 }, (_, index) => late((34 * index) / 255))
    expect(of(wave, closed)).toEqual([])
    expect(
      of(
        wave.map((one) => ({ ...one, writtenMs: 1.1 * one.writtenMs })),
        closed,
      ),
    ).toMatchObject([{ voids: 'tails' }])
    expect(of([...wave, late(3, 100, 500)], closed)).toMatchObject([{ by: 'client', voids: 'tails' }])
    // Beside answers that begin after a second it is nothing.
    expect(of([...wave, ...Array.from({ length: 300 }, () => late(3, 1000, 500))], closed)).toEqual([])
  })

  it('lets the pause of a user end a little later', () => {
    const turn = { ...late(2.5), turn: 1 }
    expect(of([late(0), turn], open)).toEqual([])
    expect(of([late(0), { ...late(3.5), turn: 1 }], open)).toMatchObject([{ by: 'client', voids: 'tails' }])
  })

  it('does not count the time in which a new connection was made', () => {
    const fresh = { reused: false, connectMs: 3 }
    expect(of([late(0), { ...late(3.5), ...fresh }], open)).toEqual([])
    expect(of([late(0), { ...late(4.5), ...fresh }], open)).toHaveLength(1)
  })

  it('leaves requests out that never got a connection', () => {
    const refused: RequestRecord = { ...late(5000), outcome: { state: 'failed', error: 'connect', detail: '' } }
    expect(of([late(0), refused], open)).toEqual([])
  })

  it('wants every request on a connection that was open, if the server keeps them', () => {
    const fresh = { ...good, reused: false, connectMs: 3 }
    expect(faultsOf([good, fresh])).toMatchObject([{ code: 'connections', voids: 'tails' }])
    expect(faultsOf([good, fresh], { run: loadRun([good, fresh], { keepAlive: false }) })).toEqual([])
  })

  it('does not blame connections that a dead server refused', () => {
    const refused: RequestRecord = {
      ...good,
      reused: false,
      outcome: { state: 'failed', error: 'connect', detail: '' },
    }
    expect(faultsOf([good, refused]).map(({ code }) => code)).toEqual(['failed-requests'])
  })
})

describe('Little’s law', () => {
  /** Two at a time, 100 ms each, for four seconds. */
  const records = Array.from({ length: 80 }, (_, index) =>
    steadyRecord({ writtenMs: 100 * Math.floor(index / 2), ttftMs: 20, gapMs: 20, tokens: 5 }),
  )
  const looks = (requests: (index: number) => number) =>
    Array.from({ length: 40 }, (_, index) => ({ atMs: 50 + 100 * index, requests: requests(index) }))
  const of = (inFlight: { atMs: number; requests: number }[]) =>
    faultsOf(records, { run: loadRun(records, { inFlight, durationMs: 4000 }) }).filter(
      ({ code }) => code === 'littles-law',
    )

  it('holds where the records account for what was in flight', () => {
    expect(of(looks(() => 2))).toEqual([])
    expect(of(looks((index) => (index % 20 === 0 ? 3 : 2)))).toEqual([])
  })

  it('does not where they do not, either way', () => {
    expect(of(looks((index) => (index % 4 === 0 ? 3 : 2)))).toMatchObject([{ by: 'client', voids: 'all' }])
    expect(of(looks((index) => (index % 4 === 0 ? 1 : 2)))).toHaveLength(1)
  })

  it('counts a request from when its connection is made, as those do who look from outside', () => {
    const fresh = records.map((one) => ({
      ...one,
      reused: false,
      connectMs: 30,
      writtenMs: one.writtenMs + 30,
      dequeuedMs: one.dequeuedMs + 30,
    }))
    const inFlight = looks(() => 2)
    const run = loadRun(fresh, { inFlight, durationMs: 4000, keepAlive: false })
    expect(faultsOf(fresh, { run }).filter(({ code }) => code === 'littles-law')).toEqual([])
  })

  it('is not judged by few looks, nor by looks outside the measured time', () => {
    expect(of(looks(() => 9).slice(0, 19))).toEqual([])
    expect(of(looks(() => 9).map(({ atMs, requests }) => ({ atMs: atMs + 5000, requests })))).toEqual([])
  })

  it('allows what looking at single moments costs', () => {
    // Half the time one request, half the time none, and looks that always meet the one.
    const bursts = Array.from({ length: 40 }, (_, index) =>
      steadyRecord({ writtenMs: 100 * index, ttftMs: 10, gapMs: 10, tokens: 5 }),
    )
    const inFlight = bursts.map(({ writtenMs }) => ({ atMs: writtenMs + 20, requests: 1 }))
    expect(faultsOf(bursts, { run: loadRun(bursts, { inFlight }) })).toEqual([])
  })
})
