import type { LoadPoint, Metric, PointFault } from '../../../src/record/cell-result.ts'
import { LOAD_SCHEMA, type LoadReport, type PointPicture } from '../../../src/record/load-report.ts'
import { seededRandom } from '../../../src/record/seeded-random.ts'
import { METRICS } from '../../../src/suites/performance/metrics/registry.ts'

/** Reports and pictures as a made-up server would give them, for the table and the page of `load`. */

export const GOOD_CLIENT: NonNullable<LoadPoint['client']> = {
  threads: 1,
  transport: 'socket',
  utilisation: 0.21,
  stampErrorP50Ms: 0.04,
  stampErrorP99Ms: 0.3,
  longestStallMs: 3,
  runDelayShare: 0.004,
  stealShare: 0,
  longestCollectionMs: 1.2,
  dispatchLagP99Ms: 0.2,
  reusedShare: 1,
}

export const STALL: PointFault = {
  code: 'client-stall',
  by: 'client',
  voids: 'all',
  reason: 'the measuring thread stood still for 212 ms (limit 40 ms)',
}

export const LATE_TAIL: PointFault = {
  code: 'client-late',
  by: 'client',
  voids: 'tails',
  reason: '2.4 % of the stamps were more than 1 ms late (limit 1 %)',
}

/** Every metric of the registry; those not named are null. */
export function metrics(values: Readonly<Record<string, number | null>>, samples = 600): Metric[] {
  return METRICS.map(({ name, label, unit, direction, family, role }) => {
    const value = values[name] ?? null
    return { name, label, unit, direction, family, role, value, samples: name in values ? samples : 0 }
  })
}

/** Times of a closed loop in which more users make each wait longer. */
export function closedPoint(concurrency: number, changes: Partial<LoadPoint> = {}): LoadPoint {
  const tpot = 9.4 + 0.11 * concurrency
  const requests = 48 * concurrency
  return {
    scenario: 'load',
    load: `c${concurrency}`,
    concurrency,
    repetition: 1,
    planned: requests,
    succeeded: requests,
    failed: {},
    durationMs: 42_000,
    metrics: metrics({
      'ttft.token.p50': 61 + 2.7 * concurrency,
      'ttft.token.p99': concurrency < 10 ? null : 140 + 9.1 * concurrency,
      'tpot.p50': tpot,
      'itl.p50': tpot * 0.99,
      'itl.p99': 14 + 0.6 * concurrency,
      'icl.p50': tpot * 0.99,
      'icl.p99': 14 + 0.6 * concurrency,
      'e2el.p50': 61 + 2.7 * concurrency + 127 * tpot,
      'output-tokens-per-second': (1000 * concurrency) / (tpot + 1),
      'output-tokens-per-second-per-user': 1000 / tpot,
      'requests-per-second': (8 * concurrency) / (tpot + 1),
    }).map((metric) =>
      metric.name.endsWith('p99') && metric.value === null ? { ...metric, samples: requests } : metric,
    ),
    invalid: [],
    client: GOOD_CLIENT,
    server: null,
    remarks: [],
    rawRecord: null,
    ...changes,
  }
}

export function loadReport(points: LoadPoint[], changes: Partial<LoadReport> = {}): LoadReport {
  return {
    schema: LOAD_SCHEMA,
    toolVersion: '0.1.0',
    startedAt: '2026-01-02T03:04:05.000Z',
    url: 'http://localhost:8000',
    model: 'deepseek-v4-flash',
    seed: 1,
    workload: { kind: 'single', input: { law: 'fixed', tokens: 1024 }, output: { law: 'fixed', tokens: 128 } },
    arrivals: points
      .filter((point) => point.repetition === 1 && point.concurrency !== null)
      .map((point) => ({ kind: 'closed', concurrency: point.concurrency! })),
    slo: null,
    threads: 1,
    calibration: {
      streams: 64,
      eventsPerSecond: 3200,
      errorP50Ms: 0.05,
      errorP99Ms: 0.4,
      capacityEventsPerSecond: 120_000,
    },
    points,
    compat: [],
    remarks: [],
    interrupted: false,
    ...changes,
  }
}

/** What the requests and gaps of such a point look like; the seed fixes them. */
export function pictureOf(point: LoadPoint, requests: number, seed = 1): PointPicture {
  const random = seededRandom(seed)
  const noise = () => Math.exp((random.next() + random.next() + random.next() - 1.5) * 0.5)
  const level = point.concurrency ?? 8
  const drawn = Array.from({ length: requests }, (_, index) => {
    const ttftMs = (61 + 2.7 * level) * noise()
    const failed = random.next() < 0.004
    const atSeconds = (42 * index) / requests
    return { atSeconds, ttftMs: failed ? null : ttftMs, e2elMs: ttftMs + 127 * (9.4 + 0.11 * level) * noise(), failed }
  })
  const bins = 48
  const [least, most] = [2, 60 + 4 * level]
  const edgesMs = Array.from({ length: bins + 1 }, (_, edge) => least * (most / least) ** (edge / bins))
  const centre = 9.4 + 0.11 * level
  const counts = edgesMs
    .slice(1)
    .map((edge) => Math.round(9000 * Math.exp(-((Math.log(edge / centre) / 0.16) ** 2)) + 3 * random.next()))
  return { load: point.load, repetition: point.repetition, requests: drawn, gaps: { edgesMs, counts } }
}
