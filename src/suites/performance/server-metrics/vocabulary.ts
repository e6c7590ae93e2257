/** One vocabulary for the metrics of all engines; each dialect says which of its names mean what. */

/** Only rise while the server lives. Tokens, requests, or events. */
export const COUNTERS = [
  'promptTokens',
  'generationTokens',
  /** Prompt tokens looked up in the prefix cache, and those found there. */
  'prefixCacheQueries',
  'prefixCacheHits',
  'preemptions',
  /** Speculative decoding: verification steps, tokens drafted, tokens accepted. */
  'drafts',
  'draftTokens',
  'acceptedTokens',
  'requestsFinished',
  'requestsFailed',
] as const
export type CounterName = (typeof COUNTERS)[number]

/** Of this moment. Over several engines requests are summed; shares and lengths are averaged. */
export const GAUGES = ['running', 'waiting', 'kvUse', 'prefixHitShare', 'acceptanceLength'] as const
export type GaugeName = (typeof GAUGES)[number]

/** Seconds, of which sum and count are read: quantiles of fixed buckets are too coarse to compare. */
export const HISTOGRAMS = ['ttft', 'itl', 'e2el', 'queueTime'] as const
export type HistogramName = (typeof HISTOGRAMS)[number]

export const DIALECT_NAMES = ['vllm', 'sglang', 'mindie', 'llamacpp'] as const
export type DialectName = (typeof DIALECT_NAMES)[number]

/** What one scrape says. A thing that the engine does not tell is absent. */
export interface ServerState {
  counters: Partial<Record<CounterName, number>>
  gauges: Partial<Record<GaugeName, number>>
  histograms: Partial<Record<HistogramName, { sumSeconds: number; count: number }>>
  /** Every counter series that was read, one by one: one of many engines may restart while the sum still rises. */
  series: ReadonlyMap<string, number>
  /** When the server's process began, where it tells. */
  startedAtSeconds: number | null
}

export interface ServerReading {
  dialect: DialectName
  state: ServerState
}

/** One metric name, or those of its series whose labels fit. */
export type Series = string | { name: string; only: (labels: ReadonlyMap<string, string>) => boolean }

/** The first entry of which anything is there wins (names change between versions); what it lists is summed. */
export type Source = readonly (readonly Series[])[]

/** How one engine names things. */
export interface Dialect {
  name: DialectName
  /** Whether these metric names are of this engine. */
  speaks(names: ReadonlySet<string>): boolean
  counters: Partial<Record<CounterName, Source>>
  gauges: Partial<Record<GaugeName, Source>>
  /** Without `_sum` and `_count`. */
  histograms: Partial<Record<HistogramName, Source>>
  /** Labels that number the ranks that all work on the same requests: of those series the largest counts. */
  rankLabels: readonly string[]
  /** What the engine's own time to first token spans, for reasons that a person reads. */
  ttftSpan: string
}

/** Names of a metric from new to old. */
export const renamed = (...names: readonly string[]): Source => names.map((name) => [name])
