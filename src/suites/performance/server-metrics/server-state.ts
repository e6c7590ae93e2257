import { DIALECTS } from './dialects/registry.ts'
import { parsePrometheusText, type Sample } from './prometheus-text.ts'
import {
  COUNTERS,
  type Dialect,
  GAUGES,
  type GaugeName,
  HISTOGRAMS,
  type Series,
  type ServerReading,
  type ServerState,
  type Source,
} from './vocabulary.ts'

/** Of a Python server; absent with several API processes, and not in llama.cpp. */
const PROCESS_START = 'process_start_time_seconds'

const SUMMED_GAUGES: ReadonlySet<GaugeName> = new Set<GaugeName>(['running', 'waiting'])

/** What the text of a `/metrics` page says; null when it is of no engine that is known here. */
export function readServerState(text: string): ServerReading | null {
  const byName = new Map<string, Sample[]>()
  for (const sample of parsePrometheusText(text).samples) {
    const sofar = byName.get(sample.name)
    if (sofar) sofar.push(sample)
    else byName.set(sample.name, [sample])
  }
  const names = new Set(byName.keys())
  const dialect = DIALECTS.find((candidate) => candidate.speaks(names))
  return dialect ? { dialect: dialect.name, state: stateIn(byName, dialect) } : null
}

type ByName = ReadonlyMap<string, readonly Sample[]>

function stateIn(byName: ByName, dialect: Dialect): ServerState {
  const state: ServerState = {
    counters: {},
    gauges: {},
    histograms: {},
    series: new Map(),
    startedAtSeconds: byName.get(PROCESS_START)?.[0]?.value ?? null,
  }
  const series = new Map<string, number>()
  const total = (source: Source | undefined, suffix = ''): number | null => {
    const values = valuesOf(byName, source, suffix, dialect.rankLabels)
    if (values === null) return null
    for (const [key, value] of values) series.set(key, value)
    return sum([...values.values()])
  }
  for (const name of COUNTERS) {
    const value = total(dialect.counters[name])
    if (value !== null) state.counters[name] = value
  }
  for (const name of HISTOGRAMS) {
    const sumSeconds = total(dialect.histograms[name], '_sum')
    const count = total(dialect.histograms[name], '_count')
    if (sumSeconds !== null && count !== null) state.histograms[name] = { sumSeconds, count }
  }
  for (const name of GAUGES) {
    const values = [...(valuesOf(byName, dialect.gauges[name], '', dialect.rankLabels)?.values() ?? [])]
    if (values.length > 0) state.gauges[name] = sum(values) / (SUMMED_GAUGES.has(name) ? 1 : values.length)
  }
  return { ...state, series }
}

/** Values by series, ranks of one engine taken together; null when the engine has no such metric. */
function valuesOf(
  byName: ByName,
  source: Source | undefined,
  suffix: string,
  rankLabels: readonly string[],
): Map<string, number> | null {
  for (const alternative of source ?? []) {
    const found = alternative.map((wanted) => samplesOf(byName, wanted, suffix))
    // A filter that fits no series is a count of zero, as long as the metric is there.
    if (found[0] === null) continue
    const values = new Map<string, number>()
    for (const { name, labels, value } of found.flatMap((samples) => samples ?? [])) {
      if (!Number.isFinite(value)) continue
      const key = keyOf(name, labels, rankLabels)
      values.set(key, Math.max(value, values.get(key) ?? value))
    }
    return values
  }
  return null
}

function samplesOf(byName: ByName, wanted: Series, suffix: string): readonly Sample[] | null {
  if (typeof wanted === 'string') return byName.get(wanted + suffix) ?? null
  return byName.get(wanted.name + suffix)?.filter(({ labels }) => wanted.only(labels)) ?? null
}

function keyOf(name: string, labels: ReadonlyMap<string, string>, rankLabels: readonly string[]): string {
  const kept = [...labels].filter(([label]) => !rankLabels.includes(label)).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([name, kept])
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
