import type { PointFault, ServerCounts } from '../../../record/cell-result.ts'
import { COUNTERS, GAUGES, HISTOGRAMS, type ServerReading, type ServerState } from './vocabulary.ts'

export interface ServerDifference {
  counts: ServerCounts
  faults: PointFault[]
}

/**
 * What the server counted between two scrapes. `values` of the counts:
 * counters under their names of `vocabulary.ts`, as increases;
 * of histograms `<name>MeanMs` and `<name>Samples`;
 * of gauges `<name>Mean` and `<name>Max` while the load ran, absent when nobody looked; of shares and lengths the end
 * counts too, where requests have left;
 * and `prefixHitShare`, `draftAcceptance` (of drafted tokens) and `acceptanceLength` (1 + accepted / drafts).
 * After a restart the increases mean nothing and are left out.
 */
export function serverCounts(
  before: ServerReading,
  after: ServerReading,
  between: readonly ServerState[],
): ServerDifference {
  const restart = restartBetween(before, after)
  const values = {
    ...gaugeValues(between, after.state),
    ...(restart === null ? increases(before.state, after.state) : {}),
  }
  const finite = Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value)))
  const faults: PointFault[] =
    restart === null ? [] : [{ code: 'server-restarted', by: 'server', voids: 'all', reason: restart }]
  return { counts: { dialect: after.dialect, values: finite }, faults }
}

/** How one sees that it was not one server all the time; null when it was. */
function restartBetween(before: ServerReading, after: ServerReading): string | null {
  if (before.dialect !== after.dialect)
    return `the metrics were ${before.dialect}'s before the measured requests and ${after.dialect}'s after them`
  const [startedBefore, startedAfter] = [before.state.startedAtSeconds, after.state.startedAtSeconds]
  if (startedBefore !== null && startedAfter !== null && Math.abs(startedAfter - startedBefore) > 1)
    return 'the process that answers for the metrics is another one than before the measured requests'
  for (const [key, value] of before.state.series) {
    const later = after.state.series.get(key) ?? 0
    // Sums of seconds are floating point: a few engines add them up anew at each scrape.
    if (later < value - 1e-6 * Math.abs(value))
      return `the server's counter ${nameIn(key)} fell from ${shown(value)} to ${shown(later)}: it was restarted, or another one answered`
  }
  return null
}

function increases(before: ServerState, after: ServerState): Record<string, number> {
  const values: Record<string, number> = {}
  for (const name of COUNTERS) {
    const later = after.counters[name]
    // A labelled counter appears with its first event.
    if (later !== undefined) values[name] = Math.max(0, later - (before.counters[name] ?? 0))
  }
  for (const name of HISTOGRAMS) {
    const later = after.histograms[name]
    if (later === undefined) continue
    const samples = later.count - (before.histograms[name]?.count ?? 0)
    values[`${name}Samples`] = Math.max(0, samples)
    if (samples > 0)
      values[`${name}MeanMs`] =
        (1000 * Math.max(0, later.sumSeconds - (before.histograms[name]?.sumSeconds ?? 0))) / samples
  }
  const { prefixCacheQueries, prefixCacheHits, drafts, draftTokens, acceptedTokens } = values
  if (prefixCacheQueries !== undefined && prefixCacheQueries > 0 && prefixCacheHits !== undefined)
    values.prefixHitShare = prefixCacheHits / prefixCacheQueries
  if (acceptedTokens !== undefined) {
    if (draftTokens !== undefined && draftTokens > 0) values.draftAcceptance = acceptedTokens / draftTokens
    if (drafts !== undefined && drafts > 0) values.acceptanceLength = 1 + acceptedTokens / drafts
  }
  return values
}

function gaugeValues(between: readonly ServerState[], after: ServerState): Record<string, number> {
  const values: Record<string, number> = {}
  for (const name of GAUGES) {
    const states = name === 'running' || name === 'waiting' ? between : [...between, after]
    const seen = states.map(({ gauges }) => gauges[name]).filter((value) => value !== undefined)
    if (seen.length === 0) continue
    values[`${name}Mean`] = seen.reduce((total, value) => total + value, 0) / seen.length
    values[`${name}Max`] = seen.reduce((most, value) => Math.max(most, value))
  }
  return values
}

function nameIn(key: string): string {
  return String((JSON.parse(key) as [string, unknown])[0]).slice(0, 128)
}

function shown(value: number): string {
  return String(Math.round(value * 1000) / 1000)
}
