import { answerTimes } from '../src/suites/performance/metrics/answer-times.ts'
import { nearestRank } from '../src/suites/performance/metrics/percentile.ts'
import type { RequestRecord } from '../src/suites/performance/record.ts'

/** One number as `load` has it and as the engine has it. */
export interface Comparison {
  what: string
  unit: string
  ours: number
  theirs: number
  /** Where the engine says it, and what was done so that both mean the same. */
  source: string
}

/** One request that ended well, in milliseconds from its last written byte. */
interface Seen {
  firstMs: number
  lastMs: number
  /** Of output tokens after the first. */
  later: number
  tokens: number
  record: RequestRecord
}

/**
 * What can be compared of one load point. `counted`: the increases of the engine's own counters, from just before the
 * measured requests to just after them, under the names of `server-metrics/difference.ts`. `open`: requests do not wait for
 * each other.
 */
export function compare(
  records: readonly RequestRecord[],
  counted: Readonly<Record<string, number>>,
  { open }: { open: boolean },
): Comparison[] {
  const answers = records.filter(({ outcome }) => outcome.state === 'ok')
  const seen = answers.flatMap((record) => seenOf(record) ?? [])
  // An engine that does not tell its queue cannot be held to a time that has it in it. In a closed loop a request comes
  // when another has just ended, between two steps; in an open one it may come in the middle of a long one.
  const untold = seen.some(({ record }) => record.server?.queueMs == null) && counted.ttftMeanMs === undefined
  if (untold && (counted.waitingMax ?? 0) > 0) return counts(answers, counted)
  if (untold && open) return [...counts(answers, counted), ...times(seen.filter(foundIdle(records)), counted)]
  return [...counts(answers, counted), ...times(seen, counted), ...throughput(answers, seen, counted)]
}

function counts(answers: readonly RequestRecord[], counted: Readonly<Record<string, number>>): Comparison[] {
  const count = (what: string, unit: string, ours: number, name: string): Comparison[] =>
    counted[name] === undefined ? [] : [{ what, unit, ours, theirs: counted[name], source: `/metrics: ${name}` }]
  const cached = answers.every(({ cachedTokens }) => cachedTokens !== null)
  return [
    ...count('requests', '', answers.length, 'requestsFinished'),
    ...count(
      'prompt tokens',
      'tok',
      total(answers, (record) => record.promptTokens),
      'promptTokens',
    ),
    ...count(
      'output tokens',
      'tok',
      total(answers, (record) => record.completionTokens),
      'generationTokens',
    ),
    ...(cached
      ? count(
          'cached tokens',
          'tok',
          total(answers, (record) => record.cachedTokens),
          'prefixCacheHits',
        )
      : []),
  ]
}

function times(seen: readonly Seen[], counted: Readonly<Record<string, number>>): Comparison[] {
  const told = seen.filter(({ record }) => record.server?.ttftMs != null && record.server.generationMs !== null)
  const rows: Comparison[] = []
  if (told.length > 0 && told.length === seen.length) {
    // vLLM's answers leave out what a request waits for the running step, HTTP and tokenizer; its histogram does not.
    if (counted.ttftMeanMs === undefined) {
      const source = 'answers: its prefill, without HTTP, tokenizer, queue'
      const ours = told.map(({ firstMs }) => firstMs)
      const theirs = told.map(({ record }) => record.server!.ttftMs! + (record.server!.queueMs ?? 0))
      rows.push({
        ...{ what: 'TTFT p50', unit: 'ms', source },
        ours: nearestRank(ours, 50)!,
        theirs: nearestRank(theirs, 50)!,
      })
      rows.push({ what: 'TTFT mean', unit: 'ms', ours: mean(ours), theirs: mean(theirs), source })
    }
    const decode = told.filter(({ later }) => later > 0)
    rows.push({
      ...{ what: 'tok/s of one request, p50', unit: 'tok/s' },
      ours: nearestRank(
        decode.map(({ lastMs, firstMs, later }) => (1000 * later) / (lastMs - firstMs)),
        50,
      )!,
      theirs: nearestRank(
        decode.map(({ later, record }) => (1000 * later) / record.server!.generationMs!),
        50,
      )!,
      source: 'answers: from the first to the last token, n − 1 of n tokens',
    })
  }
  const histogram = (what: string, ours: number, name: string, samples: number) => {
    const theirs = counted[`${name}MeanMs`]
    if (theirs !== undefined && counted[`${name}Samples`] === samples)
      rows.push({ what, unit: 'ms', ours, theirs, source: `/metrics: ${name}, sum / count` })
  }
  const later = seen.reduce((sum, each) => sum + each.later, 0)
  histogram('TTFT mean', mean(seen.map(({ firstMs }) => firstMs)), 'ttft', seen.length)
  histogram('ITL mean', seen.reduce((sum, { lastMs, firstMs }) => sum + lastMs - firstMs, 0) / later, 'itl', later)
  histogram('E2EL mean', mean(seen.map(({ lastMs }) => lastMs)), 'e2el', seen.length)
  return rows
}

