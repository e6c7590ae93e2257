import type { PointPicture } from '../../record/load-report.ts'
import { answerTimes } from './metrics/answer-times.ts'
import { chunkGaps } from './metrics/gaps.ts'
import type { MetricPoint } from './metrics/metric.ts'
import type { RequestRecord } from './record.ts'

/** More dots than this are no clearer, and a page with them is slow. */
const MAX_DRAWN_REQUESTS = 2000
const HISTOGRAM_BINS = 48

/** What the page draws of one load point. */
export function pointPicture(
  load: string,
  repetition: number,
  records: readonly RequestRecord[],
  point: MetricPoint,
): PointPicture {
  return { load, repetition, requests: drawnRequests(records), gaps: gapHistogram(chunkGaps(point)) }
}

/** Evenly picked by position in the plan, so that the picture keeps the shape of the whole. */
function drawnRequests(records: readonly RequestRecord[]): PointPicture['requests'] {
  const step = Math.max(1, records.length / MAX_DRAWN_REQUESTS)
  const drawn: PointPicture['requests'] = []
  for (let at = 0; at < records.length; at += step) {
    const record = records[Math.floor(at)]!
    const { firstTokenMs, lastTokenMs } = answerTimes(record)
    const failed = record.outcome.state === 'failed'
    drawn.push({
      atSeconds: record.writtenMs / 1000,
      ttftMs: failed || firstTokenMs === null ? null : firstTokenMs - record.writtenMs,
      // Of what failed: until it did.
      e2elMs: (failed ? record.endMs : (lastTokenMs ?? record.endMs)) - record.writtenMs,
      failed,
    })
  }
  return drawn
}

/** Bins evenly spaced in the logarithm between the least and the greatest gap; a gap of 0 counts in the first. */
export function gapHistogram(gapsMs: Float64Array): PointPicture['gaps'] {
  const sorted = gapsMs.filter((gap) => gap > 0)
  if (sorted.length === 0) return { edgesMs: [], counts: [] }
  const least = sorted.reduce((left, right) => Math.min(left, right))
  const most = Math.max(
    sorted.reduce((left, right) => Math.max(left, right)),
    least * 1.01,
  )
  const width = Math.log(most / least) / HISTOGRAM_BINS
  const counts = new Array<number>(HISTOGRAM_BINS).fill(0)
  for (const gap of gapsMs) {
    const bin = gap <= least ? 0 : Math.min(HISTOGRAM_BINS - 1, Math.floor(Math.log(gap / least) / width))
    counts[bin]!++
  }
  return { edgesMs: Array.from({ length: HISTOGRAM_BINS + 1 }, (_, edge) => least * Math.exp(width * edge)), counts }
}
