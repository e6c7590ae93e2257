import type { LoadPoint } from '../../record/cell-result.ts'

/** The metrics that a person wants first, on the terminal and on the page alike; `--json` has all. */
export interface LoadColumn {
  metric: string
  title: string
  unit: string
  /** Some say nothing in most runs. */
  shown(points: readonly LoadPoint[]): boolean
}

const always = () => true

const COLUMNS: readonly LoadColumn[] = [
  { metric: 'ttft.token.p50', title: 'TTFT p50', unit: 'ms', shown: always },
  { metric: 'ttft.token.p99', title: 'TTFT p99', unit: 'ms', shown: always },
  { metric: 'tpot.p50', title: 'TPOT p50', unit: 'ms', shown: always },
  { metric: 'itl.p99', title: 'ITL p99', unit: 'ms', shown: always },
  { metric: 'e2el.p50', title: 'E2EL p50', unit: 'ms', shown: always },
  { metric: 'output-tokens-per-second', title: 'output', unit: 'tok/s', shown: always },
  { metric: 'output-tokens-per-second-per-user', title: 'per user', unit: 'tok/s', shown: always },
  {
    metric: 'goodput',
    title: 'goodput',
    unit: 'req/s',
    // Only an SLO gives it samples.
    shown: (points) => points.some((point) => (metricOf(point, 'goodput')?.samples ?? 0) > 0),
  },
  {
    metric: 'prefix-cache-hit-rate',
    title: 'prefix hits',
    unit: '%',
    shown: (points) => points.some((point) => (metricValue(point, 'prefix-cache-hit-rate') ?? 0) > 0),
  },
]

export function columnsOf(points: readonly LoadPoint[]): LoadColumn[] {
  return COLUMNS.filter((column) => column.shown(points))
}

export function metricOf(point: LoadPoint, name: string): LoadPoint['metrics'][number] | undefined {
  return point.metrics.find((metric) => metric.name === name)
}

export function metricValue(point: LoadPoint, name: string): number | null {
  return metricOf(point, name)?.value ?? null
}

/** Fewest samples of a percentile, as `suites/performance/metrics/percentile.ts` asks for them. */
export const SAMPLES_NEEDED: Readonly<Record<string, number>> = { p50: 3, p90: 44, p99: 459 }

/** Why dashes stand in the table; nothing where none do. */
export function whyAbsent(points: readonly LoadPoint[]): string[] {
  const tooFew = new Set<string>()
  const without = new Set<string>()
  for (const { metric: name, title } of columnsOf(points))
    for (const point of points) {
      const metric = metricOf(point, name)
      if (metric !== undefined && metric.value !== null) continue
      const percentile = /p\d+$/.exec(name)?.[0] ?? ''
      const samples = metric?.samples ?? 0
      if (samples > 0 && samples < (SAMPLES_NEEDED[percentile] ?? 0)) tooFew.add(percentile)
      else without.add(title)
    }
  const needs = [...tooFew].sort().map((percentile) => `a ${percentile} needs ${SAMPLES_NEEDED[percentile]}`)
  return [
    ...(needs.length > 0 ? [`–: too few samples; ${needs.join(', ')}`] : []),
    ...(without.size > 0 ? [`–: no samples for ${[...without].join(', ')}`] : []),
  ]
}
