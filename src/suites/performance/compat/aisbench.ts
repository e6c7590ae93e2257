import type { CompatRow } from '../../../record/load-report.ts'
import type { RequestRecord } from '../record.ts'
import { numpySummary } from './numpy.ts'
import { allGaps, meanGap, peerTimes, perSecond, row, stampsOf, succeeded, sum, timed } from './view.ts'

/* Definitions: AISBench/benchmark, models/api_models/base_api.py and calculators/base_perf_metric_calculator.py (2026). */

const TOKENS = 'tokens by usage; without it AISBench tokenizes the text'

/**
 * As AISBench would print. Every event but `[DONE]` is a point in time, before it is looked at: the role delta is its
 * TTFT, its E2EL ends with the usage event, and both give one more ITL each.
 */
export function aisbenchView(records: readonly RequestRecord[], durationMs: number): CompatRow[] {
  const done = succeeded(records)
  const requests = timed(records, (record) => peerTimes(stampsOf(record, isTimePoint), record.dequeuedMs))
  const latencies = requests.map(({ times }) => times.latencyMs)
  const input = sum(done.map(({ promptTokens }) => promptTokens ?? 0))
  const output = sum(done.map(({ completionTokens }) => completionTokens ?? 0))
  return [
    ...rows('E2EL', 'ms', latencies, 'until the last event but [DONE]: the usage event'),
    ...rows(
      'TTFT',
      'ms',
      requests.map(({ times }) => times.ttftMs),
      'first event whatever it carries, a role-only delta included',
    ),
    ...rows(
      'TPOT',
      'ms',
      requests.map(({ record, times }) => meanGap(times, record.completionTokens) ?? 0),
      '(E2EL − TTFT) / (tokens − 1) with those two; 0 for fewer than two tokens',
    ),
    ...rows(
      'ITL',
      'ms',
      allGaps(requests.map(({ times }) => times)),
      'between all events, finish and usage included; events of one read are 0 apart',
    ),
    ...rows(
      'InputTokens',
      'tok',
      done.flatMap(({ promptTokens }) => promptTokens ?? []),
      'by usage; AISBench counts prompts with its own tokenizer',
    ),
    ...rows(
      'OutputTokens',
      'tok',
      done.flatMap(({ completionTokens }) => completionTokens ?? []),
      TOKENS,
    ),
    ...rows(
      'PrefillTokenThroughput',
      'token/s',
      requests.flatMap(({ record, times }) => prefillRate(record, times.ttftMs)),
      'input tokens / that TTFT, queue and network included',
    ),
    ...rows(
      'OutputTokenThroughput',
      'token/s',
      requests.flatMap(({ record, times }) => outputRate(record, times.latencyMs)),
      'output tokens / that E2EL, of each request',
    ),
    row('Benchmark Duration', durationMs, 'ms', ''),
    row('Total Requests', records.length, '', 'AISBench sends a failed request again, twice, and clears its times'),
    row('Failed Requests', records.length - done.length, '', ''),
    row('Success Requests', done.length, '', ''),
    row('Concurrency', durationMs > 0 ? sum(latencies) / durationMs : null, '', 'Σ E2EL / duration'),
    row('Request Throughput', perSecond(done.length, durationMs), 'req/s', ''),
    row('Total Input Tokens', input, 'tok', ''),
    row('Total Generated Tokens', output, 'tok', TOKENS),
    row('Input Token Throughput', perSecond(input, durationMs), 'token/s', ''),
    row('Output Token Throughput', perSecond(output, durationMs), 'token/s', TOKENS),
    row('Total Token Throughput', perSecond(input + output, durationMs), 'token/s', ''),
  ]
}

function rows(name: string, unit: string, values: Iterable<number>, note: string): CompatRow[] {
  const summary = numpySummary(Float64Array.from(values))
  return [
    row(`${name} Average`, summary.mean, unit, note),
    row(`${name} Min`, summary.least, unit, note),
    row(`${name} Max`, summary.most, unit, note),
    row(`${name} Median`, summary.percentile(50), unit, note),
    row(`${name} P75`, summary.percentile(75), unit, note),
    row(`${name} P90`, summary.percentile(90), unit, note),
    row(`${name} P99`, summary.percentile(99), unit, note),
  ]
}

function isTimePoint(eventClass: string): boolean {
  return eventClass !== 'done'
}

function prefillRate({ promptTokens }: RequestRecord, ttftMs: number): number[] {
  return promptTokens === null || ttftMs <= 0 ? [] : [(1000 * promptTokens) / ttftMs]
}

function outputRate({ completionTokens }: RequestRecord, latencyMs: number): number[] {
  return completionTokens === null || latencyMs <= 0 ? [] : [(1000 * completionTokens) / latencyMs]
}
