import { describe, expect, it } from 'vitest'
import { contradictions } from '../../../src/commands/summarise/contradictions.ts'
import { mergeParts } from '../../../src/commands/summarise/merge-parts.ts'
import type { Part } from '../../../src/commands/summarise/read-parts.ts'
import type { PointFault } from '../../../src/record/cell-result.ts'
import type { RawRecordsHeader } from '../../../src/suites/performance/raw-header.ts'
import type { RequestRecord } from '../../../src/suites/performance/record.ts'
import { GOOD_CLIENT } from '../report/load-page-reports.ts'
import { rawHeader } from '../suites/performance/raw-headers.ts'
import { steadyRecord } from '../suites/performance/records.ts'

const TOKENS = 8
const request = (session: number, writtenMs: number, changes: Partial<RequestRecord> = {}) =>
  steadyRecord({ writtenMs, ttftMs: 20, gapMs: 10, tokens: TOKENS }, { id: `r${session}`, session, ...changes })
/** From its request to its last token. */
const REQUEST_MS = 20 + 10 * (TOKENS - 1)

function part(file: string, records: RequestRecord[], changes: Partial<RawRecordsHeader> = {}): Part {
  return { file, line: 1, header: rawHeader({ planned: records.length, ...changes }), records }
}
const share = (host: number, records: RequestRecord[], changes: Partial<RawRecordsHeader> = {}) =>
  part(`${host}.jsonl`, records, { hostShare: { host, hosts: 2 }, originMs: host * 1e6, ...changes })

const asMeasured = { slo: null, devices: null }
const merge = (parts: [Part, ...Part[]], given: Parameters<typeof mergeParts>[1] = asMeasured) =>
  mergeParts(parts, given)
const codes = (parts: [Part, ...Part[]]) => merge(parts).point.invalid.map(({ code }) => code)
const value = (parts: [Part, ...Part[]], name: string, given = asMeasured as Parameters<typeof mergeParts>[1]) =>
  merge(parts, given).point.metrics.find((metric) => metric.name === name)?.value

describe('shares of several hosts', () => {
  const odd = share(1, [request(0, 0), request(2, 100)])
  const even = share(2, [request(1, 0), request(3, 300)])

  it('are one load point with the requests of all, in the order planned', () => {
    const { point, run } = merge([even, odd])
    expect(run.records.map(({ session }) => session)).toEqual([0, 1, 2, 3])
    expect(point).toMatchObject({ planned: 4, succeeded: 4, concurrency: 2, rawRecord: null })
  })

  it('take as long as the longest, by times from their own origins', () => {
    expect(merge([odd, even]).point.durationMs).toBe(300 + REQUEST_MS)
    expect(value([odd, even], 'output-tokens-per-second')).toBeCloseTo((4 * TOKENS * 1000) / (300 + REQUEST_MS))
  })

  it('are a part of the load when one is missing', () => {
    expect(codes([odd, even])).not.toContain('unsent')
    const { point } = merge([even])
    expect(point.invalid).toContainEqual(
      expect.objectContaining({ code: 'unsent', voids: 'all', reason: expect.stringMatching(/host 1 of 2/) }),
    )
  })

  it('are no common load when one began much later', () => {
    const at = (second: string) => ({ startedAt: `2026-01-02T03:04:${second}.000Z` })
    const begun = (second: string) =>
      codes([share(1, [request(0, 0)], at('00')), share(2, [request(1, 0)], at(second))])
    expect(begun('01')).not.toContain('late-dispatch')
    expect(begun('02')).toContain('late-dispatch')
  })

  it('allow a later beginning in a longer load', () => {
    const long = [request(0, 0), request(2, 60_000)]
    const late = share(2, [request(1, 0)], { startedAt: '2026-01-02T03:04:07.000Z' })
    expect(codes([share(1, long), late])).not.toContain('late-dispatch')
  })

  it('have the worst of each client, and the faults that each saw', () => {
    const stall: PointFault = { code: 'client-stall', by: 'client', voids: 'tails', reason: 'stood still' }
    const first = share(1, [request(0, 0)], { client: { ...GOOD_CLIENT, utilisation: 0.7, stampErrorP50Ms: null } })
    const second = share(2, [request(1, 0)], { client: { ...GOOD_CLIENT, reusedShare: 0.5 }, faults: [stall] })
    const { client, invalid } = merge([first, second]).point
    expect(client).toMatchObject({ threads: 2, utilisation: 0.7, stampErrorP50Ms: null, reusedShare: 0.5 })
    expect(invalid).toContainEqual({ ...stall, reason: 'host 2: stood still' })
  })

  it('explain together what the server counted, which each alone could not', () => {
    const server = { dialect: 'vllm', values: { generationTokens: 2 * 40 * TOKENS, requestsFinished: 80 } }
    const records = (first: number) => Array.from({ length: 40 }, (_, index) => request(2 * index + first, 10 * index))
    const [own, other] = [share(1, records(0), { server }), share(2, records(1), { server })]
    expect(codes([own, other])).not.toContain('foreign-load')
    expect(codes([part('alone.jsonl', records(0), { server })])).toContain('foreign-load')
    const more = { ...server, values: { ...server.values, requestsFinished: 95 } }
    expect(codes([share(1, records(0), { server: more }), share(2, records(1), { server: more })])).toContain(
      'foreign-load',
    )
  })
})

