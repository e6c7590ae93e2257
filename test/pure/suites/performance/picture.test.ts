import { describe, expect, it } from 'vitest'
import { metricPoint } from '../../../../src/suites/performance/metrics/metric-point.ts'
import { gapHistogram, pointPicture } from '../../../../src/suites/performance/picture.ts'
import type { RequestRecord } from '../../../../src/suites/performance/record.ts'
import { loadRun, record, spec } from './records.ts'

const good = record([
  [20, 0, 'role'],
  [30, 1, 'answer'],
  [50, 2, 'answer'],
  [90, 3, 'usage'],
])
const failed: RequestRecord = { ...good, outcome: { state: 'failed', error: 'truncated', detail: '' } }
const drawn = (records: RequestRecord[]) =>
  pointPicture('c2', 1, records, metricPoint(loadRun(records), spec, null)).requests

describe('the picture of a load point', () => {
  it('shows the same TTFT and E2EL as the metrics, and how long a failure took', () => {
    expect(drawn([good, failed])).toEqual([
      { atSeconds: 0.01, ttftMs: 20, e2elMs: 40, failed: false },
      { atSeconds: 0.01, ttftMs: null, e2elMs: 80, failed: true },
    ])
  })

  it('picks evenly where there are more requests than dots', () => {
    const many = Array.from({ length: 5000 }, (_, index) => ({ ...good, writtenMs: 1000 * index }))
    const at = drawn(many).map(({ atSeconds }) => atSeconds)
    expect(at).toHaveLength(2000)
    expect([at[0], at[1], at[2], at.at(-1)]).toEqual([0, 2, 5, 4997])
  })

  it('counts every gap once, in bins that are even on a logarithmic scale', () => {
    const { edgesMs, counts } = gapHistogram(Float64Array.of(0, 1, 1, 10, 100))
    expect([edgesMs.length, counts.length]).toEqual([49, 48])
    expect([edgesMs[0], edgesMs[24]!, edgesMs[48]!].map((edge) => Math.round(edge! * 1e6) / 1e6)).toEqual([1, 10, 100])
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5)
    expect([counts[0], counts.at(-1)]).toEqual([3, 1])
    expect(gapHistogram(Float64Array.of(0, 0))).toEqual({ edgesMs: [], counts: [] })
  })
})
