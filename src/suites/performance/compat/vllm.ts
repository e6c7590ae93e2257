import type { CompatRow } from '../../../record/load-report.ts'
import type { RequestRecord } from '../record.ts'
import { numpySummary } from './numpy.ts'
import { allGaps, meanGap, peerTimes, perSecond, row, stampsOf, succeeded, sum, timed } from './view.ts'

/* Definitions: vllm-project/vllm, vllm/benchmarks/serve.py and lib/endpoint_request_func.py (August 2026). */

const LINEAR = 'percentiles interpolate'

/**
 * As `vllm bench serve` would print. A request starts when it may be sent (its wait for `--max-concurrency` is not in
 * it); the first event with `choices` is its TTFT, an empty role delta included; its latency ends with the last such event.
 */
export function vllmView(records: readonly RequestRecord[], durationMs: number): CompatRow[] {
  const done = succeeded(records)
  const requests = timed(records, (record) => peerTimes(stampsOf(record, hasChoices), record.dequeuedMs))
  const input = sum(done.map(({ promptTokens }) => promptTokens ?? 0))
  const output = sum(done.map(outputTokens))
  const tpots = requests.flatMap(({ record, times }) => meanGap(times, outputTokens(record)) ?? [])
  return [
    row('Successful requests', done.length, '', ''),
    row('Failed requests', records.length - done.length, '', ''),
    row('Benchmark duration (s)', durationMs / 1000, 's', 'vLLM’s ends when its last task has returned'),
    row(
      'Total input tokens',
      input,
      'tok',
      'by usage; vLLM counts prompts with its own tokenizer, without the chat template',
    ),
    row(
      'Total generated tokens',
      output,
      'tok',
      'by usage; without one events with tokens, where vLLM tokenizes the text again',
    ),
    row('Request throughput (req/s)', perSecond(done.length, durationMs), 'req/s', ''),
    row('Output token throughput (tok/s)', perSecond(output, durationMs), 'tok/s', ''),
    row(
      'Peak output token throughput (tok/s)',
      peakPerSecond(requests.map(({ record }) => record)),
      'tok/s',
      'events with choices in the fullest second, whatever tokens they hold',
    ),
    row('Total token throughput (tok/s)', perSecond(input + output, durationMs), 'tok/s', ''),
    ...latency(
      'TTFT',
      'ttft',
      requests.map(({ times }) => times.ttftMs),
      `first event with choices, an empty role delta included; ${LINEAR}`,
    ),
    ...latency('TPOT', 'tpot', tpots, `(E2EL − TTFT) / (tokens − 1), with that TTFT; ${LINEAR}`),
    ...latency(
      'ITL',
      'itl',
      allGaps(requests.map(({ times }) => times)),
      `one sample an event, however many tokens it holds; events of one read are 0 apart; ${LINEAR}`,
    ),
    ...latency(
      'E2EL',
      'e2el',
      requests.map(({ times }) => times.latencyMs),
      `until the last event with choices, finish included; ${LINEAR}`,
    ),
  ]
}

function latency(name: string, key: string, values: Iterable<number>, note: string): CompatRow[] {
  const summary = numpySummary(Float64Array.from(values))
  return [
    row(`Mean ${name} (ms)`, summary.mean, 'ms', note),
    row(`Median ${name} (ms)`, summary.percentile(50), 'ms', note),
    row(`std_${key}_ms`, summary.std, 'ms', note),
    row(`P90 ${name} (ms)`, summary.percentile(90), 'ms', note),
    row(`P99 ${name} (ms)`, summary.percentile(99), 'ms', note),
  ]
}

/** Empty deltas, which are `other` here, have choices too; the last event with usage alone has none. */
function hasChoices(eventClass: string): boolean {
  return eventClass !== 'usage' && eventClass !== 'done' && eventClass !== 'error'
}

function carriesText(eventClass: string): boolean {
  return eventClass === 'answer' || eventClass === 'reasoning' || eventClass === 'tool'
}

function outputTokens(record: RequestRecord): number {
  return record.completionTokens ?? stampsOf(record, carriesText).length
}

function peakPerSecond(records: readonly RequestRecord[]): number | null {
  const startMs = records.reduce((least, { dequeuedMs }) => Math.min(least, dequeuedMs), Number.POSITIVE_INFINITY)
  const buckets = new Map<number, number>()
  for (const record of records)
    for (const atMs of stampsOf(record, hasChoices)) {
      const second = Math.floor((atMs - startMs) / 1000)
      buckets.set(second, (buckets.get(second) ?? 0) + 1)
    }
  return [...buckets.values()].reduce<number | null>((most, count) => Math.max(most ?? 0, count), null)
}