describe('a point of one host', () => {
  it('is judged anew by its records, not by what was said of them', () => {
    const failed = { state: 'failed', error: 'timeout', detail: 'x' } as const
    const said: PointFault = { code: 'not-steady', by: 'load', voids: 'all', reason: 'an older rule' }
    expect(codes([part('a', [request(0, 0), request(1, 0, { outcome: failed })], { faults: [said] })])).toEqual([
      'failed-requests',
    ])
    expect(codes([part('a', [request(0, 0, { completionTokens: 3 })])])).toEqual(['wrong-token-count'])
    expect(codes([part('a', [request(0, 0)], { planned: 2 })])).toEqual(['unsent'])
    expect(codes([part('a', [request(0, 0)])])).toEqual([])
  })

  it('keeps what only those saw who measured, and where it lies', () => {
    const busy: PointFault = { code: 'client-busy', by: 'client', voids: 'all', reason: 'busy' }
    const { point } = merge([part('a.jsonl', [request(0, 0)], { faults: [busy], remarks: ['so it was'] })])
    expect(point.invalid).toEqual([busy])
    expect(point.remarks).toContain('so it was')
    expect(point.rawRecord).toBe('a.jsonl')
  })

  it('takes other bounds and devices than it was measured with', () => {
    const records = Array.from({ length: 10 }, (_, index) => request(index, 50 * index))
    const slo = { ttftMs: 30, tpotMs: null, e2elMs: null }
    const parts: [Part] = [part('a', records, { slo, devices: 2 })]
    const good = value(parts, 'goodput')
    expect(good).toBeGreaterThan(0)
    expect(value(parts, 'goodput', { slo: { ...slo, ttftMs: 10 }, devices: null })).toBe(0)
    const perDevice = 'output-tokens-per-second-per-device'
    expect(value(parts, perDevice, { slo: null, devices: 8 })! * 4).toBeCloseTo(value(parts, perDevice)!)
  })
})

describe('parts that contradict each other', () => {
  const of = (...parts: Part[]) => contradictions(parts).map(({ file, message }) => `${file}: ${message}`)

  it('are none when they are shares of one load', () => {
    expect(of(share(1, []), share(2, []))).toEqual([])
    expect(of(part('a', []))).toEqual([])
  })

  it.each<[string, Part, RegExp]>([
    ['two whole loads', part('2.jsonl', []), /^2\.jsonl: c2 of load is in 1\.jsonl too, and this is not the share/],
    ['the same share twice', share(1, [], {}), /^1\.jsonl: share 1\/2 of c2 of load is in 1\.jsonl too/],
    ['another number of hosts', share(2, [], { hostShare: { host: 2, hosts: 3 } }), /among 3 hosts, .* among 2/],
    ['another seed', share(2, [], { seed: 7 }), /has seed 7, but in 1\.jsonl 1/],
    ['another model', share(2, [], { model: 'other' }), /has model "other", but in 1\.jsonl "toy"/],
    ['another concurrency', share(2, [], { arrival: { kind: 'closed', concurrency: 9 } }), /has arrival \{.*9\}, but/],
  ])('are named with their file: %s', (_, other, message) => {
    expect(of(share(1, []), other)).toEqual([expect.stringMatching(message)])
  })
})
