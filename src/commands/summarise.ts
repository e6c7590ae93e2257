import type { Slo } from '../plan/load.ts'
import { LOAD_SCHEMA, type LoadReport } from '../record/load-report.ts'
import { ConfigurationError } from '../record/problem.ts'
import type { CompatPeer } from '../record/words.ts'
import { sessionDrift } from '../suites/performance/drift.ts'
import { TOOL_VERSION } from '../version.ts'
import { addPoint, type LoadResult } from './load/load-result.ts'
import { contradictions } from './summarise/contradictions.ts'
import { type MergedPoint, mergeParts } from './summarise/merge-parts.ts'
import { type Part, readParts } from './summarise/read-parts.ts'

export interface SummariseOptions {
  /** Of raw records, as `load --raw` and `run` write them. */
  files: readonly string[]
  /** Null takes what was declared while measuring. */
  slo: Slo | null
  devices: number | null
  compat: readonly CompatPeer[]
}

/**
 * The result of loads that were measured before, from their raw records: every number is derived anew, and the shares of
 * several hosts become one load point. Throws ConfigurationError with file and line for files that are none, and for
 * parts that are not of one load.
 */
export async function summarise(options: SummariseOptions): Promise<LoadResult> {
  const repeated = options.files.filter((file, index) => options.files.indexOf(file) !== index)
  const twice = repeated.map((file) => ({ file, field: '', message: 'is named twice' }))
  if (twice.length > 0) throw new ConfigurationError(twice)
  const points = (await readParts(options.files)) as [Part, ...Part[]][]
  const problems = points.flatMap(contradictions)
  if (problems.length > 0) throw new ConfigurationError(problems)
  const merged = points.map((parts) => mergeParts(parts, options))
  // Levels of several scenarios may share a name.
  if (new Set(merged.map(({ spec }) => spec.scenario)).size > 1)
    for (const { point } of merged) point.load = `${point.load} (${point.scenario})`.slice(0, 128)
  const result: LoadResult = { report: emptyReport(points.flat(), options), pictures: [] }
  for (const each of merged) addPoint(result, each, each.spec, options.compat)
  const drift = driftOf(merged)
  if (drift !== null) for (const point of result.report.points) point.invalid.push(drift)
  return result
}

function emptyReport(parts: readonly Part[], { slo }: SummariseOptions): LoadReport {
  const headers = parts.map(({ header }) => header)
  // A repetition has prompts of its own, by a seed that nobody typed.
  const first = headers.filter(({ repetition }) => repetition === 1)
  const starts = headers.flatMap(({ startedAt }) => startedAt ?? [])
  const urls = distinct(headers.flatMap(({ url }) => url ?? []))
  return {
    schema: LOAD_SCHEMA,
    toolVersion: TOOL_VERSION,
    startedAt: [...starts].sort()[0] ?? '',
    url: urls.length === 0 ? null : urls.join(', '),
    model: distinct(headers.flatMap(({ model }) => model ?? [])).join(', ') || 'a model that is not told',
    seed: only(first.map(({ seed }) => seed)),
    workload: only(headers.map(({ workload }) => workload)),
    arrivals: distinct(first.map(({ arrival }) => arrival)),
    slo: slo ?? only(headers.map((header) => header.slo)),
    threads: threadsOf(parts),
    calibration: null,
    points: [],
    compat: [],
    remarks: [],
    interrupted: headers.some(({ interrupted }) => interrupted),
  }
}

/** Of all hosts together. */
function threadsOf(parts: readonly Part[]): number {
  const ofHost = new Map<number, number>()
  for (const { header } of parts) {
    const host = header.hostShare?.host ?? 1
    ofHost.set(host, Math.max(ofHost.get(host) ?? 0, header.threads))
  }
  return [...ofHost.values()].reduce((sum, threads) => sum + threads, 0)
}

function driftOf(merged: readonly MergedPoint[]) {
  const again = merged.find(({ point }) => point.repetition === 2)
  const first = merged.find(({ point }) => point.repetition === 1 && point.load === again?.point.load)
  return first === undefined || again === undefined ? null : sessionDrift(first.run, again.run, again.spec)
}

function distinct<Value>(values: readonly Value[]): Value[] {
  const known = new Map(values.map((value) => [JSON.stringify(value), value]))
  return [...known.values()]
}

function only<Value>(values: readonly Value[]): Value | null {
  const [value, ...others] = distinct(values)
  return value === undefined || others.length > 0 ? null : value
}
