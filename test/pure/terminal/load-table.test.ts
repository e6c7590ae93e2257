import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LoadPoint } from '../../../src/record/cell-result.ts'
import { formatLoadTable } from '../../../src/terminal/load-table.ts'
import { hostileText } from '../../fixtures/hostile-text.ts'
import { closedPoint, GOOD_CLIENT, LATE_TAIL, loadReport, metrics, STALL } from '../report/load-page-reports.ts'

const lineWith = (text: string, part: string) => text.split('\n').find((line) => line.includes(part)) ?? ''
const open = (changes: Partial<LoadPoint> = {}) =>
  closedPoint(16, { load: '12.5-100 req/s gamma 0.5', concurrency: null, ...changes })

describe('the table of a load', () => {
  it('reads as it should', () => {
    const points = [
      closedPoint(1),
      closedPoint(64, { invalid: [LATE_TAIL] }),
      closedPoint(256, { invalid: [STALL], failed: { timeout: 3, connect: 2 } }),
      closedPoint(1, { repetition: 2 }),
    ]
    const note = '1 / ITL of each request'
    const compat = {
      peer: 'aiperf' as const,
      load: 'c64',
      repetition: 1,
      rows: [
        { name: 'Output Token Throughput Per User (tokens/sec/user) avg', value: 61.2, unit: 'tok/s', note },
        { name: 'Output Token Throughput Per User (tokens/sec/user) p99', value: null, unit: 'tok/s', note },
        { name: 'Request Count (requests)', value: 3072, unit: '', note: '' },
      ],
    }
    expect(formatLoadTable(loadReport(points, { compat: [compat], interrupted: true }))).toMatchSnapshot()
  })

  it('says whether a point holds, wholly or but for its tails', () => {
    const points = [
      closedPoint(1),
      closedPoint(2, { invalid: [LATE_TAIL] }),
      closedPoint(3, { invalid: [LATE_TAIL, STALL] }),
    ]
    const text = formatLoadTable(loadReport(points))
    expect(lineWith(text, 'c1 ')).toMatch(/yes$/)
    expect(lineWith(text, 'c2 ')).toMatch(/tails no$/)
    expect(lineWith(text, 'c3 ')).toMatch(/NO$/)
    expect(text).toContain(`not valid at c3 (client): ${STALL.reason}`)
    expect(text).toContain(`tails not valid at c2, c3 (client): ${LATE_TAIL.reason}`)
  })

  it('tells the bounds of a good request, and leaves out what a summary does not know', () => {
    const slo = { ttftMs: 2000, tpotMs: 80, e2elMs: null }
    const text = formatLoadTable(loadReport([closedPoint(4)], { slo, url: null, seed: null, workload: null }))
    expect(text.replace(/\s+/g, ' ')).toMatch(
      /^deepseek-v4-flash several workloads; .*; good: TTFT ≤ 2,000 ms, TPOT ≤ 80 ms /,
    )
  })

  it('has columns of goodput and of prefix hits only where there are such', () => {
    expect(formatLoadTable(loadReport([closedPoint(4)]))).not.toMatch(/goodput|prefix/)
    const none = closedPoint(4, { metrics: metrics({ 'prefix-cache-hit-rate': 0 }) })
    expect(formatLoadTable(loadReport([none]))).not.toContain('prefix')
    const both = closedPoint(4, { metrics: metrics({ goodput: 0, 'prefix-cache-hit-rate': 31.4 }) })
    expect(formatLoadTable(loadReport([both]))).toMatch(/goodput.*prefix/)
  })

  it('says what a dash needs, and nothing where there is none', () => {
    const few = closedPoint(4, { metrics: metrics({ 'ttft.token.p50': null, 'ttft.token.p99': null }, 2) })
    const text = formatLoadTable(loadReport([few]))
    expect(text).toContain('–: too few samples; a p50 needs 3, a p99 needs 459')
    expect(text).toMatch(/–: no samples for TPOT p50, ITL p99/)
    expect(formatLoadTable(loadReport([closedPoint(64)]))).not.toContain('–')
  })

  it('tells the worst of the client in one line, and whether tokens were exact', () => {
    const one = formatLoadTable(loadReport([closedPoint(1)]))
    expect(one.replace(/\n {2}/g, ' ')).toContain(
      'client error p50 0.04 p99 0.3 ms, busy 21 %, longest stall 3 ms, connections reused 100 %, tokens exact\n',
    )
    const worse = closedPoint(4, {
      client: { ...GOOD_CLIENT, stampErrorP99Ms: 0.8, longestStallMs: 31, reusedShare: 0.96 },
      invalid: [{ code: 'wrong-token-count', by: 'server', voids: 'all', reason: '127 instead of 128' }],
    })
    const two = formatLoadTable(loadReport([closedPoint(1), worse])).replace(/\n {2}/g, ' ')
    expect(two).toContain(
      'p99 0.8 ms, busy 21 %, longest stall 31 ms, connections reused 96 %, tokens not exact at c4 (the worst of 2',
    )
    expect(formatLoadTable(loadReport([closedPoint(1, { client: null })]))).not.toContain('client error')
  })

  it('tells the calibration by the rate of one stream', () => {
    const text = formatLoadTable(loadReport([closedPoint(1)])).replace(/\n {2}/g, ' ')
    expect(text).toContain('p99 0.4 ms at 64 streams × 50 events/s; one thread takes 120,000 events/s')
    expect(formatLoadTable(loadReport([closedPoint(1)], { calibration: null }))).not.toContain('calibrated')
  })

  it('says a remark once, with its levels where it is not of all', () => {
    const points = [closedPoint(1, { remarks: ['of all', 'of some'] }), closedPoint(4, { remarks: ['of all'] })]
    const lines = formatLoadTable(loadReport(points, { remarks: ['of all', 'of the run'] })).split('\n')
    const remarks = lines.filter((line) => line.startsWith('remark'))
    expect(remarks).toEqual(['remark: of all', 'remark: of the run', 'remark: c1: of some'])
  })

  it('fits in 100 columns with every column, the longest names and great numbers', () => {
    const great = metrics({ goodput: 9999.4, 'prefix-cache-hit-rate': 99.9, 'output-tokens-per-second': 654_321 })
    const values = great.map((metric) => ({ ...metric, value: metric.unit === 'ms' ? 123_456.7 : metric.value }))
    const reason = 'words of a reason that goes on and on, '.repeat(9)
    const points = [open({ metrics: values, planned: 65_000, succeeded: 64_000, invalid: [{ ...STALL, reason }] })]
    for (const line of formatLoadTable(loadReport(points)).split('\n')) expect(line.length).toBeLessThanOrEqual(100)
  })

  it('is said too where nothing was measured', () => {
    expect(formatLoadTable(loadReport([], { interrupted: true }))).toMatch(/no load point.*\n[\s\S]*interrupted/)
  })

  it('lets nothing of a server steer the terminal', () => {
    fc.assert(
      fc.property(hostileText(300), hostileText(300), (model, reason) => {
        const points = [closedPoint(4, { invalid: [{ ...STALL, reason }], remarks: [reason] })]
        const row = { name: reason, value: 1, unit: model, note: reason }
        const compat = [{ peer: 'vllm' as const, load: 'c4', repetition: 1, rows: [row] }]
        const text = formatLoadTable(loadReport(points, { model, remarks: [reason], compat }))
        expect(text.replace(/\n/g, '')).not.toMatch(/\p{Cc}|\p{Cs}|\u202E/u)
        expect(text).not.toContain('##[')
        for (const line of text.split('\n')) expect(line.trimStart()).not.toMatch(/^::/)
      }),
      { numRuns: 50 },
    )
  })
})
