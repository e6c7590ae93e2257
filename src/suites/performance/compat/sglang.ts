import type { CompatRow } from '../../../record/load-report.ts'
import type { RequestRecord } from '../record.ts'
import { numpySummary } from './numpy.ts'
import { allGaps, meanGap, peerTimes, perSecond, row, stampsOf, succeeded, sum, timed } from './view.ts'

/* Definitions: sgl-project/sglang, python/sglang/benchmark/serving.py and backends/oai_chat_client.py (August 2026). */

const START = 'SGLang makes a connection for every request, and its time is in here only where one was made'
const TOKENS = 'tokens by usage; SGLang asks for none by default and then takes those it asked for'

/**
 * As `sglang.bench_serving` would print. A request starts before its own connection is made; TTFT is the first event with
 * text or reasoning, tool calls apart; its latency ends with `[DONE]`.
 */
export function sglangView(records: readonly RequestRecord[], durationMs: number): CompatRow[] {
  const done = succeeded(records)
  const requests = timed(records, (record) =>
    peerTimes(stampsOf(record, hasContent), startOf(record), lastStamp(record)),
  )
  const input = sum(done.map(({ promptTokens }) => promptTokens ?? 0))
  const output = sum(done.map(outputTokens))
  const latencies = requests.map(({ times }) => times.latencyMs)
  const e2el = numpySummary(Float64Array.from(latencies))
  const ttft = numpySummary(Float64Array.from(requests, ({ times }) => times.ttftMs))
  const tpot = numpySummary(
    Float64Array.from(requests.flatMap(({ record, times }) => meanGap(times, outputTokens(record)) ?? [])),
  )
  const itl = numpySummary(allGaps(requests.map(({ times }) => times)))
  const e2elNote = `until [DONE]; ${START}`
  const ttftNote = `first event with text or reasoning, not tool calls; ${START}`
  const tpotNote = `(latency until [DONE] − TTFT) / (tokens − 1); ${TOKENS}`
  const itlNote = 'one sample an event with text, however many tokens it holds; events of one read are 0 apart'
  return [
    row('Successful requests', done.length, ''),
    row('Benchmark duration (s)', durationMs / 1000, 's', 'SGLang’s ends after one more request, for server info'),
    row('Total input tokens', input, 'tok', 'by usage; SGLang counts prompts with its own tokenizer'),
    row('Total generated tokens', output, 'tok', TOKENS),
    row('Total generated tokens (retokenized)', null, 'tok', 'the record keeps no text to tokenize again'),
    row('Request throughput (req/s)', perSecond(done.length, durationMs), 'req/s'),
    row('Input token throughput (tok/s)', perSecond(input, durationMs), 'tok/s'),
    row('Output token throughput (tok/s)', perSecond(output, durationMs), 'tok/s', TOKENS),
    row('Total token throughput (tok/s)', perSecond(input + output, durationMs), 'tok/s'),
    row('Concurrency', durationMs > 0 ? sum(latencies) / durationMs : null, '', 'Σ latency / duration'),
    row('Mean E2E Latency (ms)', e2el.mean, 'ms', e2elNote),
    row('Median E2E Latency (ms)', e2el.percentile(50), 'ms', e2elNote),
    row('P90 E2E Latency (ms)', e2el.percentile(90), 'ms', e2elNote),
    row('P99 E2E Latency (ms)', e2el.percentile(99), 'ms', e2elNote),
    row('Mean TTFT (ms)', ttft.mean, 'ms', ttftNote),
    row('Median TTFT (ms)', ttft.percentile(50), 'ms', ttftNote),
    row('P99 TTFT (ms)', ttft.percentile(99), 'ms', ttftNote),
    row('Mean TPOT (ms)', tpot.mean, 'ms', tpotNote),
    row('Median TPOT (ms)', tpot.percentile(50), 'ms', tpotNote),
    row('P99 TPOT (ms)', tpot.percentile(99), 'ms', tpotNote),
    row('Mean ITL (ms)', itl.mean, 'ms', itlNote),
    row('Median ITL (ms)', itl.percentile(50), 'ms', itlNote),
    row('P95 ITL (ms)', itl.percentile(95), 'ms', itlNote),
    row('P99 ITL (ms)', itl.percentile(99), 'ms', itlNote),
    row('Max ITL (ms)', itl.most, 'ms', itlNote),
  ]
}

function hasContent(eventClass: string): boolean {
  return eventClass === 'answer' || eventClass === 'reasoning'
}

function startOf({ dequeuedMs, connectMs, reused }: RequestRecord): number {
  return reused ? dequeuedMs : dequeuedMs - connectMs
}

function lastStamp({ events, endMs }: RequestRecord): number {
  return events.length > 0 ? events.atMs(events.length - 1) : endMs
}

function outputTokens({ completionTokens, asked }: RequestRecord): number {
  return completionTokens ?? asked.outputTokens
}
