import type { CompatRow } from '../../../record/load-report.ts'
import type { RequestRecord } from '../record.ts'
import { numpySummary } from './numpy.ts'
import { allGaps, meanGap, peerTimes, perSecond, row, stampsOf, succeeded, sum, timed } from './view.ts'

/* Definitions: ai-dynamo/aiperf, src/aiperf/metrics/types/ (0.13, 2026). */

const TOKENS = 'tokens by usage, as with --use-server-token-count; by default aiperf tokenizes the text itself'

/**
 * As AIPerf would print. A content response is one with text, reasoning or a tool call; TTFT is the first of them, the
 * request latency ends with the last, and ITL is a mean of each request, not a gap.
 */
export function aiperfView(records: readonly RequestRecord[], durationMs: number): CompatRow[] {
  const done = succeeded(records)
  const requests = timed(records, (record) => peerTimes(stampsOf(record, isContent), record.dequeuedMs))
  const interToken = requests.flatMap(({ record, times }) => meanGap(times, record.completionTokens) ?? [])
  const outputs = requests.flatMap(({ record, times }) => {
    const { completionTokens } = record
    return completionTokens === null ? [] : [{ tokens: completionTokens, latencyMs: times.latencyMs }]
  })
  const input = sum(done.map(({ promptTokens }) => promptTokens ?? 0))
  const output = sum(done.map(({ completionTokens }) => completionTokens ?? 0))
  return [
    ...rows(
      'Time to First Token (ms)',
      'ms',
      requests.map(({ times }) => times.ttftMs),
      'first text, reasoning or tool call; starts when the request may be sent, before it is written',
    ),
    ...rows(
      'Time to Second Token (ms)',
      'ms',
      requests.flatMap(({ times }) => times.gapsMs[0] ?? []),
      'from the first content response to the second, whatever tokens they hold; 0 when they came in one read',
    ),
    ...rows(
      'Time to First Output Token (ms)',
      'ms',
      requests.flatMap(firstOutput),
      'first text or tool call after any reasoning',
    ),
    ...rows(
      'Request Latency (ms)',
      'ms',
      requests.map(({ times }) => times.latencyMs),
      'until the last content response',
    ),
    ...rows(
      'Inter Token Latency (ms)',
      'ms',
      interToken,
      `(latency − TTFT) / (OSL − 1): our TPOT, one a request; ${TOKENS}`,
    ),
    ...rows(
      'Inter Chunk Latency (ms)',
      'ms',
      allGaps(requests.map(({ times }) => times)),
      'between content responses; those of one read are 0 apart',
    ),
    ...rows(
      'Output Token Throughput Per User (tokens/sec/user)',
      'tok/s',
      interToken.flatMap((gapMs) => (gapMs > 0 ? [1000 / gapMs] : [])),
      '1 / ITL of each request',
    ),
    ...rows(
      'E2E Output Token Throughput (tokens/sec/user)',
      'tok/s',
      outputs.flatMap(({ tokens, latencyMs }) => (latencyMs > 0 ? [(1000 * tokens) / latencyMs] : [])),
      'OSL / request latency',
    ),
    ...rows(
      'Output Sequence Length (tokens)',
      'tok',
      outputs.map(({ tokens }) => tokens),
      TOKENS,
    ),
    ...rows(
      'Input Sequence Length (tokens)',
      'tok',
      done.flatMap(({ promptTokens }) => promptTokens ?? []),
      'by usage, chat template included',
    ),
    row('Output Token Throughput (tokens/sec)', perSecond(output, durationMs), 'tok/s', TOKENS),
    row('Total Token Throughput (tokens/sec)', perSecond(input + output, durationMs), 'tok/s', TOKENS),
    row('Request Throughput (requests/sec)', perSecond(done.length, durationMs), 'req/s', ''),
    row('Request Count (requests)', done.length, '', ''),
  ]
}

function rows(name: string, unit: string, values: Iterable<number>, note: string): CompatRow[] {
  const summary = numpySummary(Float64Array.from(values))
  return [
    row(`${name} avg`, summary.mean, unit, note),
    row(`${name} min`, summary.least, unit, note),
    row(`${name} max`, summary.most, unit, note),
    row(`${name} p99`, summary.percentile(99), unit, note),
    row(`${name} p90`, summary.percentile(90), unit, note),
    row(`${name} p50`, summary.percentile(50), unit, note),
  ]
}

function firstOutput({ record }: { record: RequestRecord }): number[] {
  const first = stampsOf(record, (eventClass) => eventClass === 'answer' || eventClass === 'tool')[0]
  return first === undefined ? [] : [first - record.dequeuedMs]
}

function isContent(eventClass: string): boolean {
  return eventClass === 'answer' || eventClass === 'reasoning' || eventClass === 'tool'
}
