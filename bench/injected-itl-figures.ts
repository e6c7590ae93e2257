import { pairPrior, ruleOf } from '../src/compare/metric-rules.ts'
import { draftCellPerformance, judgePerformanceRows } from '../src/compare/performance-rows.ts'
import type { VerdictRow } from '../src/compare/schema.ts'
import type { Arm, LoadPoint, Session } from '../src/record/cell-result.ts'
import type { Side, Verdict } from '../src/record/words.ts'
import { wilsonInterval } from '../src/stats/wilson.ts'
import { nearestRank } from '../src/suites/performance/metrics/percentile.ts'
import { type Repetition, SCENARIO, type Truth } from './injected-itl-lane.ts'

/** What `bench/injected-itl.ts` counts, by the comparison that `report` makes of a plan with this one cell. */

export const SHIFTED = 'tpot.p50'
/** Below which the comparison takes a change for real, after adjusting for all judged metrics of the report. */
export const NOMINAL = 0.05

export type JudgedRow = VerdictRow & { performance: NonNullable<VerdictRow['performance']> }

/** The judged rows of a report on the first so many pairs. */
export function compareRepetition({ base, head }: Repetition, pairs: number): JudgedRow[] {
  const first = (sessions: readonly Session[]) => sessions.filter(({ pair }) => pair < pairs)
  const baseSide = { arm: arm('base', first(base)), evidence: 'paired', incomparable: null, remark: null } as const
  const drafts = draftCellPerformance('injected', [SCENARIO], arm('head', first(head)), baseSide, true)
  return judgePerformanceRows(drafts).filter((row): row is JudgedRow => row.performance?.role === 'judged')
}

function arm(side: Side, sessions: Session[]): Arm {
  const engine = { name: 'simulated', kind: 'simulated', version: null, command: null }
  return { side, commit: null, engine, fingerprint: { workload: {}, environment: {} }, correctness: null, sessions }
}

export const rowOf = (rows: readonly JudgedRow[], metric: string) =>
  rows.find(({ performance }) => performance.metric === metric)

/** The comparison's test of TPOT says that the head is slower; of a row that was not tested it says nothing. */
export function seen(rows: readonly JudgedRow[], p: 'p' | 'adjustedP'): boolean {
  const evidence = rowOf(rows, SHIFTED)?.performance
  const value = evidence?.[p] ?? null
  return value !== null && value < NOMINAL && evidence!.effect!.relative > 0
}

/** `197/200, 98.5 % (95.7–99.5 %)`, with Wilson's 95 % interval. */
export function share(count: number, total: number): string {
  if (total === 0) return '–'
  const { low, high } = wilsonInterval(count, total, 0.95)
  const percent = (value: number) => (100 * value).toFixed(1)
  return `${count}/${total}, ${percent(count / total)} % (${percent(low)}–${percent(high)} %)`
}

/** `regressed 31, inconclusive 29`. */
export function census(verdicts: readonly (Verdict | 'no row')[]): string {
  const counts = new Map<string, number>()
  for (const verdict of verdicts) counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
  return [...counts]
    .sort((left, right) => right[1] - left[1])
    .map(([verdict, count]) => `${verdict} ${count}`)
    .join(', ')
}

export function deviation(values: readonly number[]): number {
  const mean = average(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
}

export function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Standard deviations of the difference of two sessions of a pair in the logarithm of TPOT, and where they come from. */
export interface Noise {
  pairs: number
  measured: number
  /** What the two server starts drew. */
  servers: number
  /** What their requests drew. */
  requests: number
  /** What is left: timers of the simulator, the client, the machine. */
  rest: number
  /** The same by the quartiles, as if normal: what it is but for a few pairs that the machine spoiled. */
  restByQuartiles: number
  /** Mean of what is left, a systematic error of the change, and its standard error. */
  bias: number
  biasError: number
  /** What the comparison expects before it measures. */
  prior: number
}

/** Over all pairs with two valid points, the injected change taken off. */
export function noiseOf(repetitions: readonly Repetition[]): Noise {
  const differences = repetitions.flatMap((repetition) => {
    const { job, base, head, truths } = repetition
    return head.flatMap((session) => {
      const { pair } = session
      const before = logTpot(base.find((each) => each.pair === pair)?.points)
      const after = logTpot(session.points)
      const drawn = (side: Side) => truths.find((truth) => truth.pair === pair && truth.side === side)
      const [own, other] = [drawn('head'), drawn('base')]
      if (before === null || after === null || !own || !other) return []
      return [differenceOf(after - before - Math.log1p(job.shift), own, other)]
    })
  })
  const spread = (part: keyof Difference) => deviation(differences.map((difference) => difference[part]))
  return {
    pairs: differences.length,
    measured: spread('measured'),
    servers: spread('servers'),
    requests: spread('requests'),
    rest: spread('rest'),
    restByQuartiles: byQuartiles(differences.map(({ rest }) => rest)),
    bias: average(differences.map(({ rest }) => rest)),
    biasError: spread('rest') / Math.sqrt(differences.length),
    prior: Math.sqrt(pairPrior(ruleOf({ name: SHIFTED, family: 'latency-median' })).variance),
  }
}

/** Between the quartiles of a normal distribution lie 1.349 standard deviations. */
function byQuartiles(values: readonly number[]): number {
  const [lower, upper] = [nearestRank(values, 25), nearestRank(values, 75)]
  return lower === null || upper === null ? Number.NaN : (upper - lower) / 1.349
}

type Difference = Record<'measured' | 'servers' | 'requests' | 'rest', number>

function differenceOf(measured: number, head: Truth, base: Truth): Difference {
  const servers = head.serverLog - base.serverLog
  const requests = head.requestsLog - base.requestsLog
  return { measured, servers, requests, rest: measured - servers - requests }
}

function logTpot(points: readonly LoadPoint[] | undefined): number | null {
  const point = points?.[0]
  if (!point || point.invalid.some(({ voids }) => voids === 'all')) return null
  const value = point.metrics.find(({ name }) => name === SHIFTED)?.value ?? null
  return value !== null && value > 0 ? Math.log(value) : null
}

/** How many points the tool itself would not compare, and why. */
export function countInvalid(repetitions: readonly Repetition[]): {
  points: number
  all: number
  tails: number
  codes: Map<string, number>
} {
  const points = repetitions.flatMap(({ base, head }) => [...base, ...head].flatMap((session) => session.points))
  const codes = new Map<string, number>()
  const voids = (which: 'all' | 'tails') => points.filter(({ invalid }) => invalid.some((f) => f.voids === which))
  for (const { invalid } of points)
    for (const { code, voids: what } of invalid)
      codes.set(`${code} (${what})`, (codes.get(`${code} (${what})`) ?? 0) + 1)
  const all = voids('all').length
  const tails = voids('tails').filter(({ invalid }) => invalid.every((f) => f.voids === 'tails')).length
  return { points: points.length, all, tails, codes }
}