/**
 * No engine tells the throughput of a span of its own choosing: it follows from its tokens and its latencies by Little's
 * law, at the requests that were in flight on average, which are those of the load.
 */
function throughput(
  answers: readonly RequestRecord[],
  seen: readonly Seen[],
  { generationTokens, e2elMeanMs }: Readonly<Record<string, number>>,
): Comparison[] {
  const ends = answers.map(({ endMs }) => endMs)
  const durationMs = Math.max(...ends)
  const ourBusyMs = seen.reduce((sum, { lastMs }) => sum + lastMs, 0)
  const own = seen.map(({ record: { server } }) => server)
  const told = own.every((server) => server?.ttftMs != null && server.generationMs !== null)
  // A histogram of whole requests has all their waiting in it; single answers may leave some out.
  const theirBusyMs =
    e2elMeanMs !== undefined
      ? e2elMeanMs * seen.length
      : told
        ? own.reduce((sum, server) => sum + server!.ttftMs! + (server!.queueMs ?? 0) + server!.generationMs!, 0)
        : Number.NaN
  if (generationTokens === undefined || !Number.isFinite(theirBusyMs) || seen.length === 0) return []
  return [
    {
      what: 'output tok/s of the point',
      unit: 'tok/s',
      ours: (1000 * total(answers, (record) => record.completionTokens)) / durationMs,
      theirs: (1000 * generationTokens * (ourBusyMs / durationMs)) / theirBusyMs,
      source: '/metrics: generationTokens, over its latencies at the same requests in flight',
    },
  ]
}

/** Whether no other request was under way when it was sent. */
function foundIdle(records: readonly RequestRecord[]): (seen: Seen) => boolean {
  return ({ record: { id, writtenMs } }) =>
    records.every((other) => other.id === id || other.writtenMs > writtenMs || other.endMs < writtenMs)
}

function seenOf(record: RequestRecord): Seen | null {
  const { firstTokenMs, lastTokenMs } = answerTimes(record)
  if (firstTokenMs === null || lastTokenMs === null || record.completionTokens === null) return null
  const tokens = record.completionTokens
  const since = (atMs: number) => atMs - record.writtenMs
  return { firstMs: since(firstTokenMs), lastMs: since(lastTokenMs), later: tokens - 1, tokens, record }
}

function total(records: readonly RequestRecord[], value: (record: RequestRecord) => number | null): number {
  return records.reduce((sum, record) => sum + (value(record) ?? 0), 0)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** `ours` over `theirs`, less one. */
export function difference({ ours, theirs }: Comparison): number {
  return theirs === 0 ? (ours === 0 ? 0 : Number.POSITIVE_INFINITY) : ours / theirs - 1
}

/** Markdown, one row a number. */
export function comparisonRows(load: string, rows: readonly Comparison[]): string[] {
  return rows.map((row) => {
    const digits = row.unit === '' || row.unit === 'tok' ? 0 : 2
    const percent = `${difference(row) < 0 ? '−' : '+'}${Math.abs(100 * difference(row)).toFixed(2)} %`
    const unit = row.unit === '' ? '' : ` ${row.unit}`
    const value = (number: number) => `${number.toFixed(digits)}${unit}`
    return `| ${load} | ${row.what} | ${value(row.ours)} | ${value(row.theirs)} | ${row.ours === row.theirs ? 'equal' : percent} | ${row.source} |`
  })
}
